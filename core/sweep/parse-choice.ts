import type { z } from 'zod';
import type { Activation } from '../activations/activation.ts';
import { UserError } from '../errors.ts';
import type { Initializer } from '../initializers/initializer.ts';
import type { Network, Normalization } from '../networks/network.ts';
import { defaultLimits } from './limits.ts';
import { describeMistake } from './mistakes/describe-mistake.ts';
import { issuesOf } from './mistakes/issues-of.ts';
import { sweepSchemas } from './schema/sweep-file.ts';

/**
 * An initializer as a person or a label writes it: `heNormal`, an alias, or with parameters, `normal(sd=0.01)`.
 *
 * @throws UserError that says what is allowed, and what may have been meant
 */
export function parseInitializer(text: string): Initializer {
  return parseChoice('initializer', sweepSchemas(defaultLimits).axisValues.initializer, text);
}

/** An activation, written the same way: `relu`, `leakyRelu(slope=0.2)`. Throws UserError. */
export function parseActivation(text: string): Activation {
  return parseChoice('activation', sweepSchemas(defaultLimits).axisValues.activation, text);
}

/** A network, written the same way: `mlp`, `residual(blockLayers=3)`. Throws UserError. */
export function parseNetwork(text: string): Network {
  return parseChoice('network', sweepSchemas(defaultLimits).axisValues.network, text);
}

/** A normalization: `none`, `layer`, `batch`. Throws UserError. */
export function parseNormalization(text: string): Normalization {
  return parseChoice('normalization', sweepSchemas(defaultLimits).axisValues.normalization, text);
}

function parseChoice<Choice>(kind: string, schema: z.ZodType<Choice>, text: string): Choice {
  const input = writtenChoice(kind, text);
  const parsed = schema.safeParse(input, { error: describeMistake });
  if (parsed.success) return parsed.data;
  const [mistake] = issuesOf(parsed.error, input);
  const place = mistake!.path === '' ? text : `${kind} ${text}: ${mistake!.path}`;
  throw new UserError(`${place} ${mistake!.message}`, [mistake!]);
}

/** The name, or an object where the text has parameters. */
function writtenChoice(kind: string, text: string): unknown {
  const match = /^([^(]+)\((.*)\)$/s.exec(text.trim());
  if (match === null) return text.trim();
  const parameters = match[2]!
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [key, value, ...more] = part.split('=').map((side) => side.trim());
      if (!key || !value || more.length > 0) {
        throw new UserError(
          `${kind} ${text}: parameters are written as name(key=value, key=value), not "${part.trim()}"`,
        );
      }
      const number = Number(value);
      return [key, Number.isNaN(number) ? value : number] as const;
    });
  return { ...Object.fromEntries(parameters), name: match[1]!.trim() };
}
