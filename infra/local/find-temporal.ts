import { UserError } from '../../core/errors.ts';
import { isExecutable } from './find-on-path.ts';
import { findPresentProgram, type FindOptions, type FoundProgram, obtainProgram, type Program } from './program.ts';

/** The newest Temporal CLI that `go install` can build (later ones replace a module by a folder, which it refuses). */
export const temporalVersion = '1.5.1';

export interface TemporalBinary {
  readonly path: string;
  readonly source: FoundProgram['source'] | 'SWEEP_TEMPORAL_BINARY';
}

export interface FindTemporalOptions extends FindOptions {
  /** Where Temporal's release archives are. */
  readonly downloadSite?: string;
}

/**
 * Finds the Temporal CLI with its development server: SWEEP_TEMPORAL_BINARY, `temporal` on PATH, the cached one; else
 * downloads it from Temporal's public site, or builds it with Go, into the cache. Throws UserError that names every mend when
 * there is no way.
 */
export async function findTemporal(options: FindTemporalOptions = {}): Promise<TemporalBinary> {
  const { downloadSite = 'https://temporal.download', ...how } = options;
  return (await findPresentTemporal(how.environment)) ?? obtainProgram(temporalFrom(downloadSite), how);
}

/** As findTemporal, without fetching or building: null when there is none on this machine. */
export async function findPresentTemporal(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<TemporalBinary | null> {
  const explicit = environment['SWEEP_TEMPORAL_BINARY'];
  if (!explicit) return findPresentProgram(temporalFrom('https://temporal.download'), environment);
  if (await isExecutable(explicit)) return { path: explicit, source: 'SWEEP_TEMPORAL_BINARY' };
  throw new UserError(`SWEEP_TEMPORAL_BINARY is ${explicit}, which is no executable file: correct it or unset it.`);
}

function temporalFrom(site: string): Program {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  return {
    title: 'Temporal',
    name: 'temporal',
    version: temporalVersion,
    archive: new URL(`${site}/cli/archive/v${temporalVersion}?platform=${platform}&arch=${arch}`),
    archiveFolder: '',
    module: 'github.com/temporalio/cli/cmd/temporal',
    // Without it the binary calls itself 0.0.0-DEV.
    linkerFlags: `-X github.com/temporalio/cli/temporalcli.Version=${temporalVersion}`,
    buildSeconds: 300,
    mends: [
      'install the Temporal CLI (https://docs.temporal.io/cli/setup-cli) so that `temporal` is on PATH',
      'set SWEEP_TEMPORAL_BINARY to its path',
      'install Go (https://go.dev/dl), so that it can be built',
      'set TEMPORAL_ADDRESS to a server that runs already',
    ],
  };
}
