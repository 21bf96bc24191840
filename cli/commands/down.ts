import { stopStack } from '../../infra/local/stack.ts';

/** `initsweep down` */
export async function downCommand(): Promise<void> {
  const ended = await stopStack();
  console.log(ended.length === 0 ? 'Nothing was running.' : `Stopped: ${ended.join(', ')}. The data stays.`);
}
