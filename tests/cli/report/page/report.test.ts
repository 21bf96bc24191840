import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlReport } from '../../../../cli/report/page/html-report.ts';
import { markdownReport } from '../../../../cli/report/page/markdown-report.ts';
import { readReportData, type ReportData } from '../../../../cli/report/page/report-data.ts';
import { reportParts } from '../../../../cli/report/page/report-parts.ts';
import { createPlan } from '../../../../core/sweep/plan.ts';
import type { SweepSpec } from '../../../../core/sweep/sweep-spec.ts';
import { openStore } from '../../../../storage/prisma-sweep-store.ts';
import type { SweepStore } from '../../../../storage/sweep-store.ts';
import { withSweepReader } from '../../../../storage/sweep-reader.ts';
import { claimedIn, epoch, layer, result, spec, sweep } from '../../../contracts/sweep-store-samples.ts';
import { createTestDatabase, type TestDatabase } from '../../../setup/test-database.ts';

let database: TestDatabase;
let data: ReportData;
let ratesData: ReportData;

/** Numbers 0, 4, 8 ... are heNormal at depth 2, those after each of them normal(sd=0.01): it takes longer. */
beforeAll(async () => {
  database = await createTestDatabase();
  const store = await openStore(database.url);
  const { spec, ...rest } = sweep('a');
  await store.openSweep({ ...rest, spec: { ...spec, description: 'Is <b>He</b> & co. "better" | faster?' } });
  for (const number of [0, 1, 4, 5, 8, 9, 12, 13, 16, 17]) {
    const trial = await claimedIn(store, 'a', number, `key ${number}`);
    const epochsToTarget = number % 4 === 0 ? 2 : 7;
    const layers = [0, 8].flatMap((at) => [1, 2, 3].map((each) => layer(at, each, { gradientNorm: 0.1 * each })));
    const ended = result({ epochsToTarget, stepsToTarget: 80, epochsRun: 8, stepsRun: 320 });
    await store.finishTrial(trial, ended, { epochs: Array.from({ length: 9 }, (_, at) => epoch(at)), layers });
  }
  await store.closeSweep('a', 'completed', 'done');
  await fillWithRates(store);
  [data, ratesData] = await withSweepReader(database.url, async (reader) => [
    await readReportData(store, reader, await store.readSweep('a')),
    await readReportData(store, reader, await store.readSweep('rates')),
  ]);
  await store.close();
});
afterAll(() => database.drop());

/** Both initializers with two learning rates and two normalizations, two seeds each, at depth 2. */
async function fillWithRates(store: SweepStore): Promise<void> {
  const normalization = [{ name: 'none' }, { name: 'layer' }] as const;
  const axes = { ...spec.axes, depth: [2], seed: [0, 1], learningRate: [0.1, 0.01], normalization };
  const planned: SweepSpec = { ...spec, name: 'rates', axes };
  const plan = createPlan(planned);
  await store.openSweep({ ...sweep('rates'), spec: planned, trialCount: plan.trialCount });
  for (let number = 0; number < plan.trialCount; number++) {
    const { config } = plan.decode(number);
    const trial = await claimedIn(store, 'rates', number, `rate ${number}`, { config });
    const records = { epochs: [epoch(0), epoch(1), epoch(4)], layers: [] };
    await store.finishTrial(trial, result({ testAccuracy: 0.8 + number / 100 }), records);
  }
  await store.closeSweep('rates', 'completed', 'done');
}

describe('the page', () => {
  const page = () => htmlReport('sample', reportParts(data));

  test('needs nothing from outside', () => {
    const others = page().replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
    expect(others).not.toMatch(/https?:\/\/|<script|<link|@import|url\(|\ssrc=|\shref=/);
  });

  test('begins with the verdicts, then the answer, the networks, the methods, and how to run it again', () => {
    const { document } = parseHTML(page());
    expect([...document.querySelectorAll('h2')].map((heading) => heading.textContent)).toEqual([
      'Verdicts',
      'The answer for each network',
      'Network by network',
      'Methods',
      'Run it again',
    ]);
    const [verdicts] = document.querySelectorAll('table');
    const rows = [...verdicts!.querySelectorAll('tbody tr')].map((row) => row.querySelectorAll('td')[2]!.textContent);
    expect(rows).toEqual(data.judgement.verdicts.map(({ decision }) => decision));
    expect(rows).toContain('supported');
  });

  test('draws heatmaps, learning curves, the share at the target and signals beside theory', () => {
    const { document } = parseHTML(page());
    const titles = [...document.querySelectorAll('svg.chart')].map((svg) => svg.getAttribute('aria-label'));
    expect(titles).toEqual([
      'median epochs to the target',
      'test accuracy, interquartile mean',
      'validation loss: median and quartiles over seeds',
      'validation accuracy: median and quartiles over seeds',
      'share of trials at the target (Kaplan-Meier)',
      'activation variance by layer, before training',
      'gradient norm by layer, before training',
    ]);
    expect(page()).toContain('>theory</text>');
    expect(page()).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('keeps words that look like markup as words', () => {
    const { document } = parseHTML(page());
    expect(document.querySelector('p')!.textContent).toBe('Is <b>He</b> & co. "better" | faster?');
    expect(document.querySelectorAll('b')).toHaveLength(0);
  });

  test('holds the sweep file, so that it can be run again', () => {
    const { document } = parseHTML(page());
    const [, file] = [...document.querySelectorAll('pre code')].map((code) => code.textContent);
    expect(JSON.parse(file!)).toEqual(data.sweep.spec);
  });
});

describe('a sweep with learning rates and normalizations as axes', () => {
  test('shows how much the rate matters, and the pictures of each network, whose name has several parts', () => {
    const { document } = parseHTML(htmlReport('rates', reportParts(ratesData)));
    const titles: Record<string, string[]> = {};
    let heading = '';
    for (const element of document.querySelectorAll('h2, h3, svg.chart')) {
      if (element.tagName.startsWith('H')) heading = element.textContent ?? '';
      else (titles[heading] ??= []).push(element.getAttribute('aria-label') ?? '');
    }
    expect(titles['How much the learning rate matters']).toEqual([
      'relu · layer normalization · depth 2',
      'relu · no normalization · depth 2',
    ]);
    expect(titles['relu · layer normalization · depth 2 · rate 0.01']).toContain(
      'validation loss: median and quartiles over seeds',
    );
  });

  test('and none of one with a single rate', () => {
    expect(htmlReport('sample', reportParts(data))).not.toContain('How much the learning rate matters');
  });
});

test('the survival share is one minus what has not arrived', () => {
  expect(data.survival.filter(({ initializer }) => initializer === 'heNormal').at(-1)).toMatchObject({
    regime: 'relu · depth 2',
    epoch: 2,
    notYetShare: 0,
  });
});

test('Markdown has the same texts and tables, without pictures', () => {
  const text = markdownReport(reportParts(data));
  expect(text).toContain('## Verdicts');
  expect(text).toContain('Is \\<b\\>He\\</b\\> & co. "better" \\| faster?');
  expect(text).not.toContain('<svg');
  const table = text.split('\n').filter((line) => line.startsWith('| '));
  const widths = table.slice(0, 8).map((line) => line.split(/(?<!\\)\|/).length);
  expect(new Set(widths).size).toBe(1);
});
