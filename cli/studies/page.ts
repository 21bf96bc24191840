import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../core/errors.ts';

/** A file of the repository by its path from the root. */
export function repositoryFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Writes a picture below docs/pictures, and answers how a page in docs/ shows it. */
export async function writePicture(name: string, svg: string, alternative: string): Promise<string> {
  const file = repositoryFile(`docs/pictures/${name}.svg`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${svg}\n`);
  return `![${alternative}](pictures/${name}.svg)`;
}

/** Puts generated text into the parts of a page that are kept for it, and leaves the rest as a person wrote it. */
export async function writeParts(path: string, parts: Readonly<Record<string, string>>): Promise<void> {
  const file = repositoryFile(path);
  let page = await readFile(file, 'utf8');
  for (const [name, text] of Object.entries(parts)) page = replacePart(page, name, text);
  await writeFile(file, page);
}

/**
 * The page with what stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->` replaced.
 *
 * @throws UserError where the page has no such part
 */
export function replacePart(page: string, name: string, text: string): string {
  const [opening, closing] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [start, end] = [page.indexOf(opening), page.indexOf(closing)];
  if (start === -1 || end < start) {
    throw new UserError(`The page has no part for ${name}: give it the lines "${opening}" and "${closing}".`);
  }
  return `${page.slice(0, start + opening.length)}\n\n${text.trim()}\n\n${page.slice(end)}`;
}

/** A table in Markdown; Prettier aligns it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
