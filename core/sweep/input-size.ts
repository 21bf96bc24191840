import type { Issue } from '../errors.ts';
import { beyondLimit, type SweepLimits } from './limits.ts';

/** Levels of lists and objects within one another; a sweep file needs six. */
const deepestNesting = 16;

/**
 * What makes an input too large to be looked at further, or null. Counts its size as JSON text (an escaped or non-ASCII character as one byte) without recursion and stops
 * at the limit, so that no input, however deep or large, costs more than the limit.
 */
export function oversize(input: unknown, limits: SweepLimits): Issue | null {
  let bytes = 0;
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value: input, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (depth > deepestNesting) {
      return {
        path: '',
        message: `is nested too deeply: at most ${deepestNesting} lists and objects within one another`,
      };
    }
    if (typeof value === 'object' && value !== null) {
      bytes += 2;
      for (const [key, member] of Object.entries(value)) {
        bytes += Array.isArray(value) ? 1 : key.length + 4;
        if (bytes > limits.inputBytes) break;
        waiting.push({ value: member, depth: depth + 1 });
      }
    } else {
      bytes += typeof value === 'string' ? value.length + 2 : 4;
    }
    if (bytes > limits.inputBytes) {
      return { path: '', message: `is too large: its size as JSON text is ${beyondLimit(limits, 'inputBytes')}` };
    }
  }
  return null;
}
