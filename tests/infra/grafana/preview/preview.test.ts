import { request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboardFolder } from '../../../../infra/grafana/dashboard-files.ts';
import { findBrowser, startBrowser, takePictures } from '../../../../infra/grafana/preview/pictures.ts';
import { type Preview, startPreview } from '../../../../infra/grafana/preview/preview-server.ts';
import type { PreviewAnswer, PreviewQuestion } from '../../../../infra/grafana/preview/question.ts';
import { allowReader } from '../../../../storage/reader-role.ts';
import { createTestDatabase, type TestDatabase } from '../../../setup/test-database.ts';
import { createTestRole } from '../../../setup/test-role.ts';
import { previewFolder } from './preview-folder.ts';

// What functions that run in the page use of a browser, whose types this program has not.
declare const getComputedStyle: (element: unknown) => { readonly color: string };
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): { getImageData(...area: number[]): { readonly data: Uint8ClampedArray } };
}

const role = createTestRole('preview');
const browserPath = await findBrowser(process.env);

let database: TestDatabase;
let sample: Awaited<ReturnType<typeof previewFolder>>;
let preview: Preview;

beforeAll(async () => {
  [database, sample] = await Promise.all([createTestDatabase(), previewFolder()]);
  await allowReader(database.url, role.password, role.name);
  preview = await startPreview({ readerUrl: role.urlOf(database.url), folder: sample.folder, port: 0 });
});
afterAll(async () => {
  await preview.close();
  await database.drop();
  await Promise.all([role.drop(), sample.remove()]);
});

const values = { fruit: "it's apple", each: ["it's apple1"] };
async function ask(query: PreviewQuestion['query'], more: object = {}): Promise<PreviewAnswer> {
  const toMs = Date.now();
  const question = { dashboard: 'sample', query, values, fromMs: toMs - 3_600_000, toMs, intervalMs: 60_000, ...more };
  const response = await fetch(`${preview.address}/api/query`, { method: 'POST', body: JSON.stringify(question) });
  return (await response.json()) as PreviewAnswer;
}
const panel = (panelId: number) => ({ kind: 'panel', panelId, refId: 'A' }) as const;

describe("the preview's server", () => {
  test('answers the query of a panel with its variables quoted', async () => {
    expect(await ask(panel(2))).toEqual({ columns: [{ name: 'share', type: 'number', values: [0.4567] }] });
    expect(await ask(panel(7))).toEqual({ columns: [{ name: 'value', type: 'string', values: ["it's apple1"] }] });
  });

  test('answers one column a metric for a picture over time', async () => {
    const answer = (await ask(panel(6))) as { columns: { name: string; type: string; values: unknown[] }[] };
    expect(answer.columns.map(({ name, type }) => [name, type])).toEqual([
      ['time', 'time'],
      ['apples', 'number'],
      ['pears', 'number'],
    ]);
    expect(answer.columns[1]!.values).toEqual([1, null]);
    // The group of a minute begins at a whole minute.
    expect(Number(answer.columns[0]!.values[0]) % 60_000).toBe(0);
  });

  test('answers variables and annotations', async () => {
    expect(await ask({ kind: 'variable', name: 'fruit' })).toMatchObject({
      columns: [{ name: '__text', values: ['Apples', 'Pears'] }, { name: '__value' }],
    });
    expect(await ask({ kind: 'annotation', name: 'marks' })).toMatchObject({
      columns: [{ name: 'time', type: 'time' }, { values: ['pause'] }],
    });
  });

  test('says what the database says of a wrong query, and reads no table', async () => {
    expect(await ask(panel(9))).toEqual({ error: expect.stringContaining('nonsense') as string });
    expect(await ask(panel(10))).toEqual({ error: expect.stringContaining('permission denied') as string });
  });

  test('takes no SQL from a browser, and no page of another name', async () => {
    expect(await ask(panel(2), { rawSql: 'SELECT 1' })).toEqual({ error: expect.stringContaining('rawSql') as string });
    expect(await ask({ kind: 'panel', panelId: 99, refId: 'A' })).toEqual({
      error: expect.stringContaining('99') as string,
    });
    const code = await new Promise((resolve, reject) => {
      const asked = request(`${preview.address}/api/dashboards`, { headers: { host: 'evil.example' } }, (response) =>
        resolve(response.statusCode),
      );
      asked.on('error', reject).end();
    });
    expect(code).toBe(403);
  });
});

const pages = () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await startBrowser(browserPath!);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => expect.unreachable(error.message));
    await page.goto(`${preview.address}/d/sample?theme=light`);
    await drawn();
  });
  afterAll(() => browser.close());

  const drawn = () => page.waitForSelector('body[data-state=ready]');
  const box = (title: string) =>
    page.locator('.panel', { has: page.getByRole('heading', { name: title, exact: true }) });
  const colorOf = (title: string, text: string) =>
    box(title)
      .getByText(text, { exact: true })
      .evaluate((found) => getComputedStyle(found).color);
  /** Pixels of a colour in a panel's picture. */
  const pixels = (title: string, color: readonly number[]) =>
    box(title)
      .locator('canvas')
      .evaluate((found, wanted) => {
        const canvas = found as unknown as Canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let at = 0; at < data.length; at += 4) {
          const isNear = wanted.every((part, index) => Math.abs(data[at + index]! - part) < 3);
          if (isNear && data[at + 3]! > 200) count += 1;
        }
        return count;
      }, color);

  test('has the panels where the grid says', async () => {
    const place = (await box('Rows').boundingBox())!;
    // 24 columns over the width of the page, with 16 pixels at its sides and 8 between panels; rows of 30 pixels.
    expect(place.width).toBeCloseTo(((1440 - 32 + 8) / 24) * 18 - 8, 0);
    expect(place.height).toBeCloseTo(8 * 38 - 8, 0);
  });

  test('shows units, decimals, thresholds and variables of the JSON', async () => {
    expect(await box('Share of Apples').locator('.stat-value').textContent()).toBe('45.7%');
    expect(await colorOf('Share of Apples', '45.7%')).toBe('rgb(68, 85, 102)');
  });

  test('shows overrides: names, mappings with their colours, bars, links and what is hidden', async () => {
    const heads = await box('Rows').locator('th').allTextContents();
    expect(heads).toEqual(['kind', 'state', 'done']);
    expect(await colorOf('Rows', 'spoilt')).toBe('rgb(170, 0, 0)');
    expect(
      await box('Rows')
        .locator('.bar-fill')
        .first()
        .evaluate((bar) => bar.style.width),
    ).toBe('25%');
    expect(await box('Rows').getByText('one', { exact: true }).getAttribute('href')).toBe(
      "/d/other?var-id=a/b&var-fruit=it's%20apple",
    );
    expect(await box('Rows').locator('.info').getAttribute('title')).toBe('What Apples is.');
  });

  test('applies transformations', async () => {
    expect(await box('Matrix').locator('th').allTextContents()).toEqual(['down\\across', 'x', 'y']);
    expect(await box('Matrix').locator('tbody tr').last().locator('td').allTextContents()).toEqual(['b', '2', '–']);
  });

  test('colours a cell without a value as Grafana does: like the least one, unless a mapping says otherwise', async () => {
    const backgrounds = (title: string, row: number) =>
      box(title)
        .locator(`tbody tr:nth-child(${row}) td`)
        .evaluateAll((cells) =>
          cells.map((cell) => (cell as unknown as { style: { background: string } }).style.background),
        );
    expect(await backgrounds('Unmapped', 1)).toEqual(['rgb(0, 255, 0)']);
    expect(await backgrounds('Unmapped', 2)).toEqual(['rgb(0, 0, 255)']);
    expect(await backgrounds('Matrix', 2)).toEqual(['rgb(0, 255, 0)', 'rgb(0, 255, 0)', '']);
  });

  test('draws lines and stacked bars in their colours', async () => {
    expect(await pixels('Curve', [255, 0, 255])).toBeGreaterThan(500);
    expect(await box('Curve').locator('.legend').textContent()).toBe('square Max: 100');
    expect(await box('Over time').locator('.legend').textContent()).toBe('applespears');
    expect(await pixels('Curve', [1, 2, 3])).toBe(0);
  });

  test('says what is missing in the words of the JSON, and what went wrong in those of the database', async () => {
    expect(await box('Nothing').locator('.message').textContent()).toBe('No Apples here.');
    expect(await box('Wrong').locator('.message.error').textContent()).toContain('nonsense');
  });

  test('repeats a panel for each value, and asks the chain of variables again when one is chosen', async () => {
    expect(await page.getByRole('heading', { name: /^Of / }).allTextContents()).toEqual([
      "Of it's apple1",
      "Of it's apple2",
      "Of it's apple3",
    ]);
    await page.locator('.variable', { hasText: 'Fruit' }).locator('select').selectOption('pear');
    await box('Share of Pears').waitFor();
    await drawn();
    expect(await page.getByRole('heading', { name: /^Of / }).allTextContents()).toEqual([
      'Of pear1',
      'Of pear2',
      'Of pear3',
    ]);
    expect(new URL(page.url()).searchParams.get('var-fruit')).toBe('pear');
  });

  test('closes a row', async () => {
    await page.getByRole('button', { name: 'Numbers' }).click();
    await expect.poll(() => page.locator('.panel').count()).toBe(0);
  });
};

if (browserPath === null) withoutBrowser();
else withBrowser();

function withoutBrowser(): void {
  test('no Chromium is on PATH: how the preview looks is not tested here, and pictures are refused', async () => {
    const wanted = {
      address: preview.address,
      sweepId: null,
      folder: sample.folder,
      browser: '/none',
      themes: [],
      widths: [],
    };
    await expect(takePictures(wanted)).rejects.toThrow('/none');
  });
}

function withBrowser(): void {
  describe('the page', () => {
    pages();
  });
  test('draws every dashboard without an error, even of an empty database', { timeout: 180_000 }, async () => {
    const own = await startPreview({ readerUrl: role.urlOf(database.url), folder: dashboardFolder, port: 0 });
    const folder = await mkdtemp(join(tmpdir(), 'pictures-'));
    try {
      const files = await takePictures({
        address: own.address,
        sweepId: null,
        folder,
        browser: browserPath!,
        themes: ['dark'],
        widths: [1440],
      });
      expect(files).toContain(join(folder, 'sweep-dark-1440.png'));
    } finally {
      await own.close();
      await rm(folder, { recursive: true });
    }
  });
}
