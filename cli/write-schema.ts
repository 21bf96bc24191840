import { writeFile } from 'node:fs/promises';
import { sweepJsonSchema } from '../core/sweep/schema/json-schema.ts';

/** Writes the JSON Schema of sweep files beside the examples, where their `$schema` finds it. */
const file = new URL('../examples/sweep.schema.json', import.meta.url);
await writeFile(file, `${JSON.stringify(sweepJsonSchema(), null, 2)}\n`);
