"""Reasons: what the integer formulas of `refconv.arithmetic` say, proved, refuted or left honestly undecided.

Needs sympy (``pip install 'refconv[sympy]'``). Stands on `refconv.arithmetic` alone; the names below are loaded when
first used.
"""

from typing import TYPE_CHECKING

from refconv.lazy import attach

if TYPE_CHECKING:
    from refconv.symbolic.conditions import CONDITIONS as CONDITIONS
    from refconv.symbolic.conditions import Claim as Claim
    from refconv.symbolic.conditions import Condition as Condition
    from refconv.symbolic.conditions import condition as condition
    from refconv.symbolic.derivations import DERIVATIONS as DERIVATIONS
    from refconv.symbolic.derivations import derive as derive
    from refconv.symbolic.derivations.record import Derivation as Derivation
    from refconv.symbolic.derivations.record import DerivationError as DerivationError
    from refconv.symbolic.grammar import parse as parse
    from refconv.symbolic.proof import Counterexample as Counterexample
    from refconv.symbolic.proof import Proof as Proof
    from refconv.symbolic.proof import ProofStep as ProofStep
    from refconv.symbolic.proof import Undecided as Undecided
    from refconv.symbolic.proving import prove as prove
    from refconv.symbolic.rendering import TARGETS as TARGETS
    from refconv.symbolic.rendering import render as render
    from refconv.symbolic.residues import ResidueForm as ResidueForm
    from refconv.symbolic.residues import residue_form as residue_form
    from refconv.symbolic.simplifying import simplified as simplified
    from refconv.symbolic.symbols import symbol as symbol
    from refconv.symbolic.winograd import cook_toom as cook_toom

if not TYPE_CHECKING:  # who sees a __getattr__ takes every misspelt name for right
    __all__, __getattr__, __dir__ = attach(
        __name__,
        {
            "conditions": ("CONDITIONS", "Claim", "Condition", "condition"),
            "derivations": ("DERIVATIONS", "derive"),
            "derivations.record": ("Derivation", "DerivationError"),
            "grammar": ("parse",),
            "proof": ("Counterexample", "Proof", "ProofStep", "Undecided"),
            "proving": ("prove",),
            "rendering": ("TARGETS", "render"),
            "residues": ("ResidueForm", "residue_form"),
            "simplifying": ("simplified",),
            "symbols": ("symbol",),
            "winograd": ("cook_toom",),
        },
    )
