"""Write what README.md shows and a program can know: the table of others, and the animated picture.

``python docs/build_readme.py`` writes both; ``--check`` writes nothing, and fails where the table on disk differs.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from writing import ROOT, parser, settle, table

if TYPE_CHECKING:
    from benchmarks.speed.figures import Figures

README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "pictures" / "taps.gif"
PLACE = re.compile(r"(?<=<!-- make docs-readme -->\n).*?(?=<!-- to here -->)", re.DOTALL)

OTHERS = {"torch": "PyTorch", "jax": "JAX", "onnx.reference": "ONNX's reference", "onnxruntime": "onnxruntime"}
"""Runners of `make bench`, as the table's heads name them."""

FRAMEWORKS = {"torch": "torch", "jax": "jax", "onnx.reference": "onnx", "onnxruntime": "onnxruntime"}
"""The same, as tests/disagreements names them."""


def others() -> str:
    """Return the table of others."""
    from benchmarks.speed.figures import Figures
    from tests.disagreements.index import CASES

    figures = Figures.from_json((ROOT / "docs" / "performance.json").read_text(encoding="utf-8"))
    version = {who: figures.versions[who].split("+")[0] for who in OTHERS}
    head = ("", "refconv", *(f"{name} {version[who]}" for who, name in OTHERS.items()))
    known = Counter(case.framework for case in CASES.values() if not case.settled)
    counts = (known[FRAMEWORKS[who]] for who in OTHERS)
    found = ("calls found that differ from its own documentation", "none known", *counts)
    return table(head, [found, *speeds_of(figures)])


def speeds_of(figures: Figures) -> Iterable[tuple[str, ...]]:
    """Yield a row for each type and direction."""
    for kind in ("float64", "float32"):
        for direction in ("forward", "backward"):
            cells = (speed(figures, who, kind, direction) for who in OTHERS)
            yield (f"speed in {kind}, {direction}", "1", *cells)


def speed(figures: Figures, who: str, kind: str, direction: str) -> str:
    """Return another's speed, refconv's being 1: the geometric mean over the nine layers."""
    from benchmarks.speed.compared import speeds
    from benchmarks.speed.figures import geometric_mean

    ours = speeds(figures, who, kind, direction)
    return f"{1 / geometric_mean(ours.values()):.2f}" if ours else "has none"


def picture() -> None:
    """Draw the window of a dilated kernel that visits every output."""
    from refconv.plots import film_taps

    PICTURE.parent.mkdir(exist_ok=True)
    film_taps((7, 7), 3, dilation=2, seconds=0.5).gif(PICTURE)


def main() -> int:
    """Write, or compare."""
    check = parser(__doc__).parse_args().check
    sys.path.insert(0, str(ROOT))
    text = PLACE.sub(lambda _: others(), README.read_text(encoding="utf-8"))
    if not check:
        picture()
    return settle({README: text}, "docs-readme", check=check)


if __name__ == "__main__":
    sys.exit(main())
