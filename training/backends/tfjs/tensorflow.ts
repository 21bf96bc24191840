import type * as tfjs from '@tensorflow/tfjs-core';

/** The operations of TensorFlow.js, by whichever package brings them; everything in this folder is written on this type. */
export type TensorFlow = typeof tfjs;
