import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { UserError } from '../../core/errors.ts';
import { registerSearchAttributes } from '../../workers/register-search-attributes.ts';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;

let temporal: TestNamespace;

beforeAll(async () => {
  temporal = await createTestNamespace(inject('temporalAddress'));
});
afterAll(() => temporal.close());

test('a namespace gets the attributes once; registering them again changes nothing', async () => {
  await registerSearchAttributes(temporal.client);
  const { namespace } = temporal;
  const { customAttributes } = await temporal.connection.operatorService.listSearchAttributes({ namespace });

  expect(customAttributes).toEqual({
    SweepState: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    SweepDataset: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    SweepShareDone: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  });
});

test('a name that is taken by an attribute of another type is the person’s to free', async () => {
  const namespace = `test-${randomUUID()}`;
  await temporal.connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as unknown as Long },
  });
  await temporal.connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: { SweepState: IndexedValueType.INDEXED_VALUE_TYPE_INT },
  });
  const registering = registerSearchAttributes(new Client({ connection: temporal.connection, namespace }));

  await expect(registering).rejects.toThrow(UserError);
  await expect(registering).rejects.toThrow('expected SweepState to be of type Keyword');
});
