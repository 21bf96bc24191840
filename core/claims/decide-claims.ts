// The claims about initializers that a sweep decides, from its trials and probes alone. No I/O, and no words for the screen beyond each finding's own.
import type { ClaimInput, ClaimVerdict } from './claim.ts';
import { fitClaim } from './fit.ts';
import { frameworkClaim } from './framework.ts';
import { gradientsClaim } from './gradients.ts';
import { regimesOf } from './regimes.ts';
import { speedClaim } from './speed.ts';
import { symmetryClaim } from './symmetry.ts';
import { varianceClaim } from './variance.ts';

/** The six verdicts of a sweep, each with its findings per regime. Equal trials give equal verdicts, in whichever order they come. */
export function decideClaims(input: ClaimInput): ClaimVerdict[] {
  const regimes = regimesOf(input);
  return [
    symmetryClaim(regimes),
    varianceClaim(regimes),
    gradientsClaim(regimes),
    speedClaim(regimes, input.target),
    fitClaim(regimes, input.target),
    frameworkClaim(regimes, input.target),
  ];
}
