import { UserError } from '../../core/errors.ts';
import { depthMismatch } from '../../core/networks/network.ts';
import { parseActivation, parseInitializer, parseNetwork, parseNormalization } from '../../core/sweep/parse-choice.ts';
import { networkLabel } from '../../core/trial/labels.ts';
import { explainDepth } from '../explain/explain-depth.ts';
import { explainLayer } from '../explain/explain-layer.ts';
import { wholeNumber } from '../whole-number.ts';

interface ExplainOptions {
  readonly fanIn: string;
  readonly fanOut: string;
  readonly activation: string;
  readonly depth?: string;
  readonly outputs: string;
  readonly network: string;
  readonly normalization: string;
}

/** `initsweep explain INITIALIZER`: what it draws, by which rule, and what theory predicts of a network of such layers. */
export function explainCommand(name: string, options: ExplainOptions): Promise<void> {
  const initializer = parseInitializer(name);
  const activation = parseActivation(options.activation);
  const network = parseNetwork(options.network);
  const normalization = parseNormalization(options.normalization);
  const fanIn = wholeNumber('--fan-in', options.fanIn, 1_000_000);
  const fanOut = wholeNumber('--fan-out', options.fanOut, 1_000_000);
  const outputs = wholeNumber('--outputs', options.outputs, 1_000_000);
  const depth = options.depth === undefined ? null : wholeNumber('--depth', options.depth, 1000);
  const lines = explainLayer(initializer, { fanIn, fanOut, activation });
  if (depth !== null) {
    const mismatch = depthMismatch(network, depth);
    if (mismatch !== null) throw new UserError(`${networkLabel(network)} ${mismatch}`);
    const layerSizes = [fanIn, ...Array<number>(depth).fill(fanOut), outputs];
    lines.push('', ...explainDepth({ initializer, activation, network, normalization, layerSizes }));
  }
  console.log(lines.join('\n'));
  return Promise.resolve();
}
