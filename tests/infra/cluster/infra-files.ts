import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** Absolute path of a file of the project. */
export function projectPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

export function readProjectFile(path: string): string {
  return readFileSync(projectPath(path), 'utf8');
}

/** Every document of a YAML file, with merge keys followed. */
export function readYaml(path: string): unknown[] {
  return parseAllDocuments(readProjectFile(path), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0]!.message}`);
    return document.toJS() as unknown;
  });
}
