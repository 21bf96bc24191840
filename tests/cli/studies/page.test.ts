import { describe, expect, it } from 'vitest';
import { checkTable } from '../../../cli/studies/check-table.ts';
import { markdownTable, replacePart } from '../../../cli/studies/page.ts';
import { UserError } from '../../../core/errors.ts';
import type { PaperCheck } from '../../../core/papers/paper.ts';

describe('replacePart', () => {
  const page = 'before\n<!-- generated: a -->\nold\n<!-- end of a -->\nafter';

  it('replaces what a command made and leaves what a person wrote; twice is as once', () => {
    const once = replacePart(page, 'a', 'new\n');
    expect(once).toBe('before\n<!-- generated: a -->\n\nnew\n\n<!-- end of a -->\nafter');
    expect(replacePart(once, 'a', 'new')).toBe(once);
  });

  it('refuses a page without that part', () => {
    expect(() => replacePart(page, 'b', 'new')).toThrow(UserError);
  });
});

describe('markdownTable', () => {
  it('keeps a bar within a cell', () => {
    expect(markdownTable(['a', 'b'], [['1|2', '3']])).toBe('| a | b |\n| --- | --- |\n| 1\\|2 | 3 |');
  });
});

describe('checkTable', () => {
  const check: PaperCheck = {
    statement: 'It falls.',
    reference: 'figure 7',
    published: 'falls',
    measure: 'factor a layer',
    value: 0.31234,
    interval: { low: 0.3, high: 0.3333 },
    predicted: 0.315,
    rule: 'interval below 0.577',
    decision: 'holds',
  };

  it('says of each check what was published, measured and predicted, and by what it was decided', () => {
    const text = checkTable([check]);
    expect(text).toContain('**The pattern holds.**');
    expect(text).toContain('| It falls. | falls (figure 7) | 0.312 [0.3, 0.333] | 0.315 | holds |');
    expect(text).toContain('- It falls. Measured: factor a layer. Decided by: interval below 0.577.');
  });

  it('does not hide a check that fails or is open', () => {
    expect(checkTable([check, { ...check, decision: 'fails' }])).toContain('**The pattern does not hold in full.**');
    expect(checkTable([check, { ...check, decision: 'undecided', value: null }])).toContain('is left open in part');
  });
});
