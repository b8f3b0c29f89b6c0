r"""The policy "statistical": how far an honest kernel strays on random data, and three tests of whether one does.

**The model.** Each rounding of a number s to p bits discards bits that are as good as random. Uniform in half a unit
in the last place it has variance at most :math:`u^2 s^2 / 3`; where only d bits are discarded, ties count, and it is
:math:`(1 + 2/4^d) u^2 s^2 / 3`, at most :math:`u^2 s^2 / 2` with d = 1. Such an error is a sum of independent signs
with weights (the bits), so all its even moments are at most those of a normal variable of that variance.

**The deviation.** n terms take n - 1 sums and at most n products, and each product's rounding counts with its own
square:

.. math:: sd^2 = \tfrac12 u^2 \Big(\sum_k s_k^2 + \sum_i p_i^2\Big) \le \tfrac12 n u^2 S^2 \quad\text{or}\quad
          \tfrac12 n u^2 Q^2

with S the sum of absolute values, which no partial sum :math:`s_k` exceeds (``signs="any"``; by :math:`1 + n u` for
their own roundings), or with Q the root of the sum of squares (``signs="random"``): if the products have independent
random signs and the order of summation does not look at them, then :math:`E s_k^2 \le Q^2` in whatever order. To that
come :math:`u_o^2 y^2 / 2` for rounding the result, the like for inputs, and for subnormals.

**The tests**, with z the error in units of sd, over T distinct elements (equal ones round alike: their mean is taken):

- largest: :math:`|z| \le \lambda`, or for random signs :math:`|error| \le \lambda_{random} sd_{sums} + \lambda_{any}
  sd_{rest}`, the rest being the roundings of inputs and output
- mean square: :math:`\overline{z^2} \le 1 + c`
- bias: :math:`|\sum z r| \le \lambda' \sqrt{\sum r^2}` for r = 1, for r the sign of the truth, and for r = truth/sd,
  to which a wrong scale shows even where the data have mean zero.

**The limits**, for a sixth of `FALSE_ALARM` each (the first test takes two). With ``signs="any"`` the variance is
bounded surely, z is sub-Gaussian: :math:`P(|z| > \lambda) \le 2 e^{-\lambda^2/2}`, and :math:`c = 2\sqrt{L/T} + 2L/T`
with :math:`L = \ln(6/P)` (Laurent and Massart, Ann. Statist. 28, 2000). With ``signs="random"`` the partial sums are
random too, and z has no larger even moments than a product of two independent normal variables: :math:`E \cosh(t z)
\le (1 - t^2)^{-1/2}`. Hence :math:`P(|z| > \lambda) \le 2 e^{-\lambda t} (1 - t^2)^{-1/2}` for every t < 1, and since
the weights may be put inside the expectation (it is convex), the same for :math:`\sum z r / \sqrt{\sum r^2}`, whatever
the partial sums of different elements have in common; weights that grow with the result, r = truth/sd, cost an
exponent -3/2. For the mean square, of elements with :math:`|z| \le \lambda` (the first test; the hypotenuse of the two
:math:`\lambda` covers both of its forms), :math:`e^{\theta z^2} \le 1 + \theta z^2 + \tfrac12 \theta^2 z^4 e^{\tau
|z|}` with :math:`\theta = \tau / \lambda`, so that for independent elements

.. math:: c = \min_\tau \frac{L}{T \theta} + \frac{\theta}{2} M(\tau), \qquad
          M(\tau) = 2 \frac{d^4}{d\tau^4} (1 - \tau^2)^{-1/2}
                  = 2\,\frac{24\tau^4 + 72\tau^2 + 9}{(1 - \tau^2)^{9/2}} .

**Where it does not hold.** Once n u is no longer small the sum is so much coarser than its terms that they vanish in it
one-sidedly (stagnation): beyond `COARSE` only the worst case is tested. Inputs rounded first (TF32) are shared between
elements, which are then not independent: only the largest z is tested.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refconv.oracle.precision import Precision
from refconv.oracle.products import Doubles
from refconv.oracle.tolerance import FALSE_ALARM, error_of, formats
from refconv.oracle.truth import Truth

__all__ = ["COARSE", "SIGNS", "Trial", "deviation", "largest_allowed", "largest_error", "statistical_tests"]

SIGNS = ("any", "random")

COARSE = 2.0**-6
"""The largest n u for which rounding errors of a sum are taken as random."""

TESTS = 6
SAFETY = 1 + 1e-9


class Trial(NamedTuple):
    """One figure and its limit."""

    name: str
    figure: float
    limit: float

    @property
    def passed(self) -> bool:
        """Whether the figure is within the limit."""
        return self.figure <= self.limit


def deviation(true: Truth, kind: Precision, signs: str) -> Doubles:
    """Return, for each element, an upper bound of the standard deviation of an honest kernel's error.

    Examples
    --------
    >>> from refconv.oracle.precision import precision
    >>> from refconv.oracle.truth import truth
    >>> x = np.ones((1, 128, 1), np.float32)
    >>> true, kind = truth("conv1d", x, x), precision("float32")
    >>> [round(deviation(true, kind, signs).item() * 2**24 / 128, 3) for signs in ("any", "random")]
    [8.0, 0.707]
    """
    return np.asarray(np.maximum(np.hypot(*_parts(true, kind, signs)), 5e-324))


def _parts(true: Truth, kind: Precision, signs: str) -> tuple[Doubles, Doubles]:
    """Return the deviation from the sums, whose size may itself be random, and that from inputs and output."""
    accumulator, inputs, output = formats(kind)
    n, u = max(true.terms, 1), accumulator.unit_roundoff
    with np.errstate(all="ignore"):
        size = true.spread * np.exp(n * u * u) if signs == "random" else true.magnitude * (1 + n * u)
        # hypot: the squares themselves may underflow
        sums = np.hypot(u * np.sqrt(n / 2) * size, accumulator.smallest_subnormal * max(np.sqrt(n / 8), 1.0))
        once = np.zeros(size.shape)
        if output.p < accumulator.p:
            value = np.abs(true.value.astype(np.float64))
            once = np.hypot(output.unit_roundoff * np.sqrt(0.5) * value, output.smallest_subnormal * np.sqrt(1 / 8))
        if inputs.p < output.p:
            once = np.hypot(once, inputs.unit_roundoff * true.spread)
    return np.asarray(sums * SAFETY), np.asarray(once * SAFETY)


def largest_error(true: Truth, kind: Precision, signs: str) -> Doubles:
    """Return the error that an honest kernel exceeds in any element with no more than its share of probability.

    Examples
    --------
    >>> from refconv.oracle.precision import precision
    >>> from refconv.oracle.tolerance import worst_case_bound
    >>> from refconv.oracle.truth import truth
    >>> x = np.ones((1, 4096, 1), np.float32)
    >>> true, kind = truth("conv1d", x, x), precision("float32")
    >>> bool(largest_error(true, kind, "any") < worst_case_bound(true, kind).total / 10)
    True
    """
    sums, once = _parts(true, kind, signs)
    count = int((true.magnitude > 0).sum())
    if signs == "any":
        return np.asarray(largest_allowed(count, "any") * np.hypot(sums, once))
    return np.asarray(largest_allowed(count, "random") * sums + largest_allowed(count, "any") * once)


def largest_allowed(count: int, signs: str, exponent: float = 0.5) -> float:
    r"""Return the :math:`\lambda` that one of `count` elements exceeds with probability below its share.

    Examples
    --------
    >>> [round(largest_allowed(1000, signs), 1) for signs in ("any", "random")]
    [8.6, 39.4]
    """
    needed = np.log(2.0 * TESTS * max(count, 1) / FALSE_ALARM)
    if signs == "any":
        return float(np.sqrt(2 * needed))
    t = 1 - np.logspace(-4, -0.5, 400)
    return float(((needed - exponent * np.log(1 - t * t)) / t).min())


def _mean_square_allowed(count: int, signs: str) -> float:
    needed = np.log(TESTS / FALSE_ALARM)
    if signs == "any":
        return float(1 + 2 * np.sqrt(needed / count) + 2 * needed / count)
    tau = np.logspace(-4, -0.05, 400)
    largest = np.hypot(largest_allowed(count, "any"), largest_allowed(count, "random"))
    theta = tau / largest
    moment = 2 * (24 * tau**4 + 72 * tau**2 + 9) / (1 - tau * tau) ** 4.5
    return float(1 + (needed / (count * theta) + theta * moment / 2).min())


def statistical_tests(
    y: Doubles, true: Truth, kind: Precision, signs: str, judged: NDArray[np.bool_]
) -> tuple[Trial, ...]:
    """Return the tests of the elements where `judged` is true; none where the model does not hold.

    Examples
    --------
    >>> from refconv.oracle.precision import precision
    >>> from refconv.oracle.truth import truth
    >>> x, w = np.random.default_rng(0).standard_normal((2, 64, 2, 16)).astype(np.float32)
    >>> true = truth("conv1d", x, w[:4])
    >>> y = true.rounded(np.float32).astype(float)
    >>> [test.passed for test in statistical_tests(y, true, precision("float32"), "random", y == y)]
    [True, True, True, True, True]
    >>> [test.passed for test in statistical_tests(y * 1.01, true, precision("float32"), "random", y == y)]
    [False, False, False, False, False]
    """
    accumulator, inputs, output = formats(kind)
    if true.terms * accumulator.unit_roundoff > COARSE:
        return ()
    here = judged & (true.magnitude > 0)
    if not here.any():
        return ()
    sd = deviation(true, kind, signs)[here]
    error, unknown = (part[here] for part in error_of(y, true))
    value, group = np.unique(true.value[here].astype(np.float64), return_inverse=True)
    count = len(value)
    # what is not known of the error speaks for the kernel
    z, doubt = error / sd, unknown / sd
    surely = np.maximum(np.abs(z) - doubt, 0.0)
    allowed = np.maximum(largest_error(true, kind, signs)[here], 5e-324)
    tests = [Trial("largest error", float((np.maximum(np.abs(error) - unknown, 0.0) / allowed).max()), 1.0)]
    if inputs.p < output.p:
        return tuple(tests)
    tests.append(
        Trial("mean square", float(_mean(surely * surely, group, count).mean()), _mean_square_allowed(count, signs))
    )
    z, doubt, scale = (_mean(part, group, count) for part in (z, doubt, value[group] / sd))
    scale = scale / max(float(np.abs(scale).max()), 5e-324)  # its squares shall not overflow
    for name, r, exponent in (
        ("bias", np.ones(count), 0.5),
        ("bias by sign", np.sign(value), 0.5),
        ("scale", scale, 1.5),
    ):
        root = float(np.sqrt((r * r).sum()))
        figure = abs(float((z * r).sum())) - float((doubt * np.abs(r)).sum())
        tests.append(Trial(name, max(figure, 0.0) / root if root else 0.0, largest_allowed(1, signs, exponent)))
    return tuple(tests)


def _mean(a: Doubles, group: NDArray[np.intp], count: int) -> Doubles:
    """Return the mean over each group."""
    return np.bincount(group, weights=a, minlength=count) / np.bincount(group, minlength=count)
