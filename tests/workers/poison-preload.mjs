/**
 * Loaded by `NODE_OPTIONS=--import` into a worker and so into its trainer processes: these die by a segmentation fault soon after a trial with the
 * seed in POISON_SEED came in, as they do by a native library that one network makes crash.
 */
const on = process.on.bind(process);
process.on = (event, listener) => {
  if (event !== 'message' || !process.argv[1]?.includes('trainer-child')) return on(event, listener);
  return on(event, (message) => {
    const isPoison =
      message.kind === 'train' && message.jobs.some(({ config }) => String(config.seed) === process.env.POISON_SEED);
    if (isPoison) setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 200);
    listener(message);
  });
};
