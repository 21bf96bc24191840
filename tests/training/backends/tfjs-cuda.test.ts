import { expectReasonOrContract } from './tfjs-device.ts';

await expectReasonOrContract('cuda');
