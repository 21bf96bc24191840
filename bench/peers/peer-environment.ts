/** What the machine's owner may have set for a BLAS of another kind, and what would give threads a say of their own. */
const unset = ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE', 'MKL_NUM_THREADS', 'KMP_AFFINITY', 'GOMP_CPU_AFFINITY'];

/** The environment of a peer's process: ours, without what is not meant for it. */
export function peerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unset.includes(name)));
}
