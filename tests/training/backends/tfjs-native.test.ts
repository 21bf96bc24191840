import { expectReasonOrContract } from './tfjs-device.ts';

await expectReasonOrContract('native');
