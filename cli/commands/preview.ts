import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MachineError } from '../../core/errors.ts';
import { writeDashboards } from '../../infra/grafana/dashboard-files.ts';
import { findBrowser, pictureThemes, pictureWidths, takePictures } from '../../infra/grafana/preview/pictures.ts';
import { type Preview, startPreview } from '../../infra/grafana/preview/preview-server.ts';
import { findFreePort } from '../../infra/local/ports.ts';
import { findStack } from '../../infra/local/stack.ts';
import { temporalUiOfStack } from '../../infra/local/stack-state.ts';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { findReader } from '../preview/find-reader.ts';
import { findSweep } from '../find-sweep.ts';

const usualPort = 8300;

/** `initsweep preview [ID] [--pictures FOLDER]` */
export async function previewCommand(id: string | undefined, options: { pictures?: string }): Promise<void> {
  const { ownerUrl, readerUrl } = await findReader(process.env);
  const sweepId = id === undefined ? null : await sweepIdOf(ownerUrl, id);
  const folder = await mkdtemp(join(tmpdir(), 'initsweep-preview-'));
  try {
    await writeDashboards(folder, { temporalUi: temporalUiOfStack(await findStack()) });
    const preview = await startPreview({ readerUrl, folder, port: await findFreePort(usualPort) });
    try {
      if (options.pictures === undefined) await serve(preview, sweepId);
      else await draw(preview, sweepId, options.pictures);
    } finally {
      await preview.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sweepIdOf(databaseUrl: string, id: string): Promise<string> {
  const store = await openStore(databaseUrl);
  try {
    return (await findSweep(store, id)).id;
  } finally {
    await store.close();
  }
}

async function serve({ address }: Preview, sweepId: string | null): Promise<void> {
  const page = sweepId === null ? '/d/initsweep-sweeps' : `/d/initsweep-sweep?var-sweep=${sweepId}`;
  console.log(`Dashboards: ${address}${page}`);
  console.error('A preview, drawn by initsweep itself, not Grafana. Ctrl-C ends it.');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

async function draw({ address }: Preview, sweepId: string | null, folder: string): Promise<void> {
  const browser = await findBrowser(process.env);
  if (browser === null)
    throw new MachineError('Pictures need a Chromium or Chrome on PATH; without one, open the page itself.');
  const wanted = { address, sweepId, folder, browser, themes: pictureThemes, widths: pictureWidths };
  for (const file of await takePictures(wanted)) console.log(file);
}
