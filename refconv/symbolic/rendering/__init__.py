"""A derivation in one of seven dresses: for reading (LaTeX, Markdown, HTML, a notebook) and for running (code).

One file each; `render` chooses. The code of the last three computes the derivation's result in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from refconv.errors import ArgumentError

if TYPE_CHECKING:
    from refconv.symbolic.derivations.checks import Outcome
    from refconv.symbolic.derivations.record import Derivation

__all__ = ["READABLE", "TARGETS", "render"]

READABLE = ("latex", "markdown", "html", "notebook")
"""These show the steps; all but the notebook say what checking them found."""

TARGETS = (*READABLE, "python", "c", "javascript")


def render(derivation: Derivation, to: str = "markdown", outcomes: Sequence[Outcome] | None = None) -> str:
    """Return a derivation as text.

    Parameters
    ----------
    derivation : Derivation
        Such as `derive` returns.
    to : str
        One of `TARGETS`.
    outcomes : sequence of Outcome, optional
        What `Derivation.check` returned, if that has been called already; else it is, where the outcomes are shown.

    Returns
    -------
    str
        A whole file, with a newline at its end.

    Raises
    ------
    ArgumentError
        For another target; and for code, where the result is no whole number.
    DerivationError
        Where a step does not hold.

    Examples
    --------
    >>> from refconv.symbolic.derivations import derive
    >>> print(render(derive("output_size"), to="python").splitlines()[0])
    def output_size(n, k, s, d, lo, hi):
    """
    if to not in TARGETS:
        raise ArgumentError(
            "render",
            f"there is no target {to!r}.",
            f"there are {', '.join(TARGETS)}",
            fix="Take one of these.",
            fixes=[{"to": "markdown"}],
        )
    rendered: str
    module = import_module(f"refconv.symbolic.rendering.{to}")
    if to in READABLE and to != "notebook":
        rendered = module.rendered(derivation, derivation.check() if outcomes is None else outcomes)
    else:
        rendered = module.rendered(derivation)
    return rendered
