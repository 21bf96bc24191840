import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { MachineError } from '../../../core/errors.ts';
import { findOnPath } from '../../local/find-on-path.ts';

const browserNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
export const pictureThemes = ['light', 'dark'] as const;
export const pictureWidths = [1440, 1920] as const;
const drawnWithinMs = 60_000;

/** The path of a Chromium or Chrome; null where there is none. */
export async function findBrowser(environment: NodeJS.ProcessEnv): Promise<string | null> {
  for (const name of browserNames) {
    const found = await findOnPath(name, environment);
    if (found !== null) return found;
  }
  return null;
}

export interface PictureOptions {
  /** Of the preview's server. */
  readonly address: string;
  /** The newest sweep where null. */
  readonly sweepId: string | null;
  readonly folder: string;
  /** Path of a Chromium. */
  readonly browser: string;
  readonly themes: readonly (typeof pictureThemes)[number][];
  /** Of the page, in pixels. */
  readonly widths: readonly number[];
}

/** Draws every dashboard from top to bottom in each theme and width. Answers the files. Throws MachineError when the page fails. */
export async function takePictures(options: PictureOptions): Promise<string[]> {
  const { address, sweepId, folder, browser, themes, widths } = options;
  await mkdir(folder, { recursive: true });
  const dashboards = (await (await fetch(`${address}/api/dashboards`)).json()) as { uid: string }[];
  const started = await startBrowser(browser);
  try {
    const files: string[] = [];
    for (const { uid } of dashboards) {
      for (const theme of themes) {
        for (const width of widths) {
          const file = join(folder, `${uid.replace(/^initsweep-/, '')}-${theme}-${width}.png`);
          const parameters = new URLSearchParams({ theme, ...(sweepId === null ? {} : { 'var-sweep': sweepId }) });
          await takePicture(started, `${address}/d/${uid}?${parameters.toString()}`, width, file);
          files.push(file);
        }
      }
    }
    return files;
  } finally {
    await started.close();
  }
}

/** Root, as in most containers, has no sandbox to run Chromium in. */
export function startBrowser(executablePath: string): Promise<Browser> {
  const args = ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launch({ executablePath, args });
}

async function takePicture(browser: Browser, address: string, width: number, path: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  try {
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(address);
    await page.waitForSelector('body[data-state=ready], body[data-state=failed]', { timeout: drawnWithinMs });
    failures.push(...(await page.locator('.message.error').allTextContents()));
    if (failures.length > 0) throw new MachineError(`${address}: ${failures.join('; ')}`);
    await page.screenshot({ path, fullPage: true });
  } finally {
    await page.close();
  }
}
