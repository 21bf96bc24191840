import { type Client, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { MachineError, UserError } from '../core/errors.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;

const types = {
  KEYWORD: { code: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD, name: 'Keyword' },
  KEYWORD_LIST: { code: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST, name: 'KeywordList' },
  DOUBLE: { code: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE, name: 'Double' },
} as const;

/** PERMISSION_DENIED, UNIMPLEMENTED and UNAUTHENTICATED: a namespace whose owner wants to do this himself. */
const refusals: readonly number[] = [7, 12, 16];

/**
 * Makes the sweeps' search attributes known to the client's namespace; those that are there already are fine. Throws
 * UserError when one is there with another type, or with the commands to type when this client may not add them;
 * MachineError when the server does not answer.
 */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const { namespace } = client.options;
  const { operatorService } = client.connection;
  const commands = searchAttributes.map(
    ({ name, type }) =>
      `  temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${types[type].name}`,
  );
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const mistyped = searchAttributes.filter(
      ({ name, type }) => customAttributes[name] !== undefined && customAttributes[name] !== types[type].code,
    );
    if (mistyped.length > 0) {
      const wanted = mistyped.map(({ name, type }) => `${name} to be of type ${types[type].name}`).join(', ');
      throw new UserError(
        `Namespace ${namespace} has search attributes of other types under the names that sweeps use: expected ${wanted}. ` +
          'Rename those, or give sweeps a namespace of their own.',
      );
    }
    const missing = searchAttributes.filter(({ name }) => customAttributes[name] === undefined);
    if (missing.length === 0) return;
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, types[type].code])),
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (isGrpcServiceError(error) && refusals.includes(error.code)) {
      const all = commands.join('\n');
      throw new UserError(
        `Namespace ${namespace} does not let this worker add search attributes. Let its owner run:\n${all}`,
      );
    }
    throw new MachineError(`Temporal did not register the search attributes of namespace ${namespace}`, {
      cause: error,
    });
  }
}
