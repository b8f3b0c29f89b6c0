"""The gradients of the separable dilated layer: back through the pointwise step, then through the depthwise one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "separable_backward"]

Array = NDArray[Any]
Pair = tuple[int, int]
Gradients = tuple[Array, Array, Array]


def separable_backward(
    dy: Array, x: Array, w_d: Array, b_d: Array, w_p: Array, s: Pair, d: Pair, lo: Pair, hi: Pair
) -> Gradients:
    """Carry dy to dz by the pointwise weights, and from dz to the taps; z is computed again on the way."""
    padded = np.pad(x, ((0, 0), (0, 0), (lo[0], hi[0]), (lo[1], hi[1])))
    dz = np.einsum("nohw,oc->nchw", dy, w_p)
    z = np.zeros_like(dz) + b_d[:, None, None]
    dpadded, dw_d = np.zeros_like(padded), np.zeros_like(w_d)
    OH, OW = dy.shape[2:]
    for i in range(w_d.shape[1]):
        for j in range(w_d.shape[2]):
            top, left = d[0] * i, d[1] * j
            read = np.s_[:, :, top : top + s[0] * OH : s[0], left : left + s[1] * OW : s[1]]
            tap = w_d[:, i, j, None, None]
            z += padded[read] * tap
            dpadded[read] += dz * tap  # each sample gets something from every window that read it
            dw_d[:, i, j] = (dz * padded[read]).sum((0, 2, 3))
    dw_p = np.einsum("nohw,nchw->oc", dy, z)
    dx = dpadded[:, :, lo[0] : lo[0] + x.shape[2], lo[1] : lo[1] + x.shape[3]]
    return dx, dw_d, dw_p


def _cases() -> list[Call]:
    rng = np.random.default_rng(11)

    def drawn(N: int, C: int, O: int, size: Pair, kernel: Pair, s: Pair, d: Pair, lo: Pair, hi: Pair) -> Call:
        x, w_d = rng.integers(-4, 5, (N, C, *size)), rng.integers(1, 5, (C, *kernel))
        rows, columns = ((size[a] + lo[a] + hi[a] - d[a] * (kernel[a] - 1) - 1) // s[a] + 1 for a in (0, 1))
        dy = rng.integers(-4, 5, (N, O, rows, columns))
        return call(dy, x, w_d, rng.integers(1, 5, C), rng.integers(-3, 4, (O, C)), s, d, lo, hi)

    one, none = (1, 1), (0, 0)
    return [
        drawn(1, 1, 1, (1, 1), (1, 1), one, one, none, none),
        drawn(1, 2, 2, (1, 2), (1, 1), one, one, none, none),
        drawn(1, 1, 1, (1, 3), (1, 2), one, one, none, none),
        drawn(1, 2, 2, (1, 3), (1, 3), one, one, (0, 1), (0, 1)),
        drawn(1, 2, 3, (2, 3), (1, 2), one, (1, 2), (0, 1), none),
        drawn(2, 2, 1, (3, 4), (2, 2), (1, 2), one, (1, 0), none),
        drawn(2, 3, 2, (5, 6), (3, 2), (2, 1), (1, 2), (1, 2), (0, 1)),
        drawn(2, 2, 4, (6, 5), (2, 3), (1, 2), (3, 1), (2, 0), (1, 2)),
    ]


def _overwriting(taps: Iterable[Pair], given: tuple[Any, ...]) -> Gradients:
    dy, x, w_d, _, w_p, s, d, lo, hi = given
    dz = np.einsum("nohw,oc->nchw", dy, w_p)
    dpadded = np.zeros_like(np.pad(x, ((0, 0), (0, 0), (lo[0], hi[0]), (lo[1], hi[1]))))
    for i, j in taps:
        rows, columns = (slice(d[a] * m, d[a] * m + s[a] * dy.shape[2 + a], s[a]) for a, m in ((0, i), (1, j)))
        dpadded[:, :, rows, columns] = dz * w_d[:, i, j, None, None]
    dx = dpadded[:, :, lo[0] : lo[0] + x.shape[2], lo[1] : lo[1] + x.shape[3]]
    return dx, *separable_backward(*given)[1:]


def _taps(w_d: Array) -> list[Pair]:
    return [(i, j) for i in range(w_d.shape[1]) for j in range(w_d.shape[2])]


def _last_tap(*given: Any) -> Gradients:
    return _overwriting(_taps(given[2]), given)


def _last_window(*given: Any) -> Gradients:
    return _overwriting(_taps(given[2])[::-1], given)


def _with(given: tuple[Any, ...], **changed: Any) -> Gradients:
    names = ("dy", "x", "w_d", "b_d", "w_p", "s", "d", "lo", "hi")
    return separable_backward(**{**dict(zip(names, given, strict=True)), **changed})


def _not_cropped(*given: Any) -> Gradients:
    x, lo, hi = given[1], given[7], given[8]
    padded = np.pad(x, ((0, 0), (0, 0), (lo[0], hi[0]), (lo[1], hi[1])))
    dx, *rest = _with(given, x=padded, lo=(0, 0), hi=(0, 0))
    return dx[:, :, : x.shape[2], : x.shape[3]], rest[0], rest[1]


def _flipped(*given: Any) -> Gradients:
    return _with(given, w_d=given[2][:, ::-1, ::-1])[0], *separable_backward(*given)[1:]


def _from_x(*given: Any) -> Gradients:
    return *separable_backward(*given)[:2], np.einsum("nohw,nchw->oc", given[0], given[1])


def _untransposed(*given: Any) -> Gradients:
    return *_with(given, w_p=given[4].T)[:2], separable_backward(*given)[2]


def _averaged(*given: Any) -> Gradients:
    dx, dw_d, dw_p = separable_backward(*given)
    return dx, dw_d / len(dx), dw_p / len(dx)


EXERCISE = Exercise(
    name="separable-backward",
    chapter=8,
    title="Back through both steps",
    task="Write `separable_backward(dy, x, w_d, b_d, w_p, s, d, lo, hi)` for the layer of the last exercise: return "
    "`(dx, dw_d, dw_p)`, the gradients of `sum(dy * y)` for the input, the depthwise weights `(C, KH, KW)` and the "
    "pointwise weights `(O, C)`. The result `z` of the depthwise step, its bias `b_d` included, was not kept: compute "
    "it again.",
    right=separable_backward,
    cases=_cases,
    ask=call(
        np.array([[[[1]], [[10]]]]),
        np.array([[[[2, 3]]]]),
        np.array([[[1, 5]]]),
        np.array([7]),
        np.array([[1], [1]]),
        (1, 1),
        (1, 1),
        (0, 0),
        (0, 0),
    ),
    misconceptions=(
        Misconception(
            "ignores dilation",
            "You sent the gradient to neighbouring samples. Tap (i, j) read d*i and d*j away, so its gradient goes "
            "there. A gradient check against a forward pass with the same slip would not notice.",
            lambda *given: _with(given, d=(1, 1)),
        ),
        Misconception(
            "ignores the stride",
            "You let windows start at every sample. Output i read from s*i on, so that is where its gradient goes.",
            lambda *given: _with(given, s=(1, 1)),
        ),
        Misconception(
            "overwrites where taps meet",
            "You assigned where you should add, tap by tap. A sample that several taps read gets a share from each: "
            "use `+=`.",
            _last_tap,
        ),
        Misconception(
            "overwrites where windows overlap",
            "You assigned where you should add, window by window. A sample in several windows gets a share from each: "
            "use `+=`.",
            _last_window,
        ),
        Misconception(
            "keeps the padding and drops the end",
            "Your dx begins with the gradient of the padding. Leave out the first `lo` samples along each axis.",
            _not_cropped,
        ),
        Misconception(
            "flips the kernel",
            "You turned the kernel around for dx. That goes with gathering the gradient at each input; where each "
            "output sends its gradient out, tap (i, j) has weight (i, j).",
            _flipped,
        ),
        Misconception(
            "takes x for what the pointwise step saw",
            "You multiplied dy by x for dw_p. The pointwise step's input was z, the result of the depthwise step.",
            _from_x,
        ),
        Misconception(
            "leaves the depthwise bias out of z",
            "You computed z again without `b_d`. The pointwise weights met z with its bias, so dw_p has it too.",
            lambda *given: _with(given, b_d=0 * given[3]),
        ),
        Misconception(
            "does not transpose the pointwise weights",
            "Going back, output o gives to channel c by weight `w_p[o, c]`: the sum runs over o. You summed over the "
            "other axis.",
            _untransposed,
        ),
        Misconception(
            "averages over the batch",
            "You divided the weights' gradients by N. They are sums over all samples; a mean belongs to the loss, "
            "which puts 1/N into dy itself.",
            _averaged,
        ),
    ),
    hints=(
        "Do the pointwise step first: from dy and `w_p` follows dz, of z's shape.",
        "For each tap, where did it read? At that slice of the padded dx, add `dz * w`.",
        "The same slice of the padded x, times dz, summed over all samples and positions, is the tap's gradient.",
        "`dw_p[o, c]` is the sum of `dy[:, o] * z[:, c]`, and dx the padded gradient without its padding.",
    ),
)
