import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** `running`, `paused`, `completed`, `failed` or `cancelled`. */
export const sweepState = defineSearchAttributeKey('SweepState', SearchAttributeType.KEYWORD);
/** Labels of the data sets that a sweep trains on. */
export const sweepDataset = defineSearchAttributeKey('SweepDataset', SearchAttributeType.KEYWORD_LIST);
/** Share of the trials that have ended, 0 to 1. */
export const sweepShareDone = defineSearchAttributeKey('SweepShareDone', SearchAttributeType.DOUBLE);

/** What a namespace must know before sweeps run in it; the control worker sees to that. */
export const searchAttributes = [sweepState, sweepDataset, sweepShareDone] as const;
