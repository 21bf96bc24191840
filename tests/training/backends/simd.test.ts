import { expectReasonOrContract } from './reason-or-contract.ts';

await expectReasonOrContract('simd');
