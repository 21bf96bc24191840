import { existsSync } from 'node:fs';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { UserError } from '../../core/errors.ts';

export interface TemporalSettings {
  readonly connection: ConnectionOptions;
  readonly address: string;
  readonly namespace: string;
  /** False when neither the environment nor a profile names an address: then the embedded server is meant. */
  readonly explicit: boolean;
}

/**
 * How to reach Temporal by Temporal's own conventions (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS, API key, profiles of
 * TEMPORAL_CONFIG_FILE). Throws UserError when the configuration file or profile cannot be read.
 */
export function temporalSettings(environment: NodeJS.ProcessEnv, embeddedAddress: string): TemporalSettings {
  const file = environment['TEMPORAL_CONFIG_FILE'];
  // The library takes a missing file for an empty one.
  if (file && !existsSync(file)) {
    throw new UserError(`TEMPORAL_CONFIG_FILE is ${file}, which does not exist: correct it or unset it.`);
  }
  try {
    const variables = Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const profile = loadClientConfigProfile({ overrideEnvVars: variables });
    const explicit = profile.address !== undefined && profile.address !== '';
    const address = explicit ? (profile.address as string) : embeddedAddress;
    const namespace = profile.namespace || 'default';
    if (!explicit) return { connection: { address }, address, namespace, explicit };
    const { connectionOptions } = toClientOptions({ ...profile, address });
    return { connection: connectionOptions as ConnectionOptions, address, namespace, explicit };
  } catch (error) {
    throw new UserError(`Temporal's configuration cannot be used: ${(error as Error).message}`);
  }
}
