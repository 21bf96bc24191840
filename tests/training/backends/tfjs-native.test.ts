import { expectReasonOrContract, liveTensors } from './reason-or-contract.ts';

await expectReasonOrContract('native', { allocated: liveTensors });
