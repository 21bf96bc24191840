import type { IncomingMessage } from 'node:http';
import { UserError } from '../core/errors.ts';

/** The text of a request, of a server on this machine. Throws UserError as soon as it is longer than it may be, whatever its headers say. */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new UserError(`expected at most ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
