import type { Logger } from 'pino';
import type { Folders } from './folders.ts';
import type { StackReport } from './stack-report.ts';
import type { StackState } from './stack-state.ts';

/** What every part of the stack is started with. */
export interface PartOptions {
  readonly folders: Folders;
  /** The project's folder. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  readonly report: StackReport;
  /** What the last stack said: its ports are taken again where they are free. */
  readonly previous: StackState | null;
  /** Aborted when the stack is to stop; a part must then not take its time. */
  readonly signal: AbortSignal;
  /** Registers how to stop a part; called as soon as there is something to stop. */
  readonly onStop: (stop: () => Promise<void>) => void;
}
