"""One disagreement: what a framework says, what is right, and how either is put into words."""

from __future__ import annotations

import inspect
import re
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

__all__ = ["FRAMEWORKS", "Disagreement", "code_of", "outcome_of", "same", "words"]

FRAMEWORKS = {
    "onnx": "onnx",
    "onnxruntime": "onnxruntime",
    "jax": "jax",
    "torch": "torch",
    "tensorflow": "tensorflow-cpu",
    "keras": "keras",
}
"""What is imported, and what it is installed as."""

LONGEST = 200  # letters of a message


@dataclass(frozen=True)
class Disagreement:
    """A call for which a framework and its own documentation disagree, or did.

    Parameters
    ----------
    name : str
        For `--only`, test ids and the record of what was seen.
    framework : str
        A key of `FRAMEWORKS`.
    title : str
        What is wrong, in a line.
    says : callable
        Makes the call; what it returns or raises is what the framework says. Its imports are its own.
    right : callable
        What it should have returned, through refconv.
    why : str
        Which rule of whose documentation, in our words.
    link : str
        Where it is reported, or "" if no report is known.
    also : tuple of str
        Other frameworks that `says` imports.
    settled : bool
        It was wrong in an earlier version, and is right in this one.
    shown : str
        The code for the page, where the body of `says` would not do.
    local : bool
        It depends on the processor, or on what memory holds: elsewhere it may say something else, or not disagree.
    """

    name: str
    framework: str
    title: str
    says: Callable[[], Any]
    right: Callable[[], Any]
    why: str
    link: str = ""
    also: tuple[str, ...] = ()
    settled: bool = False
    shown: str = ""
    local: bool = False

    @property
    def code(self) -> str:
        """The call, as somebody would type it."""
        return self.shown or code_of(self.says)

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages it needs that are not installed."""
        return tuple(each for each in (self.framework, *self.also) if version_of(each) is None)

    def seen(self) -> dict[str, str]:
        """Run it, and return the version and what it says, in words."""
        return {"version": str(version_of(self.framework)), "says": words(outcome_of(self.says))}

    def holds(self) -> bool:
        """Whether it is still as it is told here: in disagreement, or settled."""
        return same(outcome_of(self.says), outcome_of(self.right)) == self.settled


def version_of(framework: str) -> str | None:
    """Return the installed version without what it was built for, or None."""
    names = (FRAMEWORKS[framework], "tensorflow") if framework == "tensorflow" else (FRAMEWORKS[framework],)
    for name in names:
        try:
            return version(name).split("+")[0]
        except PackageNotFoundError:
            continue
    return None


def outcome_of(says: Callable[[], Any]) -> Any:
    """Return what a call returns, or the exception that it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of division by zero, say: the result shows it
        try:
            return says()
        except Exception as error:  # noqa: BLE001 - a refusal is an outcome like any other
            return error


def same(theirs: Any, ours: Any) -> bool:
    """Whether two outcomes are equal, in shape and every value (types are held against nobody), or both refusals."""
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        return isinstance(theirs, Exception) and isinstance(ours, Exception)
    if isinstance(ours, str | dict | tuple):
        return type(theirs) is type(ours) and bool(theirs == ours)
    theirs, ours = np.asarray(theirs), np.asarray(ours)
    return theirs.shape == ours.shape and np.array_equal(theirs, ours)


def words(outcome: Any) -> str:
    """Return an outcome as the page shows it."""
    if isinstance(outcome, Exception):
        return f"{type(outcome).__name__}: {_message(str(outcome))}"
    if isinstance(outcome, str):
        return outcome
    if isinstance(outcome, dict):
        return ", ".join(f"{key}: {value}" for key, value in outcome.items())
    if isinstance(outcome, tuple):
        return str(tuple(int(n) for n in outcome))
    array = np.asarray(outcome)
    if array.dtype.kind == "f" and np.array_equal(array, np.rint(array)):
        array = array + 0.0  # no -0
    flat = np.array2string(array, separator=", ", precision=6, floatmode="unique", max_line_width=10**6, threshold=64)
    flat = re.sub(r"\s*\n\s*", " ", flat)
    return f"shape {array.shape}: {flat}"


def _message(text: str) -> str:
    """Return the first sentence of a message that means something to somebody else: no paths, no addresses."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"^\[ONNXRuntimeError\].*?(Status Message|initialization): ", "", text)
    text = re.sub(r"(/[\w.+-]+){2,}(:\d+)?", "...", text)
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " ..."


def code_of(function: Callable[[], Any]) -> str:
    """Return the body of a function, as somebody would type it."""
    lines = inspect.getsource(function).splitlines()
    body = textwrap.dedent("\n".join(lines[1:]))
    body = re.sub(r"  # noqa.*$", "", body, flags=re.MULTILINE)
    return re.sub(r"^return ", "", body, flags=re.MULTILINE).strip()
