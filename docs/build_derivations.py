"""Write docs/derivations: one page for every derivation, each step checked on the way. `make docs-derivations`.

The same bytes come out every time. With `--check` nothing is written; the exit code is 1 where a page would change.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from time import perf_counter

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

FOLDER = Path(__file__).parent / "derivations"

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


def differences(wanted: dict[str, str]) -> list[str]:
    """Return the lines by which the folder differs from what it should hold."""
    there = {path.name: path.read_bytes().decode() for path in sorted(FOLDER.glob("*.md"))}
    lines: list[str] = []
    for name in sorted({*there, *wanted}):
        old, new = there.get(name, ""), wanted.get(name, "")
        lines += difflib.unified_diff(
            old.splitlines(), new.splitlines(), f"docs/derivations/{name}", "generated", lineterm=""
        )
        if old != new and old.splitlines() == new.splitlines():
            lines.append(f"docs/derivations/{name}: line endings differ")
    return lines


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page would change")
    check = parser.parse_args().check
    wanted = pages()
    if check:
        lines = differences(wanted)
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return 1 if lines else 0
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_bytes(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
