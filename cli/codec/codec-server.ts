import { createServer, type Server } from 'node:http';
import type { PayloadCodec } from '@temporalio/common';
import { type JSONPayload, JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';
import { readBody } from '../../infra/read-body.ts';

/** More than Temporal lets through in one message, as base64 in JSON. */
const maxBytes = 8 * 2 ** 20;

const bodySchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()).nullish(), data: z.string().nullish() })),
});

/**
 * Temporal's remote codec: POST /decode and /encode with payloads as JSON, for Temporal's pages and command line, which have no
 * key. Browsers may call it from `origin` only. Whoever reaches it reads everything: it belongs on the loopback interface.
 */
export function createCodecServer(codec: PayloadCodec, origin: string): Server {
  return createServer((request, response) => {
    const answer = (status: number, body?: unknown): void => {
      response.writeHead(status, {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers': 'content-type, x-namespace, authorization',
        'content-type': 'application/json',
      });
      response.end(body === undefined ? '' : JSON.stringify(body));
    };
    const { url } = request;
    if (url !== '/decode' && url !== '/encode') return answer(404, { message: 'there is /decode and /encode' });
    if (request.method === 'OPTIONS') return answer(204);
    if (request.method !== 'POST') return answer(405, { message: 'expected POST' });
    // A page of another origin can post without being asked first, but not as JSON.
    if (!request.headers['content-type']?.startsWith('application/json')) {
      return answer(415, { message: 'expected application/json' });
    }
    readBody(request, maxBytes)
      .then((text) => bodySchema.parse(JSON.parse(text)))
      .then((body) => body.payloads.map((payload) => JSONToPayload(payload as JSONPayload)))
      .then((payloads) => (url === '/decode' ? codec.decode(payloads) : codec.encode(payloads)))
      .then((payloads) => answer(200, { payloads: payloads.map(payloadToJSON) }))
      .catch((error: unknown) => answer(400, { message: error instanceof Error ? error.message : String(error) }));
  });
}
