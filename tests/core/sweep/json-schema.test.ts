import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sweepJsonSchema } from '../../../core/sweep/schema/json-schema.ts';

describe('the JSON Schema of sweep files', () => {
  it('is the one that lies beside the examples (npm run schema writes it)', () => {
    const file = readFileSync(new URL('../../../examples/sweep.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(sweepJsonSchema())));
  });

  it('offers aliases to an editor, and says what every name means', () => {
    const { definitions } = sweepJsonSchema() as {
      definitions: { initializer: { anyOf: [{ enum: string[] }, { oneOf: { description: string }[] }] } };
    };
    const [bare, objects] = definitions.initializer.anyOf;
    expect(bare.enum).toEqual(expect.arrayContaining(['heNormal', 'kaimingNormal', 'xavierUniform']));
    expect(bare.enum).not.toContain('normal');
    expect(objects.oneOf.every(({ description }) => description.length > 10)).toBe(true);
  });
});
