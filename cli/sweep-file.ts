import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { UserError } from '../core/errors.ts';

/**
 * Reads a sweep file, JSON or (.yaml, .yml) YAML, without judging its content. Throws UserError, with line and column, when
 * it is missing or malformed.
 */
export async function readSweepFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(
      code === 'ENOENT'
        ? `There is no file ${path}. Look at examples/ for sweep files.`
        : `${path} cannot be read: ${message}`,
    );
  }
  return parseSweepText(text, path);
}

/** As readSweepFile, for the text itself; `path` decides the format and appears in messages. */
export function parseSweepText(text: string, path: string): unknown {
  const isYaml = ['.yaml', '.yml'].includes(extname(path).toLowerCase());
  const lines = new LineCounter();
  // YAML contains JSON: one parser gives places for both, and sees the key written twice that JSON.parse overlooks.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: isYaml ? 'core' : 'json' });
  const problems = document.errors.map(({ message, pos }) => {
    const { line, col } = lines.linePos(pos[0]);
    return `line ${line}, column ${col}: ${message}`;
  });
  if (!isYaml) {
    const problem = jsonProblem(text, lines);
    // Where the strict parser is unhappy, what the lenient one thinks is at best an echo.
    if (problem !== null) problems.splice(0, problems.length, problem);
  }
  if (problems.length > 0) {
    throw new UserError(
      [`${path} is not valid ${isYaml ? 'YAML' : 'JSON'}:`, ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  }
  return isYaml ? document.toJS() : JSON.parse(text);
}

/** What the JSON standard, stricter than YAML, objects to, with its place; null when nothing. */
function jsonProblem(text: string, lines: LineCounter): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const { message } = error as Error;
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const { line, col } = lines.linePos(position);
    return `line ${line}, column ${col}: ${message.replace(/ (in JSON )?at position.*/s, '')}`;
  }
}
