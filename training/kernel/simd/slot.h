#pragma once

/* One trial's numbers: this header, then its parameters, then its moments, each `parameterBytes` of the network. */
typedef struct {
  /* Optimizer steps already done. */
  double step;
  double learningRate;
  /* momentum | beta1 | decay, beta2 | epsilon of rmsprop, epsilon of adam, weight decay: see optimizer.h. */
  double option0;
  double option1;
  double option2;
  double option3;
  /* Sums over the examples seen in training since they were last read. */
  double lossSum;
  double correct;
} Slot;
