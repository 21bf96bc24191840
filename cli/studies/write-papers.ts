import { checkGlorot2010 } from '../../core/papers/glorot-2010.ts';
import { checkHe2015 } from '../../core/papers/he-2015.ts';
import { type PaperCheck, type PaperInput, patternOf } from '../../core/papers/paper.ts';
import { checkSaxe2013 } from '../../core/papers/saxe-2013.ts';
import { checkSchoenholz2017 } from '../../core/papers/schoenholz-2017.ts';
import type { StackConnection } from '../stack-connection.ts';
import { checkTable } from './check-table.ts';
import { finishedSweep } from './finished-sweep.ts';
import { repositoryFile, writeParts, writePicture } from './page.ts';
import { runStudy } from './run-study.ts';
import { glorotCharts, heChart, type Picture, saxeChart, schoenholzCharts } from './paper-charts.ts';
import { glorotTable, heTable, saxeTable, schoenholzTable, trialsText } from './paper-tables.ts';

interface Paper {
  readonly name: string;
  readonly check: (input: PaperInput) => PaperCheck[];
  readonly table: (input: PaperInput) => string;
  readonly charts: (input: PaperInput) => Picture[];
}

const papers: readonly Paper[] = [
  { name: 'glorot-2010', check: checkGlorot2010, table: glorotTable, charts: glorotCharts },
  { name: 'he-2015', check: checkHe2015, table: heTable, charts: heChart },
  { name: 'saxe-2013', check: checkSaxe2013, table: saxeTable, charts: saxeChart },
  { name: 'schoenholz-2017', check: checkSchoenholz2017, table: schoenholzTable, charts: schoenholzCharts },
];

/** `npm run papers`: runs the sweeps of examples/papers, or takes what there is of them, and writes the tables and pictures of docs/papers.md. */
async function writePapers(stack: StackConnection): Promise<void> {
  const parts: Record<string, string> = {};
  for (const { name, check, table, charts } of papers) {
    const { id, spec } = await finishedSweep(stack, repositoryFile(`examples/papers/${name}.json`));
    const [trials, layers] = await Promise.all([stack.store.outcomes(id), stack.store.initialLayers(id)]);
    const input: PaperInput = { trials, layers, epochs: spec.training.epochs, target: spec.training.target };
    const checks = check(input);
    const pictures = await Promise.all(
      charts(input).map((picture) => writePicture(picture.name, picture.svg, picture.alternative)),
    );
    const backends = [...new Set(trials.flatMap(({ backend }) => backend ?? []))].join(', ');
    parts[name] = [
      checkTable(checks),
      pictures.join('\n'),
      table(input),
      `${trialsText(trials)}; backend ${backends}.`,
    ].join('\n\n');
    console.log(`${name}: the pattern ${patternOf(checks)}`);
    for (const each of checks) console.log(`  ${each.decision.padEnd(9)} ${each.statement}`);
  }
  await writeParts('docs/papers.md', parts);
}

await runStudy(writePapers);
