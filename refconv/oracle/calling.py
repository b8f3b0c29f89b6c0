"""How a kernel is called: plain NumPy arrays and keyword arguments, or a framework's arrays and its gradients.

A convention turns the oracle's arrays and options into one call and its result back into arrays. What a kernel prints,
raises, or writes into its inputs is an `Outcome`, never the caller's problem.
"""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from refconv.errors import ArgumentError
from refconv.missing import needed
from refconv.ops.elements import Array
from refconv.oracle.cases import Arrays

__all__ = [
    "CONVENTIONS",
    "Convention",
    "Outcome",
    "Plain",
    "Refused",
    "as_array",
    "attempt",
    "captured",
    "convention_of",
]

Kernel = Callable[..., Any]


class Refused(Exception):  # noqa: N818 - not an error: the kernel does not take this, and need not
    """The kernel does not take what a case needs; the text says what."""


@dataclass(frozen=True)
class Outcome:
    """What one call did.

    Parameters
    ----------
    results : dict
        Arrays by name: "y", or "dx", "dw" and "db". Empty where the call failed.
    kind : str
        "returned", "raised", "timeout" or "died".
    message : str
        What was raised, with the line that raised it.
    printed : str
        What the kernel wrote to the standard streams.
    wrote : tuple of str
        The inputs that it changed.
    seconds : float
        How long it took.
    """

    results: dict[str, Any] = field(default_factory=dict)
    kind: str = "returned"
    message: str = ""
    printed: str = ""
    wrote: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def declined(self) -> bool:
        """Whether the kernel says of itself that it does not do this."""
        # the second is TensorFlow's
        return self.kind == "raised" and self.message.startswith(("NotImplementedError", "UnimplementedError"))


class Convention(Protocol):
    """A way of calling."""

    @property
    def name(self) -> str:
        """What callers call it."""

    @property
    def differentiates(self) -> bool:
        """Whether it has gradients without a function for them."""

    def forward(self, fn: Kernel, arrays: Arrays, parameters: dict[str, Any], *, bias: bool) -> Any:
        """Return y; `bias` says whether the kernel takes one at all."""

    def backward(
        self, fn: Kernel, gradients: Kernel | None, arrays: Arrays, parameters: dict[str, Any], *, bias: bool
    ) -> Any:
        """Return dx, dw and db."""


class Plain:
    """NumPy arrays: ``fn(x, w, b, **parameters) -> y`` and ``gradients(dy, x, w, **parameters) -> (dx, dw, db)``."""

    name = "plain"
    differentiates = False

    def forward(self, fn: Kernel, arrays: Arrays, parameters: dict[str, Any], *, bias: bool) -> Any:
        """Return y."""
        operands = (arrays.x, arrays.w, arrays.b) if bias else (arrays.x, arrays.w)
        return fn(*operands, **parameters)

    def backward(
        self, fn: Kernel, gradients: Kernel | None, arrays: Arrays, parameters: dict[str, Any], *, bias: bool
    ) -> Any:
        """Return dx, dw and db, in this order; fewer where the kernel has fewer."""
        assert gradients is not None, "the caller asks for gradients only where there is a function for them"  # noqa: S101
        return gradients(arrays.dy, arrays.x, arrays.w, **parameters)


CONVENTIONS = ("auto", "plain", "torch", "jax", "tensorflow")


def convention_of(name: str, fn: Kernel) -> Convention:
    """Return the convention of this name; "auto" takes a framework's for what it defines, else the plain one.

    Raises
    ------
    ArgumentError
        For an unknown name, and a framework that is not installed.

    Examples
    --------
    >>> convention_of("auto", lambda x, w, b: x).name
    'plain'
    """
    if name not in CONVENTIONS:
        raise ArgumentError(
            "check", f"convention must be one of {', '.join(CONVENTIONS)}, but it is {name!r}.", fix="Use 'plain'."
        )
    chosen = _home(fn) if name == "auto" else name
    if chosen in ("torch", "jax", "tensorflow"):  # or each call of the kernel would fail, as if that were its fault
        needed(chosen, "check", f"the convention {chosen!r}", ArgumentError)
    if chosen == "torch":
        from refconv.oracle.calling_torch import Torch

        return Torch()
    if chosen in ("jax", "tensorflow"):
        from refconv.oracle.calling_autodiff import Jax, TensorFlow

        return Jax() if chosen == "jax" else TensorFlow()
    return Plain()


def _home(fn: Kernel) -> str:
    """Return the framework that defines this function, "" for none; it must have been imported, then."""
    if _is_torch(fn):
        return "torch"
    home = str(getattr(getattr(fn, "func", fn), "__module__", "") or "").split(".")[0]
    if home == "keras" and "keras" in sys.modules:
        home = str(sys.modules["keras"].config.backend())
    home = {"jaxlib": "jax", "numpy": ""}.get(home, home)
    return home if home in CONVENTIONS and home in sys.modules else ""


def _is_torch(fn: Kernel) -> bool:
    """Whether PyTorch defines this function; it must have been imported, then."""
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    fn = getattr(fn, "func", fn)  # functools.partial
    homes = (torch, torch.nn.functional, torch.ops.aten)
    named = getattr(fn, "__name__", "")
    return str(getattr(fn, "__module__", "") or "").split(".")[0] == "torch" or any(
        getattr(home, named, None) is fn for home in homes if named
    )


def attempt(call: Callable[[], Any], names: tuple[str, ...], arrays: Arrays) -> Outcome:
    """Make one call and return what it did; nothing it does escapes but Ctrl-C.

    Parameters
    ----------
    call : callable
        The call, without arguments.
    names : tuple of str
        The names of its results.
    arrays : Arrays
        Its inputs, to see whether they were written to.
    """
    before = {name: _content(array) for name, array in arrays._asdict().items() if array is not None}
    start = perf_counter()
    with captured() as stream, np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            returned = call()
        except (KeyboardInterrupt, Refused):
            raise
        except BaseException as error:  # noqa: BLE001 - a kernel may raise whatever it likes, SystemExit too
            return Outcome({}, "raised", _told(error), stream.getvalue(), (), perf_counter() - start)
    seconds = perf_counter() - start
    wrote = tuple(name for name, content in before.items() if _content(getattr(arrays, name)) != content)
    return Outcome(_named(returned, names), "returned", "", stream.getvalue(), wrote, seconds)


def _content(array: Array) -> tuple[Any, ...]:
    return array.shape, array.strides, array.tobytes()


def _named(returned: Any, names: tuple[str, ...]) -> dict[str, Any]:
    if len(names) == 1:
        return {names[0]: returned}
    parts = tuple(returned) if isinstance(returned, tuple | list) else (returned,)
    return dict(zip(names, parts, strict=False))


def _told(error: BaseException) -> str:
    """Return the exception, and where in the kernel it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if "refconv" not in frame.filename.replace("\\", "/").split("/")[-3:-1]]
    where = f" (line {inside[-1].lineno} of {inside[-1].name})" if inside else ""
    try:
        text = str(error)
    except Exception as second:  # noqa: BLE001 - even this may raise
        text = f"(its text raises {type(second).__name__})"
    return f"{type(error).__name__}: {text}{where}"


class _Unclosable(io.StringIO):
    """A kernel may close its standard output; what it printed is wanted all the same."""

    def close(self) -> None:
        """Do nothing."""


@contextlib.contextmanager
def captured() -> Iterator[io.StringIO]:
    """Keep what is printed away from the caller's streams.

    Examples
    --------
    >>> with captured() as stream:
    ...     print("lost in thought", end="")
    >>> stream.getvalue()
    'lost in thought'
    """
    stream = _Unclosable()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        yield stream


def as_array(value: Any) -> Array:
    """Return a result as an array, whatever holds it.

    Raises
    ------
    TypeError
        If it is no array of numbers.

    Examples
    --------
    >>> as_array([1.0, 2.0])
    array([1., 2.])
    """
    if hasattr(value, "detach"):
        from refconv.oracle.calling_torch import to_numpy

        return to_numpy(value)
    if value is None:
        raise TypeError("it is None")
    array = np.asarray(value)
    if array.dtype.kind not in "biufcV":
        raise TypeError(f"it is {type(value).__name__}, not an array of numbers")
    return array
