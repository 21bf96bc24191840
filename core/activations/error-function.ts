/**
 * Coefficients of the rational approximations by W. J. Cody (1969), "Rational Chebyshev approximations for the error
 * function", Mathematics of Computation 23, tables II to IV; highest power first.
 */
const CENTRE = {
  numerator: [
    1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3,
  ],
  denominator: [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3],
};
const MIDDLE = {
  numerator: [
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
    8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
  ],
  denominator: [
    1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
  ],
};
const TAIL = {
  numerator: [
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
  ],
  denominator: [
    1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
  ],
};
const ONE_OVER_SQRT_PI = 0.5641895835477563;
/** Beyond it erfc is below the smallest double, 5e-324. */
const SMALLEST_TAIL = 27.3;

/** Complementary error function 1 - erf(x), to a relative error of a few 1e-16 over the whole line (Cody 1969). */
export function erfc(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.46875) return 1 - x * ratio(CENTRE, x * x);
  const tail = size > SMALLEST_TAIL ? 0 : expOfMinusSquare(size) * scaledErfc(size);
  return x > 0 ? tail : 2 - tail;
}

/** Distribution function of the standard normal, P(Z <= z), accurate relative to itself far into the left tail. */
export function normalCdf(z: number): number {
  return erfc(-z * Math.SQRT1_2) / 2;
}

/** exp(x^2) erfc(x) for x > 0.46875. */
function scaledErfc(x: number): number {
  if (x <= 4) return ratio(MIDDLE, x);
  const inverseSquare = 1 / (x * x);
  return (ONE_OVER_SQRT_PI - inverseSquare * ratio(TAIL, inverseSquare)) / x;
}

/** exp(-x^2); splitting off x's leading bits keeps the rounding error of x * x out of the exponent. */
function expOfMinusSquare(x: number): number {
  const leading = Math.trunc(x * 16) / 16;
  return Math.exp(-leading * leading) * Math.exp(-(x - leading) * (x + leading));
}

function ratio(
  { numerator, denominator }: { numerator: readonly number[]; denominator: readonly number[] },
  x: number,
): number {
  let top = 0;
  let bottom = 0;
  for (let i = 0; i < numerator.length; i++) {
    top = top * x + (numerator[i] as number);
    bottom = bottom * x + (denominator[i] as number);
  }
  return top / bottom;
}
