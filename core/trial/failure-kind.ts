/**
 * Whose turn it is after a trial failed: the person's (`user`: its settings or files), a machine's (`machine`: no attempt found one that works),
 * ours (`bug`), or nobody's until the cause is found (`poison`: it kills the processes that train it).
 */
export const failureKinds = ['user', 'machine', 'poison', 'bug'] as const;
export type FailureKind = (typeof failureKinds)[number];
