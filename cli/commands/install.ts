import { createInterface } from 'node:readline/promises';
import { UserError } from '../../core/errors.ts';
import { folders } from '../../infra/local/folders.ts';
import { installTfjsNative, uninstallTfjsNative } from '../../infra/tfjs-native/install.ts';
import { installedPackages, packageVariables, thisPlatform } from '../../infra/tfjs-native/prefix.ts';
import { type Release, releaseFor, type Variant, variants, wheelsOf } from '../../infra/tfjs-native/release.ts';
import { selfTest } from '../install/self-test.ts';
import { showStep } from '../install/show-steps.ts';

/** `initsweep install native|cuda` */
export async function installCommand(what: string, { yes }: { readonly yes?: true }): Promise<void> {
  const { variant, release } = wanted(what);
  const { cache } = folders();
  const isThere = packageVariables[variant] in installedPackages(cache);
  if (variant === 'cuda' && !isThere && !yes) await requireConsent(release);
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort(new UserError('Interrupted: nothing was installed.'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const installed = await installTfjsNative({
      variant,
      release,
      cacheFolder: cache,
      environment: process.env,
      runStep: showStep,
      selfTest: (folder) => selfTest(variant, folder),
      signal: interruption.signal,
    });
    const { libraryVersion, usesGpu } = installed.selfTest;
    const where =
      variant === 'native' ? '' : usesGpu ? ', on the GPU' : '. No GPU answered: it computes on the processor';
    console.log(`libtensorflow ${libraryVersion} works${where}.`);
    console.log(`${installed.wasThere ? 'It was there already: ' : 'Installed in '}${installed.folder}`);
    console.log(`A stack that runs takes it when it starts again (npx initsweep down). A worker started by hand needs`);
    console.log(`${packageVariables[variant]}=${installed.folder}`);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** `initsweep uninstall native|cuda` */
export async function uninstallCommand(what: string): Promise<void> {
  const { variant, release } = wanted(what);
  const wasThere = await uninstallTfjsNative(folders().cache, variant, release);
  console.log(wasThere ? `Removed ${variant}.` : `${variant} is not installed.`);
}

function wanted(what: string): { readonly variant: Variant; readonly release: Release } {
  const variant = variants.find((each) => each === what);
  if (!variant) throw new UserError(`There is no "${what}" to install: choose ${variants.join(' or ')}.`);
  const release = releaseFor(variant, thisPlatform);
  if ('reason' in release) throw new UserError(`${release.reason}. SWEEP_BACKEND=wasm works here.`);
  return { variant, release };
}

async function requireConsent(release: Release): Promise<void> {
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  const fetched = wheelsOf(release).reduce((total, { bytes }) => total + bytes, 0);
  const warning = `This downloads ${gigabytes(fetched)} GB and occupies ${gigabytes(release.installedBytes)} GB.`;
  if (!process.stdin.isTTY) throw new UserError(`${warning} Say that you want it: add --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const reply = await terminal.question(`${warning} Go on? [y/N] `);
    if (!/^y(es)?$/i.test(reply.trim())) throw new UserError('Nothing was installed.');
  } finally {
    terminal.close();
  }
}
