"""A case in a dialect's words: what its function is told, as JSON and as text, and back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from refconv.errors import RefconvError
from refconv.oracle.calling import Refused
from refconv.oracle.calling_dialects import said_in
from refconv.oracle.cases import Case
from refconv.oracle.vectors.plain import flat, plain
from refconv.oracle.wordings.model import Wording

__all__ = ["call_of", "sayable", "spoken_lines", "tells"]

WORDS = ("valid", "same_upper", "same_lower", "causal")


def call_of(wording: Wording, case: Case) -> dict[str, Any]:
    """Return what a dialect's function is told for a case, tuples as lists.

    Raises
    ------
    Refused
        If the dialect cannot say it.

    Examples
    --------
    >>> from refconv.oracle.calling_dialects import wording_of
    >>> case = Case("conv1d", (1, 2, 5), (3, 2, 2), {"stride": (2,), "padding": "same_upper"})
    >>> call_of(wording_of("keras", case.operation), case)
    {'strides': [2], 'padding': 'same', 'data_format': 'channels_last', 'dilation_rate': [1]}
    """
    call: dict[str, Any] = json.loads(json.dumps(said_in(wording, case)))
    return call


def sayable(wording: Wording, cases: Iterable[Case]) -> tuple[list[Case], tuple[str, ...]]:
    """Return the cases that a dialect can say, without a bias where it has none; and why others are left out.

    Examples
    --------
    >>> from refconv.oracle.calling_dialects import wording_of
    >>> cases = [Case("conv1d", (1, 1, 5), (1, 1, 3), {"padding": ((p, 0),)}) for p in (0, 1)]
    >>> kept, left_out = sayable(wording_of("tensorflow", cases[0].operation), cases)
    >>> len(kept), kept[0].bias, left_out
    (1, False, ('padding in numbers: TensorFlow takes them with two spatial axes only (1 case)',))
    """
    kept, left_out = [], Counter[str]()
    for case in cases:
        try:
            call_of(wording, case)
        except Refused as reason:
            left_out[str(reason)] += 1
            continue
        kept.append(case if wording.bias else replace(case, bias=False))
    return kept, tuple(f"{why} ({n} case{'s' if n > 1 else ''})" for why, n in left_out.items())


def tells(wording: Wording, case: Case, call: Any) -> bool:
    """Return whether `call` is what the dialect's function is told for a plain case, padding by a word or in numbers.

    Examples
    --------
    >>> from refconv.oracle.calling_dialects import wording_of
    >>> case = Case("conv1d", (1, 2, 5), (3, 2, 2), {"padding": ((0, 1),), "dilation": (1,), "groups": 1})
    >>> wording = wording_of("onnx", case.operation)
    >>> how = {"kernel_shape": [2], "strides": [1], "dilations": [1], "group": 1}
    >>> [tells(wording, case, how | {"auto_pad": word}) for word in ("SAME_UPPER", "SAME_LOWER")]
    [True, False]
    """
    said = json.dumps(call, sort_keys=True)
    return any(json.dumps(other, sort_keys=True) == said for other in _calls(wording, case))


def _calls(wording: Wording, case: Case) -> Iterator[dict[str, Any]]:
    """Yield all ways to say a plain case."""
    numbers = plain(case).options
    worded = [replace(case, options={**case.options, "padding": word}) for word in WORDS if "padding" in case.options]
    for each in (case, *worded):
        try:
            if plain(each).options == numbers:
                yield call_of(wording, each)
        except (Refused, RefconvError):
            continue


def spoken_lines(wording: Wording, dialect: str, case: Case) -> list[str]:
    """Return the lines of parameters.txt in a dialect: shapes as it has them, then its arguments, numbers in order.

    Examples
    --------
    >>> from refconv.oracle.calling_dialects import wording_of
    >>> case = Case("conv1d", (1, 2, 5), (3, 2, 2), {"padding": "same_upper"}, bias=False)
    >>> for line in spoken_lines(wording_of("tensorflow", case.operation), "tensorflow", case):
    ...     print(line)
    op conv1d
    dialect tensorflow
    function conv1d
    precision float32
    x_shape 1 5 2
    w_shape 2 2 3
    y_shape 1 5 3
    stride 1
    padding SAME
    data_format NWC
    dilations 1
    bias 0
    """
    values = {
        "op": case.op,
        "dialect": dialect,
        "function": wording.function,
        "precision": case.precision,
        "x_shape": wording.shape("x", case.x_shape),
        "w_shape": wording.shape("w", case.w_shape),
        "y_shape": wording.shape("y", case.y_shape),
        **call_of(wording, case),
        "bias": int(case.bias),
    }
    return [f"{name} {' '.join(flat(value))}" for name, value in values.items()]
