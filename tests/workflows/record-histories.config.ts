import { mergeConfig } from 'vitest/config';
import config from '../../vitest.config.ts';

/** Records the histories anew: to be run when the workflows were changed on purpose, before the change is released. */
export default mergeConfig(
  { ...config, test: { ...config.test, include: [] } },
  { test: { include: ['tests/workflows/record-histories.ts'] } },
);
