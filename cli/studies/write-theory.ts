import { initializerStyle } from '../../core/presentation/initializer-colours.ts';
import { createWasmBackend } from '../../training/backends/wasm/wasm-backend.ts';
import { lineChart, type ChartLine } from '../charts/line-chart.ts';
import { numberText } from '../explain/explain-layer.ts';
import { families } from './families.ts';
import { markdownTable, writeParts, writePicture } from './page.ts';
import { sampleNetworks } from './sample-networks.ts';
import { compareWithTheory, type ComparedLayer, type Spread } from './theory-against-networks.ts';

const seeds = Array.from({ length: 32 }, (_, i) => i + 1);
const examples = 256;

interface Compared {
  readonly title: string;
  readonly initializer: string;
  readonly activation: string;
  /** Measured on many inputs. */
  readonly layers: readonly ComparedLayer[];
  /** Measured on one input; null where its scatter over networks is not predicted. */
  readonly ofOneInput: readonly ComparedLayer[] | null;
}

/** `npm run theory`: samples the networks of `families` and writes the table and the pictures of docs/theory.md. */
async function writeTheory(): Promise<void> {
  const backend = await createWasmBackend();
  const compared: Compared[] = [];
  for (const family of families) {
    const compare = async (inputs: number) =>
      compareWithTheory(family, await sampleNetworks(backend, family, seeds, inputs));
    const layers = await compare(examples);
    // The predicted scatter is that of one input's layer.
    const ofOneInput = layers[0]!.activationVariance.band === null ? null : await compare(1);
    const { title, initializer, activation } = family;
    compared.push({ title, initializer: initializer.name, activation: activation.name, layers, ofOneInput });
    console.log(`${title}: ${seeds.length} networks`);
  }
  await backend.dispose();
  const pictures = [
    await writePicture(
      'theory-activations',
      chart(compared, 'Variance of the activations', 'variance', ({ activationVariance }) => activationVariance),
      'Variance of the activations by layer, measured on sampled networks, beside mean-field theory',
    ),
    await writePicture(
      'theory-gradients',
      chart(
        // A double logarithm would be needed to show it beside the others.
        compared.filter(({ activation }) => activation !== 'sigmoid'),
        'Back-propagated gradient, over that of the output layer',
        'ratio of root mean squares',
        ({ gradientRatio }) => gradientRatio,
      ),
      'Back-propagated gradient by layer, measured on sampled networks, beside mean-field theory',
    ),
  ];
  await writeParts('docs/theory.md', { pictures: pictures.join('\n\n'), table: table(compared) });
}

const activationDash: Readonly<Record<string, readonly number[] | null>> = {
  relu: null,
  tanh: [6, 4],
  sigmoid: [12, 4, 2, 4],
};

function chart(
  compared: readonly Compared[],
  title: string,
  yLabel: string,
  of: (layer: ComparedLayer) => Spread & { readonly predicted: number },
): string {
  const lines = compared.map(({ title: label, initializer, activation, layers }): ChartLine => ({
    label,
    colour: initializerStyle(initializer).colour,
    dash: activationDash[activation] ?? null,
    points: layers.map((layer) => ({ x: layer.layer, y: of(layer).median, low: of(layer).low, high: of(layer).high })),
    theory: layers.map((layer) => ({ x: layer.layer, y: of(layer).predicted })),
  }));
  return lineChart({ title, xLabel: 'hidden layer', yLabel, yScale: 'log', lines, width: 620, height: 340 });
}

const short = (value: number) => numberText(Number(value.toPrecision(3)));
const spreadText = ({ low, median, high }: Spread) => `${short(median)} [${short(low)}, ${short(high)}]`;

function table(compared: readonly Compared[]): string {
  const rows = compared.flatMap(({ title, layers, ofOneInput }) => {
    const [first, tenth, last] = [layers[0]!, layers[9]!, layers.at(-1)!];
    const activations = (layer: ComparedLayer) => layer.activationVariance;
    const gradient = (layer: ComparedLayer) => layer.gradientRatio;
    const row = (
      what: string,
      { predicted, ...spread }: Spread & { readonly predicted: number },
      band: Spread | null,
    ) => [title, what, short(predicted), band === null ? '' : spreadText(band), spreadText(spread)];
    const single = ofOneInput?.at(-1);
    return [
      row(`activation variance, layer ${tenth.layer}`, activations(tenth), null),
      row(`activation variance, layer ${last.layer}`, activations(last), null),
      ...(single ? [row(`the same of one input`, activations(single), single.activationVariance.band)] : []),
      row(`gradient, layer ${tenth.layer} over output`, gradient(tenth), null),
      row(`gradient, layer ${first.layer} over output`, gradient(first), null),
    ];
  });
  const head = [
    'network',
    'what',
    'theory: mean',
    'theory: median [quartiles] over networks',
    'measured: median [quartiles] over networks',
  ];
  return markdownTable(head, rows);
}

await writeTheory();
