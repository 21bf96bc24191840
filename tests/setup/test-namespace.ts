import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { registerSearchAttributes } from '../../workers/register-search-attributes.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

export interface TestNamespace {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly client: Client;
  close(): Promise<void>;
}

/** A namespace that no other test file sees, with the sweeps' search attributes: task queues keep the names they have in earnest. */
export async function createTestNamespace(address: string): Promise<TestNamespace> {
  const connection = await NativeConnection.connect({ address });
  const namespace = `test-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as unknown as Long },
  });
  const client = new Client({ connection, namespace, identity: 'tests' });
  await registerSearchAttributes(client);
  return { connection, namespace, client, close: () => connection.close() };
}
