import { UserError } from '../../core/errors.ts';
import { findOnPath } from '../local/find-on-path.ts';
import { findNpm, type Npm } from './find-npm.ts';
import { runTool, type RunToolOptions } from './run-tool.ts';

export interface BuildTools {
  readonly python: string;
  readonly npm: Npm;
}

/** How to get everything that `check` below asks for, by the system's own means. */
const mends: Readonly<Record<string, string>> = {
  darwin: 'xcode-select --install (then python3 -m ensurepip --user, if pip is missing)',
  linux: 'Debian, Ubuntu: apt install python3 python3-pip make g++; Fedora: dnf install python3-pip make gcc-c++',
};

/** Everything that the installation will run. Throws UserError that names all that is missing and how to get it. */
export async function findBuildTools(options: RunToolOptions): Promise<BuildTools> {
  const { environment } = options;
  const python = await findOnPath('python3', environment);
  const [npm, missingPip, missingMake, missingCompiler] = await Promise.all([
    findNpm(environment),
    // Without Python it is clear that there is no pip either.
    python === null ? [] : check("Python's pip", python, ['-m', 'pip', '--version'], options),
    check('make', 'make', ['--version'], options),
    check(
      'a C++ compiler',
      environment['CXX'] || (process.platform === 'darwin' ? 'c++' : 'g++'),
      ['--version'],
      options,
    ),
  ]);
  const missing = [
    ...(python === null ? ['python3'] : []),
    ...missingPip,
    ...missingMake,
    ...missingCompiler,
    ...(npm === null ? ['npm with its node-gyp (it comes with Node)'] : []),
  ];
  if (missing.length > 0 || python === null || npm === null) {
    throw new UserError(`Missing to build the addon: ${missing.join(', ')}. ${mends[process.platform] ?? ''}`.trim());
  }
  requireGlibc();
  return { python, npm };
}

/** macOS has programs of these names that only tell how to install the real ones: so each must run. */
async function check(
  subject: string,
  command: string,
  args: readonly string[],
  options: RunToolOptions,
): Promise<string[]> {
  try {
    await runTool(command, args, options);
    return [];
  } catch {
    options.signal.throwIfAborted();
    return [`${subject} (${[command, ...args].join(' ')} failed)`];
  }
}

/** TensorFlow's Linux libraries need glibc, which musl distributions such as Alpine lack. */
function requireGlibc(): void {
  if (process.platform !== 'linux') return;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (header.glibcVersionRuntime === undefined) {
    throw new UserError(
      'TensorFlow has no library for Linux without glibc (Alpine, for example): use another distribution.',
    );
  }
}
