import { existsSync } from 'node:fs';
import { loadClientConfigProfile } from '@temporalio/envconfig';
import type { Finding } from './finding.ts';

/** Where Temporal's own conventions do something else than a person would think. */
export function settingsFindings(environment: NodeJS.ProcessEnv): Finding[] {
  const subject = 'Temporal settings';
  const findings: Finding[] = [];
  const file = environment['TEMPORAL_CONFIG_FILE'];
  if (file && !existsSync(file)) {
    findings.push({
      subject,
      state: 'bad',
      detail: `TEMPORAL_CONFIG_FILE is ${file}, which does not exist; Temporal's library would silently use its defaults`,
      mend: 'correct the path or unset TEMPORAL_CONFIG_FILE',
    });
  }
  if (environment['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION']) {
    findings.push({
      subject,
      state: 'bad',
      detail: "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION has no effect: Temporal's TypeScript library drops it",
      mend: "set TEMPORAL_TLS_SERVER_NAME and TEMPORAL_TLS_SERVER_CA_CERT_PATH to fit the server's certificate instead",
    });
  }
  try {
    const variables = Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const profile = loadClientConfigProfile({ overrideEnvVars: variables });
    if (profile.apiKey && profile.tls === undefined) {
      findings.push({
        subject,
        state: 'note',
        detail: 'an API key is set, so the connection uses TLS although nothing else asks for it',
        mend: 'for a server without TLS, unset TEMPORAL_API_KEY (and api_key in the profile)',
      });
    }
    if (!profile.address && (profile.tls !== undefined || profile.apiKey)) {
      findings.push({
        subject,
        state: 'bad',
        detail: 'TLS or an API key is set but no address: the embedded server, which has neither, would be meant',
        mend: 'set TEMPORAL_ADDRESS (or address in the profile), or unset the others',
      });
    }
  } catch (error) {
    findings.push({
      subject,
      state: 'bad',
      detail: (error as Error).message,
      mend: 'correct the profile, or TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE',
    });
  }
  return findings.length > 0 ? findings : [{ subject, state: 'good', detail: 'no traps' }];
}
