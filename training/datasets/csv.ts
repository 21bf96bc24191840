import { CsvError, parse } from 'csv-parse';
import { UserError } from '../../core/errors.ts';
import type { DatasetSpec } from '../../core/trial/trial-config.ts';
import { maxFeatureValues, numberClasses, requireFeatureCount, type RawDataset } from './raw-dataset.ts';

type CsvSpec = Extract<DatasetSpec, { name: 'csv' }>;

const maxColumns = 10_000;
const maxIssuesShown = 5;
const maxFloat32 = 3.4e38;
/** Decimal only: Number() alone would also take '', ' ' and '0x10'. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a table with a header row, separated by commas (RFC 4180, UTF-8). The column `target` is learned from all others, which must be
 * numbers. Throws UserError that lists the lines at fault: missing values, text among numbers, rows of another length.
 */
export async function parseCsv({ path, target, task }: CsvSpec, bytes: Buffer): Promise<RawDataset> {
  const features: number[] = [];
  const targets: string[] = [];
  const issues = new LineIssues(path);
  let header: readonly string[] | null = null;
  let targetColumn = -1;

  for await (const { record, info } of readRows(path, bytes)) {
    if (header === null) {
      header = record;
      targetColumn = checkHeader(path, header, target);
      continue;
    }
    if (record.length !== header.length) {
      issues.add(info.lines, `has ${record.length} fields, the header has ${header.length}`);
      continue;
    }
    record.forEach((field, column) => {
      const numeric = column !== targetColumn || task === 'regression';
      const problem = numeric ? numberProblem(field) : field === '' ? 'no value' : null;
      if (problem) issues.add(info.lines, `column ${JSON.stringify(header?.[column])}: ${problem}`);
      if (column !== targetColumn) features.push(Number(field));
    });
    targets.push(record[targetColumn]!);
    if (features.length > maxFeatureValues) requireFeatureCount(path, targets.length, header.length - 1);
  }
  if (header === null || targets.length + issues.count === 0) {
    throw new UserError(
      `${path} has no rows below its header: the first line names the columns, each further line is an example.`,
    );
  }
  issues.throwIfAny();

  const table = { examples: targets.length, inputs: header.length - 1, features: Float64Array.from(features) };
  if (task === 'regression') {
    return { ...table, outputs: 1, targets: Float64Array.from(targets, Number), scaling: 'perFeature' };
  }
  const numbered = numberClasses(path, targets);
  return { ...table, outputs: numbered.classes.length, targets: numbered.targets, scaling: 'perFeature' };
}

async function* readRows(path: string, bytes: Buffer): AsyncGenerator<Row> {
  const parser = parse(bytes, { bom: true, trim: true, info: true, relax_column_count: true, skip_empty_lines: true });
  try {
    for await (const row of parser) yield row as Row;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new UserError(`${path} is not well-formed CSV: ${cause.message}.`);
  }
}

function checkHeader(path: string, header: readonly string[], target: string): number {
  if (header.length > maxColumns) {
    throw new UserError(`${path} has ${header.length} columns; at most ${maxColumns} are read.`);
  }
  if (header.length < 2) {
    throw new UserError(
      `${path} has one column only (${JSON.stringify(header[0]?.slice(0, 80))}): columns are separated by commas.`,
    );
  }
  const twice = header.find((name, column) => header.indexOf(name) !== column);
  if (twice !== undefined) throw new UserError(`${path} has two columns named ${JSON.stringify(twice)}: rename one.`);
  const column = header.indexOf(target);
  if (column < 0) {
    const names = header.slice(0, 20).map((name) => JSON.stringify(name.slice(0, 80)));
    throw new UserError(
      `${path} has no column ${JSON.stringify(target)} for the target; its columns are ${names.join(', ')}${header.length > 20 ? ', ...' : ''}.`,
    );
  }
  return column;
}

function numberProblem(field: string): string | null {
  if (field === '') return 'no value';
  if (!decimal.test(field)) return `${JSON.stringify(field.slice(0, 40))} is not a number`;
  return Math.abs(Number(field)) > maxFloat32 ? `${field.slice(0, 40)} is too large for float32` : null;
}

/** What is wrong with which line; the first few are shown, all are counted. */
class LineIssues {
  readonly #path: string;
  readonly #shown: string[] = [];
  count = 0;

  constructor(path: string) {
    this.#path = path;
  }

  add(line: number, problem: string): void {
    this.count++;
    if (this.#shown.length < maxIssuesShown) this.#shown.push(`line ${line}: ${problem}`);
  }

  /** Throws UserError when anything was added. */
  throwIfAny(): void {
    if (this.count === 0) return;
    const rest = this.count - this.#shown.length;
    throw new UserError(
      `${this.#path} cannot be used as it is: ${this.#shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}. ` +
        'Fill in or remove these rows, and turn text columns into numbers.',
    );
  }
}
