/** One trial's numbers: this header, then its parameters, then its moments, each `parameterBytes` of the network. */
@unmanaged
export class Slot {
  /** Optimizer steps already done. */
  step: f64;
  learningRate: f64;
  /** momentum | beta1 | decay, beta2 | epsilon of rmsprop, epsilon of adam, weight decay: see optimizer.ts. */
  option0: f64;
  option1: f64;
  option2: f64;
  option3: f64;
  /** Sums over the examples seen in training since they were last read. */
  lossSum: f64;
  correct: f64;
}

/** Bytes of a slot before its parameters. */
export const SLOT_HEADER: usize = 64;
