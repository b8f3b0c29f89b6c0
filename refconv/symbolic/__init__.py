"""Reasons: what the integer formulas of `refconv.arithmetic` say, proved, refuted or left honestly undecided.

Needs sympy (``pip install refconv[sympy]``). Stands on `refconv.arithmetic` alone; the names below are loaded when
first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refconv.symbolic.grammar import parse as parse
    from refconv.symbolic.proof import Counterexample as Counterexample
    from refconv.symbolic.proof import Proof as Proof
    from refconv.symbolic.proof import ProofStep as ProofStep
    from refconv.symbolic.proof import Undecided as Undecided
    from refconv.symbolic.prove import prove as prove
    from refconv.symbolic.residues import ResidueForm as ResidueForm
    from refconv.symbolic.residues import residue_form as residue_form
    from refconv.symbolic.symbols import symbol as symbol

_HOMES: dict[str, tuple[str, ...]] = {
    "refconv.symbolic.grammar": ("parse",),
    "refconv.symbolic.proof": ("Counterexample", "Proof", "ProofStep", "Undecided"),
    "refconv.symbolic.prove": ("prove",),
    "refconv.symbolic.residues": ("ResidueForm", "residue_form"),
    "refconv.symbolic.symbols": ("symbol",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - a list of strings


def __getattr__(name: str) -> Any:
    """Load a public name from its home, once."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'refconv.symbolic' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
