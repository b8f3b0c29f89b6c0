"""Derivations: every formula from the definition, step by step, each step checked again whenever one asks.

One file each, loaded when asked for. To add one, write a module here with a function `derivation` and name it in
`_HOMES`.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib import import_module

from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.symbolic.derivations.record import Derivation

__all__ = ["DERIVATIONS", "derive"]

_HOMES: dict[str, tuple[str, tuple[int, ...]]] = {
    "output_size": ("output_size", ()),
    "special_sizes": ("special_sizes", ()),
    "same_padding": ("same_padding", ()),
    "transposed_size": ("transposed_size", ()),
    "pooled_size": ("pooled_size", ()),
    "inflated_kernel": ("inflated_kernel", ()),
    "im2col": ("im2col", ()),
    "col2im": ("col2im", ()),
    "input_gradient": ("input_gradient", ()),
    "weight_gradient": ("weight_gradient", ()),
    "bias_gradient": ("bias_gradient", ()),
    "receptive_field": ("receptive_field", ()),
    "receptive_field_stack": ("receptive_field_stack", ()),
    "receptive_field_graph": ("receptive_field_graph", ()),
    "stack_as_one": ("stack_as_one", ()),
    "effective_field": ("effective_field", ()),
    "gridding": ("gridding", ()),
    "separable_cost": ("separable_cost", ()),
    "separable_ratio": ("separable_ratio", ()),
    "halo": ("halo", ()),
    "cook_toom": ("cook_toom", ()),
    "winograd_2_3": ("winograd_tile", (2, 3)),
    "winograd_4_3": ("winograd_tile", (4, 3)),
    "winograd_6_3": ("winograd_tile", (6, 3)),
}
"""Name to module and the arguments of its `derivation`; in the order of the book."""

DERIVATIONS = tuple(_HOMES)
"""The names that have a page in docs/derivations."""

_TILE = re.compile(r"winograd_([1-9])_([1-9])")


def derive(name: str) -> Derivation:
    """Return a derivation by its name.

    Parameters
    ----------
    name : str
        One of `DERIVATIONS`, or ``winograd_M_R`` for any tile of 1 to 9 outputs and taps.

    Returns
    -------
    Derivation
        Its steps have not been checked yet: `Derivation.check` does that.

    Raises
    ------
    ArgumentError
        For a name there is no derivation of.

    Examples
    --------
    >>> derive("output_size").title
    'Output size of a convolution'
    """
    if not isinstance(name, str):
        raise ArgumentTypeError("derive", f"the name is {name!r}, which is no text.", fix="Write a name in quotes.")
    tile = _TILE.fullmatch(name)
    if name not in _HOMES and not tile:
        close = get_close_matches(name, DERIVATIONS, n=1, cutoff=0.4)
        raise ArgumentError(
            "derive",
            f"there is no derivation of {name!r}.",
            f"there are {', '.join(DERIVATIONS)}",
            fix=f"Did you mean {close[0]!r}?" if close else "",
            fixes=[{"name": close[0]}] if close else None,
        )
    home, arguments = _HOMES.get(name) or ("winograd_tile", tuple(map(int, tile.groups())))  # type: ignore[union-attr]
    derivation = import_module(f"refconv.symbolic.derivations.{home}").derivation(*arguments)
    assert isinstance(derivation, Derivation)  # noqa: S101 - for the type checker
    return derivation
