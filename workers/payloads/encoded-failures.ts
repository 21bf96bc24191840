import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stack traces of failures travel as payloads, so that a codec encrypts them too. Found by this name by the SDK. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
