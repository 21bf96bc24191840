import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Bundled with the workflows by tests that cannot wait for a worker's heartbeat timeout as long as it is in earnest. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) => {
        const { heartbeatTimeout } = input.options;
        const options =
          heartbeatTimeout === undefined ? input.options : { ...input.options, heartbeatTimeout: '8 s' as const };
        return next({ ...input, options });
      },
    },
  ],
});
