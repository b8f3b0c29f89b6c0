"""Is this array the convolution? A comparison with the truth, by a named policy, that says what is wrong and where.

The policies are derived in `refconv.oracle.tolerance` and `refconv.oracle.deviation`; `docs/tolerance.md` says which to
take when.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refconv.arithmetic.per_axis import choice
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.ops.elements import Array
from refconv.oracle.deviation import SIGNS, Trial, largest_error, statistical_tests
from refconv.oracle.formats import FORMATS, Format
from refconv.oracle.precision import PRECISIONS, Precision
from refconv.oracle.precision import precision as precision_named
from refconv.oracle.products import Doubles
from refconv.oracle.tolerance import (
    POLICIES,
    Limits,
    error_of,
    may_overflow,
    probabilistic_bound,
    worst_case_bound,
)
from refconv.oracle.transforms import ALGORITHMS
from refconv.oracle.truth import Truth, truth

__all__ = ["Comparison", "assert_conv", "compare"]


@dataclass(frozen=True)
class Comparison:
    """The verdict on one array.

    Parameters
    ----------
    passed : bool
        Whether it is what it should be, as far as the policy can tell.
    policy : str
        The policy.
    reasons : tuple of str
        What is wrong; empty if it passed.
    error : float
        The largest error, in units of what the policy allows that element.
    index : tuple of int, optional
        Where it is; None for arrays without elements and of the wrong shape.
    rms, bias : float
        The root mean square and the mean of the errors, in the same units, where these are finite.
    units : ndarray
        The error of each element in the same units, signed; infinite where infinity or NaN is wrong or missing.
    trials : tuple of Trial
        The figures of the policy "statistical", each with its limit.
    text : str
        All that, for people.
    """

    passed: bool
    policy: str
    reasons: tuple[str, ...]
    error: float
    index: tuple[int, ...] | None
    rms: float
    bias: float
    units: Doubles = field(repr=False)
    trials: tuple[Trial, ...] = ()
    text: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.text


class _Outcome(NamedTuple):
    units: Doubles
    reasons: list[str]
    trials: tuple[Trial, ...] = ()


@np.errstate(all="ignore")  # a result may hold signalling NaN, of which a cast would warn
def compare(
    y: ArrayLike,
    true: Truth,
    *,
    precision: str | Precision = "float32",
    policy: str = "worst_case",
    algorithm: str = "direct",
    signs: str = "any",
) -> Comparison:
    """Compare a kernel's result with the truth.

    Parameters
    ----------
    y : array_like
        The result. A wider floating-point type than the precision's is welcome.
    true : Truth
        What `refconv.oracle.truth.truth` says of the same arrays, exactly as the kernel got them.
    precision : str or Precision
        What the kernel computes in: a name in `refconv.oracle.precision.PRECISIONS`.
    policy : {"worst_case", "probabilistic", "statistical", "exact"}
        What is allowed. Integers are always compared exactly. "probabilistic" and "statistical" take rounding errors as
        independent and unbiased, which those of constant data, such as the gradient of a mean, are not.
    algorithm : {"direct", "winograd", "winograd2", "winograd4", "winograd6", "fft"}
        How the kernel is known to compute; "direct" is any summation of the products themselves.
    signs : {"any", "random"}
        For "statistical": "random" says that the products' signs are independent and random, in each sum and from
        one element to the next, as those of normal data are; smooth images with a few filters are not such data.

    Returns
    -------
    Comparison
        The verdict, the figures, and a text.

    Raises
    ------
    ArgumentError
        For an unknown precision, policy, algorithm or sign, and for "exact" with a truth that is not.

    Examples
    --------
    >>> x, w = np.float32([[[1, 2, 3, 4]]]), np.float32([[[1, 0.1]]])
    >>> true = truth("conv1d", x, w)
    >>> compare(np.float32([[[1.2, 2.3, 3.4]]]), true).passed
    True
    >>> print(compare(np.float32([[[1.2, 2.3, 3.6]]]), true))
    conv1d y, 3 elements, float32, policy worst_case: FAILED
      1 of 3 elements errs by more than the bound.
      largest error: 4.93e+05 x the bound, at (0, 0, 2)
      y = 3.6, truth = 3.4000000059604645, error = 0.2, bound = 4.05e-07
      all errors, in units of the bound: RMS 2.85e+05, mean 1.64e+05
    """
    if not isinstance(true, Truth):
        raise ArgumentTypeError("compare", f"the second argument must be a Truth, not {type(true).__name__}.")
    kind = _precision(precision)
    choice("compare", "policy", policy, POLICIES)
    choice("compare", "signs", signs, SIGNS)
    choice("compare", "algorithm", algorithm, ALGORITHMS)
    result = np.asarray(y)
    policy = "exact" if kind.is_integer else policy
    head = _head(true, kind, policy)
    refused = _refused(result, true, kind)
    if refused:
        nothing = np.full((0,), np.nan)
        text = f"{head}: FAILED\n  {refused}"
        return Comparison(False, policy, (refused,), np.inf, None, np.nan, np.nan, nothing, (), text)
    outcome = (
        _exactly(result, true, kind) if policy == "exact" else _within(result, true, kind, policy, algorithm, signs)
    )
    return _verdict(head, policy, result, true, outcome)


def assert_conv(
    y: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    op: str | None = None,
    dy: ArrayLike | None = None,
    of: str = "y",
    precision: str | Precision | None = None,
    policy: str = "worst_case",
    algorithm: str = "direct",
    signs: str = "any",
    method: str = "auto",
    **options: Any,
) -> None:
    """Raise AssertionError, with figures, unless y is the convolution of x with w (plus b), or the gradient asked for.

    Parameters
    ----------
    y : array_like
        The result to check; for a gradient, that.
    x, w, b, dy : array_like
        The arrays it was computed from.
    op : str, optional
        The operation; by default conv1d, conv2d or conv3d, after the axes of x.
    of : {"y", "dx", "dw", "db"}
        What `y` is.
    precision : str or Precision, optional
        By default that of the type that x and w have in common.
    policy, algorithm, signs
        As for `compare`.
    method : str
        As for `refconv.oracle.truth.truth`.
    **options
        stride, padding, groups, layout, ... as for the operation.

    Raises
    ------
    AssertionError
        If it is not, with the comparison as text.
    ArgumentError, ShapeError, DTypeError
        For arguments that make no convolution.

    Examples
    --------
    >>> import refconv
    >>> x, w = np.random.default_rng(0).standard_normal((2, 1, 4, 3, 3)).astype(np.float32)
    >>> assert_conv(refconv.conv2d(x, w, padding=1), x, w, padding=1)
    >>> try:
    ...     assert_conv(refconv.conv2d(x, w, padding=1)[:, :, ::-1], x, w, padding=1)
    ... except AssertionError as error:
    ...     print(str(error).splitlines()[1])
      6 of 9 elements err by more than the bound.
    """
    images = np.asarray(x)
    if op is None:
        if not 3 <= images.ndim <= 5:
            raise ShapeError(
                "assert_conv",
                f"x has the shape {images.shape}, not N, C and one to three axes.",
                fix="Say which op it is.",
            )
        op = f"conv{images.ndim - 2}d"
    if precision is None:
        precision = _common_precision(images, w)
    true = truth(op, x, w, b, dy=dy, of=of, method=method, **options)
    found = compare(y, true, precision=precision, policy=policy, algorithm=algorithm, signs=signs)
    if not found.passed:
        raise AssertionError(found.text)


def _precision(asked: Any) -> Precision:
    if isinstance(asked, Precision):
        return asked
    if not isinstance(asked, str):
        raise ArgumentTypeError(
            "compare", f"precision must be a name, but it is {asked!r}.", fix=f"Known: {', '.join(PRECISIONS)}."
        )
    return precision_named(asked)


def _common_precision(x: Array, w: ArrayLike) -> str:
    """Return the precision that products of x and w have."""
    common = np.result_type(x, np.asarray(w))
    return common.name if common.name in PRECISIONS else "int64" if common.kind in "biu" else "float64"


def _head(true: Truth, kind: Precision, policy: str) -> str:
    what = "" if true.request is None else f"{true.request.op.name} {true.request.of}, "
    return f"{what}{true.value.size} elements, {kind.name}, policy {policy}"


def _refused(result: Array, true: Truth, kind: Precision) -> str:
    """Return why the arrays cannot be compared at all, or nothing."""
    if result.shape != true.value.shape:
        return f"the shape is {result.shape}, but should be {true.value.shape}."
    name = result.dtype.name
    if kind.is_integer:
        if true.value.dtype.kind != "i":
            raise ArgumentError(
                "compare",
                f"precision {kind.name} is for integers, but the truth is not of integers.",
                fix='Name the type of the result, such as precision="float32".',
            )
        if name not in ("int32", "int64"):
            return f"the type is {name}, but sums of {kind.dtype} should come as int32 or int64."
        return ""
    output = FORMATS[kind.dtype]
    found = FORMATS.get(name, None if result.dtype.kind != "f" else FORMATS["float64"])
    if found is None:
        return f"the type is {name}, but should be {kind.dtype} or a wider floating-point type."
    if found.p < output.p or found.emax < output.emax:
        return f"the type is {name}, which is narrower than {kind.dtype}."
    return ""


def _exactly(result: Array, true: Truth, kind: Precision) -> _Outcome:
    """Compare with the correctly rounded truth; the unit is one in the last place."""
    if kind.is_integer:
        wrong = result != true.value
        units = np.where(wrong, result.astype(np.float64) - true.value.astype(np.float64), 0.0)
        # beyond 2**53 a difference may be too small for float64
        units = np.where(wrong & (units == 0), 1.0, units)
    else:
        if true.residual is None and true.error_bound.any():
            raise ArgumentError(
                "compare", 'the policy "exact" needs a truth without error.', fix='Ask for truth(..., method="exact").'
            )
        to = FORMATS.get(result.dtype.name, FORMATS["float64"])
        want = true.rounded(to.name if to.name != "bfloat16" else result.dtype).astype(np.float64)
        got = result.astype(np.float64)
        with np.errstate(all="ignore"):
            units = (got - want) / _spacing(want, to)
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        units = np.where(same, 0.0, np.where(np.isfinite(units), units, np.inf))
        wrong = ~same
    reasons = []
    if wrong.any():
        reasons.append(_count(wrong, "is", "are", "not the correctly rounded result; nothing else is allowed."))
    return _Outcome(units, reasons)


def _spacing(a: Doubles, to: Format) -> Doubles:
    exponent = np.frexp(np.where(np.isfinite(a), a, 0.0))[1] - 1
    spacing: Doubles = np.ldexp(1.0, np.maximum(exponent, to.emin) - to.p + 1)
    return spacing


def _within(result: Array, true: Truth, kind: Precision, policy: str, algorithm: str, signs: str) -> _Outcome:
    """Compare with the bound of the policy."""
    got = result.astype(np.float64)
    limits = (probabilistic_bound if policy == "probabilistic" else worst_case_bound)(true, kind, algorithm)
    bound = limits.total
    sharp = policy == "statistical" and algorithm == "direct"
    if sharp:
        bound = np.minimum(bound, largest_error(true, kind, signs) + limits.unknown)
    wrong, excused = _misplaced(got, true, kind, limits)
    error, _ = error_of(got, true)
    judged = np.isfinite(error) & ~wrong & ~excused
    # two finite numbers may be further apart than any float
    beyond = np.isfinite(got) & np.isfinite(true.value.astype(np.float64)) & ~np.isfinite(error) & ~excused
    with np.errstate(all="ignore"):
        units = np.where(judged & (error != 0), error / bound, 0.0)
    units = np.where(wrong | beyond, np.inf, units)
    over = np.abs(units) > 1
    reasons = []
    if wrong.any():
        reasons.append(_count(wrong, "has", "have", "infinity or NaN where the truth has not, or the other way round."))
    if (over & ~wrong).any():
        reasons.append(_count(over & ~wrong, "errs", "err", "by more than the bound."))
    trials = statistical_tests(got, true, kind, signs, judged) if sharp else ()
    failed = [trial for trial in trials if not trial.passed]
    reasons += [f"{trial.name}: {trial.figure:.3g}, but at most {trial.limit:.3g}." for trial in failed]
    return _Outcome(units, reasons, trials)


def _misplaced(
    got: Doubles, true: Truth, kind: Precision, limits: Limits
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where infinity or NaN is wrong, and where it is right or may be: what is not to be measured."""
    value = true.value.astype(np.float64)
    agree = (got == value) | (np.isnan(got) & np.isnan(value))
    partial, rounded = may_overflow(true, kind, limits)
    allowed = agree | (~np.isfinite(got) & partial) | (rounded & np.isinf(got) & (np.sign(got) == np.sign(value)))
    special = ~np.isfinite(got) | ~np.isfinite(value)
    return special & ~allowed, special & allowed


def _count(where: NDArray[np.bool_], one: str, many: str, what: str) -> str:
    count = int(where.sum())
    return f"{count} of {where.size} elements {one if count == 1 else many} {what}"


def _verdict(head: str, policy: str, result: Array, true: Truth, outcome: _Outcome) -> Comparison:
    units, reasons = outcome.units, outcome.reasons
    passed = not reasons
    lines = [f"{head}: {'passed' if passed else 'FAILED'}", *reasons]
    index, error, rms, bias = None, 0.0, 0.0, 0.0
    if units.size:
        size = np.abs(units)
        index = tuple(int(i) for i in np.unravel_index(int(size.argmax()), units.shape))
        error = float(size[index])
        finite = units[np.isfinite(units)]
        if finite.size:
            rms, bias = float(np.sqrt(np.mean(finite * finite))), float(finite.mean())
        lines += _figures(policy, result, true, units, index, rms, bias)
    lines += [f"{trial.name}: {trial.figure:.3g} (limit {trial.limit:.3g})" for trial in outcome.trials]
    text = "\n  ".join(lines)
    return Comparison(passed, policy, tuple(reasons), error, index, rms, bias, units, outcome.trials, text)


def _figures(
    policy: str, result: Array, true: Truth, units: Doubles, index: tuple[int, ...], rms: float, bias: float
) -> list[str]:
    unit = "units in the last place" if policy == "exact" else "x the bound"
    error = float(abs(units[index]))
    line = f"y = {result[index]!s}, truth = {true.value[index]!s}"
    difference = float(result[index]) - float(true.value[index])
    if np.isfinite(difference) and difference and policy != "exact":
        line += f", error = {difference:.3g}, bound = {abs(difference) / error if error else 0.0:.3g}"
    name = "units in the last place" if policy == "exact" else "units of the bound"
    return [
        f"largest error: {error:.3g} {unit}, at {index}",
        line,
        f"all errors, in {name}: RMS {rms:.3g}, mean {bias:.3g}",
    ]
