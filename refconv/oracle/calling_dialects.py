"""Calling a kernel in a dialect: its words and layouts around whatever convention hands the arrays over.

`dialect` says *what* a kernel is told (names of arguments, order of axes, spelling of padding); `convention` says in
*which* arrays (NumPy's, or a framework's, with its automatic gradients). Cases, verdicts and reports stay refconv's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from refconv.arithmetic.per_axis import choice
from refconv.errors import ArgumentError
from refconv.ops.elements import Array
from refconv.oracle.calling import Convention, Refused, as_array
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.forms import Forms
from refconv.oracle.operations import OPERATIONS, Operation
from refconv.oracle.wordings.model import Asked, Wording

__all__ = ["DIALECTS", "Spoken", "SpokenForms", "check_dialect", "forms_in", "own_layouts", "said_in", "wording_of"]

DIALECTS = ("refconv", "torch", "tensorflow", "keras", "xla", "onnx", "webnn")
"""The first is no dialect: a kernel is called in refconv's own words."""


def check_dialect(op: str, dialect: str) -> str:
    """Return the name of a dialect.

    Raises
    ------
    ArgumentError
        For an unknown one.

    Examples
    --------
    >>> check_dialect("check", "keras")
    'keras'
    """
    return choice(op, "dialect", dialect, DIALECTS)


def wording_of(dialect: str, operation: Operation) -> Wording:
    """Return how a dialect (not "refconv") says an operation.

    Raises
    ------
    ArgumentError
        If it has no such operation.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> wording_of("tensorflow", operation("depthwise_conv2d")).function
    'depthwise_conv2d'
    """
    found = _wording(check_dialect("check", dialect), operation)
    if found is None:
        others = [op for op, kind in OPERATIONS.items() if _wording(dialect, kind) is not None]
        raise ArgumentError(
            "check", f"{dialect} has no {operation.name}.", fix=f"It has {', '.join(others)}; or leave dialect out."
        )
    return found


def _wording(dialect: str, operation: Operation) -> Wording | None:
    found: Wording | None = import_module(f"refconv.oracle.wordings.{dialect}").wording(operation)
    return found


def own_layouts(dialect: str, operation: Operation) -> tuple[str, str] | None:
    """Return the orders in which a dialect hands x and w over; None for refconv's.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> own_layouts("tensorflow", operation("conv2d")), own_layouts("refconv", operation("conv2d"))
    (('NHWC', 'HWIO'), None)
    """
    if dialect == "refconv" or wording_of(dialect, operation).flat:
        return None  # a flat kernel has other axes, and x is as refconv's wherever there is one
    x, w = wording_of(dialect, operation).layouts
    return x.letters, w.letters


def said_in(wording: Wording, case: Case) -> dict[str, Any]:
    """Return a case's options in a dialect's words.

    Raises
    ------
    Refused
        If the dialect cannot say them.

    Examples
    --------
    >>> case = Case("conv1d", (1, 2, 5), (3, 2, 2), {"stride": (2,), "padding": ((1, 1),)})
    >>> said_in(wording_of("torch", case.operation), case)
    {'stride': (2,), 'padding': (1,), 'dilation': (1,), 'groups': 1}
    """
    return wording.say(Asked.of(case.operation, case.x_shape, case.w_shape, case.options))


def _neutral(wording: Wording, asked: Asked) -> dict[str, Any]:
    """Return what is said where nothing is asked for: what a kernel without the argument does."""
    return wording.say(Asked.of(asked.operation, asked.x_shape, asked.w_shape, {}))


def _signature(fn: Callable[..., Any], wording: Wording) -> tuple[tuple[str, ...] | None, bool]:
    """Return the arguments that a kernel names (None: it does not say), and whether it takes a bias."""
    if wording.dictionary:
        return None, wording.bias
    try:
        signature = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return None, wording.bias
    kinds = {p.kind for p in signature.values()}
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    arrays = [name for name, p in signature.items() if p.kind in by_position and name not in wording.words]
    bias = wording.bias and (len(arrays) > 2 or inspect.Parameter.VAR_POSITIONAL in kinds)
    extras = tuple(name for name in wording.extras if name in signature)
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return (*(name for name in wording.words if name not in wording.extras), *extras), bias
    return tuple(signature), bias


def _taken(named: tuple[str, ...] | None, wording: Wording, asked: Asked) -> dict[str, Any]:
    """Return what is said to a kernel; what it has no argument for is left out where it asks for nothing.

    Raises
    ------
    Refused
        If the dialect cannot say what is asked for, or the kernel cannot hear it.
    """
    said = wording.say(asked)
    known = tuple(name for name in said if name not in wording.extras) if named is None else named
    missing = [name for name in said if name not in known]
    if missing:
        neutral = _neutral(wording, asked)
        for name in missing:
            if name not in neutral or neutral[name] != said[name]:
                raise Refused(f"{name}: the kernel has no such parameter")
    return {name: value for name, value in said.items() if name in known}


@dataclass(frozen=True)
class SpokenForms(Forms):
    """What a kernel takes in a dialect: what the dialect can say, less what the kernel has no argument for.

    Parameters
    ----------
    dialect, op : str
        Whose words, for which operation.
    named : tuple of str, optional
        The arguments that the kernel names; None: all of the dialect's.
    """

    dialect: str = ""
    op: str = ""
    named: tuple[str, ...] | None = None

    def spell(self, case: Case) -> dict[str, Any]:
        """Return the case's options, still in refconv's words: the convention translates them.

        Raises
        ------
        Refused
            If the kernel cannot be asked.

        Examples
        --------
        >>> forms = SpokenForms((), dialect="keras", op="conv1d")
        >>> forms.spell(Case("conv1d", (1, 1, 5), (1, 1, 3), {"padding": ((1, 1),)}))
        Traceback (most recent call last):
            ...
        refconv.oracle.calling.Refused: padding in numbers: Keras takes words only
        """
        asked = Asked.of(case.operation, case.x_shape, case.w_shape, case.options)
        _taken(self.named, wording_of(self.dialect, case.operation), asked)
        return dict(case.options)


def forms_in(dialect: str, wording: Wording, fn: Callable[..., Any]) -> SpokenForms:
    """Return what a kernel takes in a dialect, by its signature.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> forms = forms_in("torch", wording_of("torch", operation("conv1d")), lambda input, weight, stride=1: input)
    >>> forms.bias, forms.named
    (False, ('input', 'weight', 'stride'))
    """
    named, bias = _signature(fn, wording)
    return SpokenForms(
        wording.parameters, bias=bias, dialect=dialect, op=wording.operation.name, named=named, single=frozenset()
    )


@dataclass(frozen=True)
class Spoken:
    """A convention: arrays in a dialect's layouts and options in its words, handed over as `inner` does.

    Parameters
    ----------
    wording : Wording
        How the dialect says the operation.
    inner : Convention
        Which arrays the kernel gets, and whether it can be differentiated.
    """

    wording: Wording
    inner: Convention

    @property
    def name(self) -> str:
        """The inner convention's."""
        return self.inner.name

    @property
    def differentiates(self) -> bool:
        """The inner convention's."""
        return self.inner.differentiates

    def forward(self, fn: Callable[..., Any], arrays: Arrays, parameters: dict[str, Any], *, bias: bool) -> Any:
        """Return y, in refconv's order."""
        said = self._said(fn, arrays, parameters)
        with _handed(self.wording, arrays) as handed:
            y = self.inner.forward(_called(self.wording, fn, said), handed, {}, bias=bias)
            return self._entered("y", y, arrays)

    def backward(
        self,
        fn: Callable[..., Any],
        gradients: Callable[..., Any] | None,
        arrays: Arrays,
        parameters: dict[str, Any],
        *,
        bias: bool,
    ) -> Any:
        """Return dx, dw and db, in refconv's order."""
        said = self._said(fn if gradients is None else gradients, arrays, parameters)

        def back(dy: Any, x: Any, w: Any) -> Any:
            assert gradients is not None, "only called where there is one"  # noqa: S101
            return self.wording.hand(gradients, (dy, x, w), (), said)

        with _handed(self.wording, arrays) as handed:
            found = self.inner.backward(
                _called(self.wording, fn, said), None if gradients is None else back, handed, {}, bias=bias
            )
            parts = tuple(found) if isinstance(found, tuple | list) else (found,)
            return tuple(
                self._entered(name, part, arrays) for name, part in zip(("dx", "dw", "db"), parts, strict=False)
            )

    def _said(self, fn: Callable[..., Any], arrays: Arrays, parameters: dict[str, Any]) -> dict[str, Any]:
        asked = Asked.of(self.wording.operation, arrays.x.shape, arrays.w.shape, parameters)
        return _taken(_signature(fn, self.wording)[0], self.wording, asked)

    def _entered(self, name: str, result: Any, arrays: Arrays) -> Any:
        try:
            array = as_array(result)
        except Exception:  # noqa: BLE001 - a result may raise whatever it likes; the judge says what is wrong with it
            return result
        return self.wording.enter(name, array, arrays.w.shape)


def _called(wording: Wording, fn: Callable[..., Any], said: dict[str, Any]) -> Callable[..., Any]:
    """Return the kernel as a function of x, w and perhaps b."""

    def called(x: Any, w: Any, *b: Any) -> Any:
        return wording.hand(fn, (x, w), b, said)

    return called


@contextmanager
def _handed(wording: Wording, arrays: Arrays) -> Iterator[Arrays]:
    """Yield the arrays in the dialect's layouts, and write back to them what the kernel writes to a copy.

    Contiguous arrays stay contiguous; others keep their strides, in the dialect's order.
    """
    handed: dict[str, Array | None] = {}
    copies = {}
    for name, array in arrays._asdict().items():
        if array is None:
            handed[name] = None
            continue
        there = wording.leave("y" if name == "dy" else name, array)
        if array.flags.c_contiguous and array.flags.aligned:
            there = np.ascontiguousarray(there)
        handed[name] = there.view()  # what a kernel does to the shape of an array is its own affair
        if not np.shares_memory(there, array):
            copies[name] = there, there.tobytes()
    try:
        yield Arrays(**handed)  # type: ignore[arg-type]
    finally:
        for name, (there, before) in copies.items():
            if there.tobytes() != before:
                array = getattr(arrays, name)
                array[...] = wording.enter("y" if name == "dy" else name, there, arrays.w.shape)
