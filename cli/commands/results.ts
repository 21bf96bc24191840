import { findSweep } from '../find-sweep.ts';
import { sweepAddresses } from '../report/addresses.ts';
import { showResults } from '../report/show-results.ts';
import { withStack } from '../stack-connection.ts';

/** `initsweep results ID` */
export function resultsCommand(id: string): Promise<void> {
  return withStack(async (stack) => {
    const { workflowId, id: sweepId } = await findSweep(stack.store, id);
    await showResults(stack.store, sweepId);
    console.log(sweepAddresses({ stack, workflowId, sweepId }).join('\n'));
  });
}
