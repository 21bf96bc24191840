import { writeSync } from 'node:fs';
import { endWithParent } from '../../../training/process/end-with-parent.ts';

endWithParent();
writeSync(1, 'hangs\n');
for (;;);
