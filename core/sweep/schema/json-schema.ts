import { z } from 'zod';
import { defaultLimits } from '../limits.ts';
import { sweepSchemas } from './sweep-file.ts';

/** JSON Schema (draft 7, which editors know best) of a sweep file as a person writes it, under the default limits. */
export function sweepJsonSchema(): object {
  const schema = z.toJSONSchema(sweepSchemas(defaultLimits).file, { io: 'input', target: 'draft-7' });
  return { ...schema, title: 'A sweep of initsweep' };
}
