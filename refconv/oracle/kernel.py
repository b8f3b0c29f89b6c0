"""A kernel under test: the callable, its gradients, how it is called, and what it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from refconv.errors import ArgumentTypeError
from refconv.oracle.calling import Convention, Outcome, Refused, as_array, attempt, convention_of
from refconv.oracle.calling_dialects import Spoken, check_dialect, forms_in, wording_of
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.forms import Forms, is_neutral, learn, taken_by
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
    dialect : str
        In whose words it is called; "refconv" for its own.
    """

    fn: Callable[..., Any]
    operation: Operation
    convention: Convention
    backward: Callable[..., Any] | None = None
    dialect: str = "refconv"

    @classmethod
    def of(
        cls,
        fn: Callable[..., Any] | str,
        op: str,
        *,
        backward: Callable[..., Any] | str | None = None,
        convention: str = "auto",
        dialect: str = "refconv",
    ) -> Kernel:
        """Return the kernel that a caller means, by name or by itself.

        Raises
        ------
        ArgumentError
            For an unknown operation, convention or dialect, for an operation that the dialect has not, and a name that
            leads nowhere.
        """
        kind = operation(op)
        wording = None if check_dialect("check", dialect) == "refconv" else wording_of(dialect, kind)
        function = load(fn) if isinstance(fn, str) else fn
        gradients = load(backward) if isinstance(backward, str) else backward
        for name, given in (("fn", function), ("backward", gradients)):
            if not callable(given) and not (name == "backward" and given is None):
                raise ArgumentTypeError(
                    "check",
                    f"{name} must be a function or its name, but it is {given!r}.",
                    fix='Such as "file.py:conv2d".',
                )
        called = convention_of(convention, function)
        return cls(function, kind, called if wording is None else Spoken(wording, called), gradients, dialect)

    @property
    def has_gradients(self) -> bool:
        """Whether there is anything to ask for dx, dw and db."""
        return self.backward is not None or self.convention.differentiates

    @cached_property
    def forms(self) -> Forms:
        """What the kernel takes, found out when first asked; in a dialect, what its words and the signature say."""
        if isinstance(self.convention, Spoken):
            return forms_in(self.dialect, self.convention.wording, self.fn)

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
        spelled = self.forms.spell(case)
        if of != "y":
            spelled = self._for_gradients(spelled)
        outcome = self.attempt(arrays, spelled, of, bias=self.forms.bias)
        if outcome.declined:
            raise Refused(outcome.message)
        return outcome

    def _for_gradients(self, spelled: dict[str, Any]) -> dict[str, Any]:
        """Return the options without those that the function for the gradients does not take."""
        if self.backward is None or isinstance(self.convention, Spoken):
            return spelled  # in a dialect what it does not take is found out when it is said
        named = taken_by(self.backward, self.operation)[0]
        if named is None:
            return spelled
        for name in spelled.keys() - set(named):
            if not is_neutral(name, spelled[name]):
                raise Refused(f"{name}: the function for the gradients has no such parameter")
        return {name: value for name, value in spelled.items() if name in named}

    def spelled(self, case: Case, options: dict[str, Any]) -> Outcome:
        """Make a case's call for y with options as they are to be said, possible or not."""
        return self.attempt(case.arrays(), options, bias=self.forms.bias)

    def attempt(self, arrays: Arrays, spelled: dict[str, Any], of: str = "y", *, bias: bool = True) -> Outcome:
        """Make a call with options as they are to be said."""
        # views: what a kernel does to the shape of an array is its own affair
        b = None if arrays.b is None else arrays.b.view()
        arrays = Arrays(arrays.x.view(), arrays.w.view(), b, arrays.dy.view())
        if of == "y":
            outcome = attempt(lambda: self.convention.forward(self.fn, arrays, spelled, bias=bias), ("y",), arrays)
        else:
            outcome = attempt(
                lambda: self.convention.backward(self.fn, self.backward, arrays, spelled, bias=bias),
                ("dx", "dw", "db"),
                arrays,
            )
        return replace(outcome, results={name: _readable(result) for name, result in outcome.results.items()})


def _readable(result: Any) -> Any:
    """Return a result as an array where it is one, else as it is: the judge says what is wrong with it."""
    try:
        return as_array(result)
    except Exception:  # noqa: BLE001 - a result may raise whatever it likes when it is looked at
        return result
