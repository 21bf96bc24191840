import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical-json.ts';
import { plainBuild } from '../networks/network.ts';
import type { Probes, TrialConfig } from './trial-config.ts';

/**
 * Raised by whoever changes what numbers a configuration leads to (a random stream, an initializer, the order of the data,
 * a definition in the records), so that no result from before passes for one from after.
 */
const numericsVersion = 2;

/**
 * Names what a trial leaves behind: equal keys mean equal results and equal records, bit for bit. SHA-256, hex.
 *
 * In it: every field of the configuration, the arithmetic of the backend, and the hash of the data (a file may change under
 * its path). Not in it: which sweep asks, and where in its grid. `stopAtTarget` is in it, for a trial that goes on after
 * its target ends with another test metric; without a target it says nothing and is left out. Probes change no weight,
 * but a trial that was probed less is no substitute for one that is to be looked at more, so they are in it too, as the
 * set of epochs that they come to. Network and normalization are left out where they are the plain ones: keys from before there
 * were others stay what they are.
 */
export function trialKey(
  config: TrialConfig,
  where: { readonly arithmetic: string; readonly datasetHash: string },
): string {
  const { stopAtTarget, probes, network, normalization, ...rest } = config;
  const identity = {
    ...rest,
    network: network.name === plainBuild.network.name ? undefined : network,
    normalization: normalization.name === plainBuild.normalization.name ? undefined : normalization.name,
    stopAtTarget: config.target !== null && stopAtTarget,
    probes: effectiveProbes(probes),
    arithmetic: where.arithmetic,
    datasetHash: where.datasetHash,
    numericsVersion,
  };
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(identity))));
}

function effectiveProbes(probes: Probes): Probes | null {
  if (probes.epochs.length === 0) return null;
  const epochs = [...new Set(probes.epochs)].sort((a, b) => orderOf(a) - orderOf(b));
  return { epochs, examples: probes.examples };
}

function orderOf(epoch: number | 'last'): number {
  return epoch === 'last' ? Infinity : epoch;
}
