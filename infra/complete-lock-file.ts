// `npm run lock`: names in package-lock.json every package for other platforms that the registry at hand does not offer. npm leaves
// those out when it writes the file, and `npm ci` then refuses it, everywhere; npm takes what it is told here and fetches
// such a package only on its own platform, in the exact version that its parent asks for.
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** Entries for optional packages of one platform that are asked for in an exact version and missing. */
export function missingPlatformPackages(packages: LockedPackages): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isFound(packages, path, name) || !exactVersion.test(version)) continue;
      const platform = platformOf(name);
      if (platform !== null) missing[`node_modules/${name}`] = { version, ...platform, optional: true };
    }
  }
  return missing;
}

/** As Node looks it up: beside the package itself, then further and further up. */
function isFound(packages: LockedPackages, from: string, name: string): boolean {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (`${base === '' ? '' : `${base}/`}node_modules/${name}` in packages) return true;
    if (base === '') return false;
  }
}

/** From names such as `@swc/core-linux-arm-gnueabihf` and `@oxlint/binding-darwin-x64`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> | null {
  const parts = name.split(/[/-]/);
  const at = parts.findIndex((part) => systems.includes(part));
  const [os, cpu, abi = ''] = parts.slice(at, at + 3);
  if (at < 0 || os === undefined || cpu === undefined) return null;
  const libc = abi.startsWith('gnu') ? ['glibc'] : abi.startsWith('musl') ? ['musl'] : null;
  return { os: [os], cpu: [cpu], ...(os === 'linux' && libc !== null ? { libc } : {}) };
}

if (process.argv[1] === import.meta.filename) {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: LockedPackages };
  const missing = missingPlatformPackages(lock.packages);
  const paths = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync('package-lock.json', `${JSON.stringify({ ...lock, packages: Object.fromEntries(paths) }, null, 2)}\n`);
}
