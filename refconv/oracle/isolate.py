"""A kernel in a process of its own: it may crash, hang or take the interpreter with it, and the check goes on.

The child builds each case's arrays itself, so that they lie in memory as the case says; only arrays that are not the
case's own are sent. A child that is late is killed, and the next call starts another.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from refconv.errors import ArgumentError
from refconv.oracle.calling import Outcome, Refused
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.forms import Forms
from refconv.oracle.kernel import Kernel

__all__ = ["IsolatedKernel"]

START = 120.0  # seconds for the child to import what the kernel needs


@dataclass
class IsolatedKernel:
    """Does what `Kernel` does, in a child process.

    Parameters
    ----------
    fn, op, backward, convention, dialect
        As for `Kernel.of`.
    timeout : float
        Seconds that one call may take.
    """

    fn: Callable[..., Any] | str
    op: str
    backward: Callable[..., Any] | str | None = None
    convention: str = "auto"
    dialect: str = "refconv"
    timeout: float = 60.0
    _process: BaseProcess | None = field(default=None, repr=False)
    _link: Connection | None = field(default=None, repr=False)
    _forms: Forms | None = field(default=None, repr=False)
    _has_gradients: bool = False

    @property
    def forms(self) -> Forms:
        """What the kernel takes, found out by the child."""
        if self._forms is None:
            self._start()
            found = self._ask(("forms",), 30 * self.timeout)
            self._forms = (
                found if isinstance(found, Forms) else Forms(Kernel.of(_nothing, self.op).operation.parameters)
            )
        return self._forms

    @property
    def has_gradients(self) -> bool:
        """Whether there is anything to ask for dx, dw and db."""
        self._start()
        return self._has_gradients

    def spelled(self, case: Case, options: dict[str, Any]) -> Outcome:
        """Make a case's call for y with options as they are to be said, possible or not."""
        self._start()
        return self._outcome(self._ask(("spelled", case, options), self.timeout))

    def call(self, case: Case, arrays: Arrays, of: str = "y") -> Outcome:
        """Make the call of a case.

        Raises
        ------
        Refused
            If the kernel does not take what the case needs.
        """
        self.forms.spell(case)
        self._start()
        own = case.memory != "contiguous"
        return self._outcome(self._ask(("call", case, None if own else arrays, of), self.timeout))

    @staticmethod
    def _outcome(answer: Any) -> Outcome:
        if isinstance(answer, Refused):
            raise answer
        return answer if isinstance(answer, Outcome) else Outcome({}, "died", "the child's answer was cut off")

    def close(self) -> None:
        """End the child."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._link = None

    def _start(self) -> None:
        if self._process is not None and self._process.is_alive():
            return
        target = (self.fn, self.op, self.backward, self.convention, self.dialect)
        context: Any = multiprocessing.get_context(_method(target))
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, target), daemon=True)
        process.start()
        there.close()
        self._process, self._link = process, here
        ready = self._ask(("hello",), START)
        if isinstance(ready, ArgumentError):
            raise ready
        self._has_gradients = ready is True

    def _ask(self, question: tuple[Any, ...], seconds: float) -> Any:
        link = self._link
        if link is None:
            return None
        try:
            link.send(question)
            if link.poll(seconds):
                return link.recv()
        except (EOFError, OSError):
            process = self._process
            if process is not None:
                process.join(1)
            code = None if process is None else process.exitcode
            self.close()
            return Outcome({}, "died", f"exit code {code}" if code is None or code >= 0 else f"signal {-code}")
        self.close()
        return Outcome({}, "timeout", f"no result within {seconds:g} s")


def _nothing(x: Any, w: Any, b: Any = None) -> Any:
    return x


def _method(target: tuple[Any, ...]) -> str:
    """Return how to start the child: afresh where the kernel can be sent to it, else as a copy of this process."""
    typed_in = any(getattr(part, "__module__", "") == "__main__" for part in target if callable(part))
    if typed_in and "fork" in multiprocessing.get_all_start_methods():
        return "fork"  # a fresh interpreter has another __main__
    with contextlib.suppress(Exception):  # pickling runs the kernel's own code
        pickle.dumps(target)
        return "spawn"
    if "fork" not in multiprocessing.get_all_start_methods():
        raise ArgumentError(
            "check", "this kernel cannot be sent to another process.", fix='Name it: "package.module:function".'
        )
    return "fork"


def _serve(link: Connection, target: tuple[Any, ...]) -> None:
    """Answer questions until the parent is gone. What the kernel prints below Python's streams goes nowhere."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    fn, op, backward, convention, dialect = target
    kernel: Kernel | None = None
    while True:
        try:
            question = link.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            if kernel is None:
                kernel = Kernel.of(fn, op, backward=backward, convention=convention, dialect=dialect)
            answer = _answer(kernel, question)
        except (ArgumentError, Refused) as error:
            answer = error
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent has to hear of it
            answer = Outcome({}, "raised", type(error).__name__)
        try:
            link.send(answer)
        except Exception as error:  # noqa: BLE001 - a result need not be fit to travel
            link.send(Outcome({}, "raised", f"what it returned cannot be sent: {type(error).__name__}"))


def _answer(kernel: Kernel, question: tuple[Any, ...]) -> Any:
    if question[0] == "hello":
        return kernel.has_gradients
    if question[0] == "forms":
        return kernel.forms
    if question[0] == "spelled":
        return kernel.spelled(*question[1:])
    _, case, arrays, of = question
    return kernel.call(case, case.arrays() if arrays is None else arrays, of)
