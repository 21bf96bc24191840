import { expectReasonOrContract, liveTensors } from './reason-or-contract.ts';

await expectReasonOrContract('cuda', { allocated: liveTensors });
