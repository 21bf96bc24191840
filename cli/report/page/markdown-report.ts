import type { ReportPart } from './report-parts.ts';

/** A report as Markdown: all of it but the pictures, which stand in the page. */
export function markdownReport(parts: readonly ReportPart[]): string {
  return `${parts
    .map(markdown)
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function markdown(part: ReportPart): string {
  switch (part.kind) {
    case 'heading':
      return `${'#'.repeat(part.level)} ${plain(part.text)}`;
    case 'text':
      return plain(part.text);
    case 'list':
      return part.items.map((item) => `- ${plain(item)}`).join('\n');
    case 'table':
      return [part.head, part.head.map(() => '---'), ...part.rows]
        .map((cells) => `| ${cells.map((cell) => (cell === '---' ? cell : plain(cell))).join(' | ')} |`)
        .join('\n');
    case 'code':
      return ['```', part.text, '```'].join('\n');
    case 'folded':
      return [`<details><summary>${plain(part.title)}</summary>`, ...part.parts.map(markdown), '</details>'].join(
        '\n\n',
      );
    case 'pictures':
      return '';
  }
}

/** What would be read as markup. */
function plain(content: string): string {
  return content.replace(/[\\`*_|<>[\]]/g, '\\$&').replaceAll('\n', ' ');
}
