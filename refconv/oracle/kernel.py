"""A kernel under test: the callable, its gradients, how it is called, and what it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from refconv.oracle.calling import Convention, Outcome, Refused, as_array, attempt, convention_of
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.forms import Forms, learn
from refconv.oracle.operations import Operation, operation
from refconv.oracle.targets import load

__all__ = ["Kernel"]


@dataclass
class Kernel:
    """A callable and all that is needed to call it for a case.

    Parameters
    ----------
    fn : callable
        Gives y.
    operation : Operation
        What it should be.
    convention : Convention
        How it is called.
    backward : callable, optional
        Gives dx, dw and db.
    """

    fn: Callable[..., Any]
    operation: Operation
    convention: Convention
    backward: Callable[..., Any] | None = None

    @classmethod
    def of(
        cls,
        fn: Callable[..., Any] | str,
        op: str,
        *,
        backward: Callable[..., Any] | str | None = None,
        convention: str = "auto",
    ) -> Kernel:
        """Return the kernel that a caller means, by name or by itself.

        Raises
        ------
        ArgumentError
            For an unknown operation or convention, and a name that leads nowhere.
        """
        kind = operation(op)
        function = load(fn) if isinstance(fn, str) else fn
        gradients = load(backward) if isinstance(backward, str) else backward
        return cls(function, kind, convention_of(convention, function), gradients)

    @property
    def has_gradients(self) -> bool:
        """Whether there is anything to ask for dx, dw and db."""
        return self.backward is not None or self.convention.name == "torch"

    @cached_property
    def forms(self) -> Forms:
        """What the kernel takes, found out when first asked."""

        def one(case: Case, spelled: dict[str, Any]) -> Outcome:
            arrays = replace(case, fill="integers").arrays()
            return self.attempt(arrays, spelled, "y", bias=case.bias)

        return learn(self.fn, self.operation, one, default=self.operation.parameters[:-1])

    def call(self, case: Case, arrays: Arrays, of: str = "y") -> Outcome:
        """Make the call of a case, for "y", or for the gradients under any of their names.

        Raises
        ------
        Refused
            If the kernel does not take what the case needs.
        """
        return self.attempt(arrays, self.forms.spell(case), of, bias=self.forms.bias)

    def attempt(self, arrays: Arrays, spelled: dict[str, Any], of: str = "y", *, bias: bool = True) -> Outcome:
        """Make a call with options as they are to be said."""
        if of == "y":
            outcome = attempt(lambda: self.convention.forward(self.fn, arrays, spelled, bias=bias), ("y",), arrays)
        else:
            outcome = attempt(
                lambda: self.convention.backward(self.fn, self.backward, arrays, spelled, bias=bias),
                ("dx", "dw", "db"),
                arrays,
            )
        if outcome.message.startswith("NotImplementedError"):
            raise Refused(outcome.message)
        return replace(outcome, results={name: _readable(result) for name, result in outcome.results.items()})


def _readable(result: Any) -> Any:
    """Return a result as an array where it is one, else as it is: the judge says what is wrong with it."""
    try:
        return as_array(result)
    except (TypeError, ValueError):
        return result
