r"""How far from the truth an honest kernel may be: bounds from theory, for every order of summation.

An element is a sum of n terms, products and perhaps a bias; S is the sum of their absolute values
(`Truth.magnitude`), u the unit roundoff of the type in which the sum is kept.

**worst_case.** A product and a sum err by at most u times themselves, so any order of summation, with or without fused
multiply-adds, stays within :math:`n u S` (Jeannerod and Rump, SIAM J. Matrix Anal. Appl. 34, 2013, for products and
sums in any order). For fused multiply-adds one after the other the reason is short: let :math:`\Delta_k` be the error
after k terms. The k-th rounding errs by at most the term p itself (staying at the old sum would), and by at most u
times what is rounded. If :math:`|p| \le u S_{k-1}` the first gives :math:`\Delta_k \le \Delta_{k-1} + u S_{k-1}`; if
not, the second gives :math:`\Delta_k \le \Delta_{k-1} + u (S_k + \Delta_{k-1})` with :math:`u \Delta_{k-1} \le (k-1)
u^2 S_{k-1} \le (k-1) u |p|`. Either way :math:`\Delta_k \le k u S_k`.

To that come: products that underflow, half the smallest subnormal each; inputs that the precision lets a kernel round
first (TF32), :math:`(2 u_i + u_i^2) S` with :math:`u_i` theirs, and half a subnormal of an input times the largest
other factor for each term; the rounding of the result to a narrower type, :math:`u_o |y|` or half its smallest
subnormal; and `Truth.error_bound`. Where S = 0 nothing can round, and the result must be 0. Rounding is to nearest and
subnormals are kept; a kernel that flushes them to zero, or truncates, is not granted more.

**probabilistic.** If rounding errors are independent with mean zero (Higham and Mary, SIAM J. Sci. Comput. 41, 2019;
Ipsen and Zhou, SIAM J. Matrix Anal. Appl. 41, 2020), the sum errs by at most
:math:`(e^{\lambda\sqrt{n} u + n u^2/(1-u)} - 1) S`, except with probability :math:`2 n e^{-\lambda^2 (1-u)^2/2}`. With
`FALSE_ALARM` granted over all T elements together, :math:`\lambda = \sqrt{2 \ln(2 n T / FALSE\_ALARM)} / (1-u)`. Where
the worst case is smaller it is taken instead.

Winograd's and FFT convolution mix the samples of a tile or a plane, and are bounded by norms of it instead of by S: see
`refconv.oracle.transforms`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refconv.arithmetic.per_axis import choice
from refconv.errors import ArgumentError
from refconv.oracle.formats import Format
from refconv.oracle.precision import Precision
from refconv.oracle.products import Doubles
from refconv.oracle.transforms import ALGORITHMS, mixed_bound
from refconv.oracle.truth import Truth

__all__ = [
    "FALSE_ALARM",
    "POLICIES",
    "Limits",
    "error_of",
    "formats",
    "input_rounding",
    "may_overflow",
    "probabilistic_bound",
    "worst_case_bound",
]

POLICIES = ("exact", "worst_case", "probabilistic", "statistical")

FALSE_ALARM = 1e-12
"""The probability that an honest kernel is accused, over all elements and tests of one comparison."""

SLACK = 1 + 64 * 2.0**-53
"""For the roundings of the bounds themselves."""


class Limits(NamedTuple):
    """What one element's error may be, with what it is made of.

    Attributes
    ----------
    total : ndarray of float64
        The most that the error may be.
    sums : ndarray of float64
        Of that, what the roundings of the sums may make.
    unknown : ndarray of float64
        Of that, what is not known of the truth.
    """

    total: Doubles
    sums: Doubles
    unknown: Doubles


def error_of(y: Doubles, true: Truth) -> tuple[Doubles, Doubles]:
    """Return ``y - exact`` as well as it is known, and by how much that may be off.

    Examples
    --------
    >>> from refconv.oracle.truth import truth
    >>> true = truth("conv1d", [[[0.1, 0.2]]], [[[1.0, 1.0]]])
    >>> error, unknown = error_of(np.array([[[0.3]]]), true)
    >>> error.item() == 0.3 - 0.1 - 0.2, unknown.item() < 1e-30
    (True, True)
    """
    with np.errstate(all="ignore"):
        error = y - true.value.astype(np.float64)
        if true.residual is not None:
            error = error - true.residual
            unknown = np.abs(true.residual) * 2.0**-52
        else:
            unknown = true.error_bound
    return error, np.where(np.isfinite(error), unknown, 0.0)


def worst_case_bound(true: Truth, kind: Precision, algorithm: str = "direct") -> Limits:
    """Return the bound that no honest kernel of this precision exceeds.

    Examples
    --------
    >>> from refconv.oracle.precision import precision
    >>> from refconv.oracle.truth import truth
    >>> true = truth("conv1d", np.float32([[[1, 2]]]), np.float32([[[3, 4]]]))
    >>> round(worst_case_bound(true, precision("float32")).total.item() / (2 * 2.0**-24 * 11), 12)
    1.0
    """
    accumulator, _, _ = formats(kind)
    n, u = true.terms, accumulator.unit_roundoff
    return _assemble(true, kind, n * u, algorithm)


def probabilistic_bound(true: Truth, kind: Precision, algorithm: str = "direct") -> Limits:
    """Return the bound that an honest kernel exceeds anywhere with probability below `FALSE_ALARM`.

    Examples
    --------
    >>> from refconv.oracle.precision import precision
    >>> from refconv.oracle.truth import truth
    >>> x = np.ones((1, 4096, 1), np.float32)
    >>> true, kind = truth("conv1d", x, x), precision("float32")
    >>> bool(probabilistic_bound(true, kind).total < worst_case_bound(true, kind).total / 4)
    True
    """
    accumulator, _, _ = formats(kind)
    n, u = max(true.terms, 1), accumulator.unit_roundoff
    decades = np.log(2.0 * n * max(true.value.size, 1) / FALSE_ALARM)
    scale = float(np.sqrt(2 * decades)) / (1 - u)
    exponent = scale * np.sqrt(n) * u + n * u * u / (1 - u)
    # where the exponent is large the worst case is smaller anyway
    return _assemble(true, kind, min(n * u, float(np.expm1(min(exponent, 30.0)))), algorithm)


def _assemble(true: Truth, kind: Precision, factor: float, algorithm: str) -> Limits:
    """Return the bound with ``factor * S`` for the sums, and everything else that may round."""
    choice("compare", "algorithm", algorithm, ALGORITHMS)
    accumulator, inputs, output = formats(kind)
    n, size = true.terms, true.magnitude
    with np.errstate(all="ignore"):
        rounded_inputs = np.zeros(()) if inputs.p >= output.p else input_rounding(true, inputs)
        # half of float64's smallest subnormal is no float64: the number of terms is halved instead
        underflow = -(-n // 2) * accumulator.smallest_subnormal
        sums = _scaled(true, factor) + factor * rounded_inputs + rounded_inputs + underflow
        if algorithm != "direct":
            sums = sums + mixed_bound(true, accumulator.unit_roundoff, algorithm)
        _, unknown = error_of(np.zeros(true.value.shape), true)
        total = sums.copy()
        if output.p < accumulator.p:
            value = np.abs(true.value.astype(np.float64)) + true.error_bound + sums
            total = total + np.maximum(output.unit_roundoff * value, output.smallest_subnormal / 2)
        total = (total + unknown) * SLACK
    if algorithm == "direct":
        total = np.where(size == 0, 0.0, total)
    return Limits(total, np.broadcast_to(sums, size.shape), unknown)


def _scaled(true: Truth, factor: float) -> Doubles:
    """Return ``factor * S``, or where S is beyond float64 the same for the largest that its terms could make it."""
    scaled = np.asarray(factor * true.magnitude)
    if true.request is None or not np.isinf(true.magnitude).any():
        return scaled
    factors, bias = true.request.factors, true.request.bias
    largest = factor * true.terms  # before the factors: their product may be beyond float64 where this is not
    for each in factors:
        largest *= float(np.abs(each.astype(np.float64)).max(initial=0.0))
    if bias is not None:
        largest += factor * float(np.abs(bias.astype(np.float64)).max(initial=0.0))
    return np.where(np.isinf(scaled), largest, scaled)


def input_rounding(true: Truth, inputs: Format) -> Doubles:
    """Return what rounding both factors of every product to a narrower format may change.

    Examples
    --------
    >>> from refconv.oracle.formats import FORMATS
    >>> from refconv.oracle.truth import truth
    >>> true = truth("conv1d", [[[1.0, 2.0]]], [[[1.0, 1.0]]])
    >>> round(input_rounding(true, FORMATS["tf32"]).item() / (3 * FORMATS["tf32"].unit_roundoff), 3)
    2.0
    """
    u = inputs.unit_roundoff
    bound: Doubles = (2 * u + u * u) * true.magnitude
    if true.request is not None:
        largest = sum(float(np.abs(factor.astype(np.float64)).max(initial=0.0)) for factor in true.request.factors)
        bound = bound + np.where(true.magnitude > 0, true.terms * largest * inputs.smallest_subnormal, 0.0)
    return bound


def may_overflow(true: Truth, kind: Precision, limits: Limits) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where a partial sum may overflow, in some order, and where the rounded result may.

    Examples
    --------
    >>> from refconv.oracle.precision import precision
    >>> from refconv.oracle.truth import truth
    >>> true, kind = truth("conv1d", np.float16([[[60000, 60000]]]), np.float16([[[1, -1]]])), precision("float16_acc")
    >>> [bool(where.item()) for where in may_overflow(true, kind, worst_case_bound(true, kind))]
    [True, False]
    """
    accumulator, _, output = formats(kind)
    given = () if true.request is None else (*true.request.factors, true.request.bias)
    finite_inputs = all(np.isfinite(each.astype(np.float64)).all() for each in given if each is not None)
    with np.errstate(all="ignore"):
        partial = true.magnitude * (1 + true.terms * accumulator.unit_roundoff) > accumulator.largest
        known = np.isfinite(true.value) if not finite_inputs else np.ones(true.value.shape, bool)
        result = np.abs(true.value.astype(np.float64)) + limits.total > output.largest
    return partial & known, result & known


def formats(kind: Precision) -> tuple[Format, Format, Format]:
    """Return the accumulator's, the inputs' and the output's format of a floating-point precision.

    Examples
    --------
    >>> from refconv.oracle.precision import precision
    >>> [each.name for each in formats(precision("bfloat16"))]
    ['float32', 'bfloat16', 'bfloat16']
    """
    if kind.accumulator is None or kind.inputs is None or kind.output is None:
        raise ArgumentError(
            "compare", f"{kind.name} is exact, and has no tolerance.", fix='Use the policy "exact" for integers.'
        )
    return kind.accumulator, kind.inputs, kind.output
