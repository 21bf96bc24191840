// What a sweep says when all that ended of it is looked at together: verdicts on the claims, and a recommendation for each network. No I/O.
import type { ClaimInput, ClaimVerdict } from '../claims/claim.ts';
import { decideClaims } from '../claims/decide-claims.ts';
import { regimesOf } from '../claims/regimes.ts';
import { recommendFor, type NetworkRecommendation } from './recommend-for.ts';

export interface Judgement {
  /** The six claims, in their order. */
  readonly verdicts: readonly ClaimVerdict[];
  /** A network is what a regime of the claims is: all axes but initializer and seed. */
  readonly recommendations: readonly NetworkRecommendation[];
}

/** Goes up when the rules change, so that what was judged by older ones is judged anew. */
export const judgementRules = 1;

/** Equal trials give an equal judgement, in whichever order they come. */
export function judgeSweep(input: ClaimInput): Judgement {
  return {
    verdicts: decideClaims(input),
    recommendations: regimesOf(input).map((regime) => recommendFor(regime, input.target)),
  };
}
