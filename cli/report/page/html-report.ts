import type { ReportPart } from './report-parts.ts';

/** Readable from a phone to a wide screen, light or dark as the reader has it; nothing is loaded from anywhere. */
const style = `
:root{color-scheme:light dark;--text:#1f2328;--faint:#59636e;--line:#d1d9e0;--page:#fff;--raised:#f6f8fa;--good:#1a7f37;--bad:#b35900}
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--faint:#9198a1;--line:#3d444d;--page:#0d1117;--raised:#151b23;--good:#3fb950;--bad:#e3933a}}
body{margin:0 auto;max-width:1320px;padding:24px;font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--page)}
h1{font-size:26px;margin:8px 0}h2{font-size:20px;margin:40px 0 12px;border-bottom:1px solid var(--line);padding-bottom:6px}h3{font-size:16px;margin:32px 0 4px}
p{margin:6px 0 12px;max-width:90ch}li{max-width:110ch;margin:3px 0}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:14px;margin:8px 0}
th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}th{color:var(--faint);font-weight:600;white-space:nowrap}
.supported{color:var(--good);font-weight:600}.refuted{color:var(--bad);font-weight:600}.undecided{color:var(--faint)}
details{margin:8px 0}summary{cursor:pointer}pre{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:12px;overflow-x:auto;font-size:13px}
.pictures{display:flex;flex-wrap:wrap;gap:28px;margin:14px 0}.pictures svg{max-width:100%;height:auto}
`;

/** A report as one page that needs nothing but itself. */
export function htmlReport(title: string, parts: readonly ReportPart[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    ...parts.map(html),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function html(part: ReportPart): string {
  switch (part.kind) {
    case 'heading':
      return `<h${part.level}>${escaped(part.text)}</h${part.level}>`;
    case 'text':
      return `<p>${escaped(part.text)}</p>`;
    case 'list':
      return `<ul>${part.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
    case 'table':
      return `<div class="wide"><table><thead>${row(part.head, 'th')}</thead><tbody>${part.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>`;
    case 'code':
      return `<pre><code>${escaped(part.text)}</code></pre>`;
    case 'folded':
      return `<details><summary>${escaped(part.title)}</summary>${part.parts.map(html).join('')}</details>`;
    case 'pictures':
      return `<div class="pictures">${part.pictures.join('')}</div>`;
  }
}

const decisions = new Set(['supported', 'refuted', 'undecided']);

function row(cells: readonly string[], tag: 'th' | 'td'): string {
  const field = (cell: string) => (decisions.has(cell) ? `<${tag} class="${cell}">` : `<${tag}>`);
  return `<tr>${cells.map((cell) => `${field(cell)}${escaped(cell)}</${tag}>`).join('')}</tr>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
