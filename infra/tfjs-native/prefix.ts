import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Release, releaseFor, releaseKey, type Variant, variants } from './release.ts';

/** The environment variable by which a training worker is told of an installed package. */
export const packageVariables = { native: 'SWEEP_TFJS_NODE', cuda: 'SWEEP_TFJS_NODE_GPU' } as const satisfies Record<
  Variant,
  string
>;

/** This machine, in the words of `releaseFor`. */
export const thisPlatform = `${process.platform}-${process.arch}`;

/** Where all prefixes lie. */
export function prefixesFolder(cacheFolder: string): string {
  return join(cacheFolder, 'tfjs-native');
}

/** Where a release is installed; exists only when it is whole. */
export function prefixOf(cacheFolder: string, variant: Variant, release: Release): string {
  return join(prefixesFolder(cacheFolder), releaseKey(variant, release, thisPlatform));
}

/** The tfjs-node package within a prefix, finished or not. */
export function packageFolder(prefix: string, { packageName }: Release): string {
  return join(prefix, 'node_modules', packageName);
}

/** SWEEP_TFJS_NODE and SWEEP_TFJS_NODE_GPU for what is installed in this cache. */
export function installedPackages(cacheFolder: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const variant of variants) {
    const release = releaseFor(variant, thisPlatform);
    if ('reason' in release) continue;
    const prefix = prefixOf(cacheFolder, variant, release);
    if (existsSync(prefix)) variables[packageVariables[variant]] = packageFolder(prefix, release);
  }
  return variables;
}
