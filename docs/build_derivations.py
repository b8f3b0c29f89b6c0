"""Write docs/derivations: one page for every derivation, each step checked on the way. `make docs-derivations`.

The same bytes come out every time. With `--check` nothing is written; the exit code is 1 where a page would change.
"""

from __future__ import annotations

import sys
from time import perf_counter

from writing import ROOT, Files, parser, settle

from refconv.symbolic.derivations import DERIVATIONS, derive
from refconv.symbolic.derivations.checks import Outcome
from refconv.symbolic.derivations.record import Derivation
from refconv.symbolic.rendering import render
from refconv.symbolic.rendering.words import summary

SECTIONS = {
    "output_size": "Sizes",
    "im2col": "Matrices and gradients",
    "receptive_field": "Receptive fields",
    "separable_cost": "Cost",
    "halo": "Doing less",
}
"""Headings of the index, by the first name below each."""

FOLDER = ROOT / "docs" / "derivations"

OPENING = """\
# Derivations

The formulas that refconv computes with, derived from the definition: tap $m$ of window $i$ reads input position
$i s + m d - \\mathrm{lo}$. Each step says why it holds and how that was checked: *proved* for all numbers by
`refconv.symbolic.prove`, *multiplied out*, or *counted* through every case of a stated range. Where refconv has a
function for a result, the page shows what that function returns when it is called with symbols.

The same from a shell: `refconv derive output_size --to latex` (or `markdown`, `html`, `notebook`, `python`, `c`,
`javascript`).
"""


def checked(derivation: Derivation) -> list[Outcome]:
    """Check all steps, and say so."""
    start = perf_counter()
    outcomes = derivation.check()
    sys.stderr.write(f"{derivation.name}: {summary(outcomes)} ({perf_counter() - start:.1f} s)\n")
    sys.stderr.flush()
    return outcomes


def pages() -> dict[str, str]:
    """Return the text of every page by its file name, the index first."""
    found, lines, everything = {}, [], []
    for name in DERIVATIONS:
        derivation = derive(name)
        outcomes = checked(derivation)
        everything += outcomes
        found[f"{name}.md"] = render(derivation, "markdown", outcomes)
        if name in SECTIONS:
            lines += ["", f"## {SECTIONS[name]}", ""]
        lines.append(f"- [{derivation.title}]({name}.md)")
    total = f"*{len(DERIVATIONS)} derivations: {summary(everything)}.*"
    return {"README.md": "\n".join([OPENING, *lines[1:], "", total]) + "\n", **found}


def files(wanted: dict[str, str]) -> Files:
    """Return what the folder should hold; a page that is not wanted any more goes."""
    return dict.fromkeys(FOLDER.glob("*.md")) | {FOLDER / name: text for name, text in wanted.items()}


def main() -> int:
    """Run."""
    check = parser(__doc__).parse_args().check
    return settle(files(pages()), "docs-derivations", check=check)


if __name__ == "__main__":
    sys.exit(main())
