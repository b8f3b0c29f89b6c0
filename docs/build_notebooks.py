"""Make every .ipynb in notebooks/ from its text, run it from top to bottom, and keep what it shows.

Run by ``make docs-notebooks``; with names, such as ``11`` or ``11_architectures``, only those that begin so. What would
differ from run to run is left out: when cells ran and by which Python, random names of
cells, and widgets, which live only while a notebook runs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

HOME = Path(__file__).parent.parent / "notebooks"
TIMEOUT = 600
"""Seconds for one cell."""

WIDGET = "application/vnd.jupyter.widget-view+json"


def build(source: Path) -> float:
    """Write the notebook beside its text, and return the seconds that it took."""
    start = time.perf_counter()
    notebook = jupytext.read(source)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["kernelspec"] = kernel
    where = {"metadata": {"path": str(HOME)}}
    NotebookClient(notebook, timeout=TIMEOUT, record_timing=False, resources=where).execute()
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        for output in cell.get("outputs", ()):
            if WIDGET in output.get("data", {}):  # it would show an error until it is run
                output["data"] = {"text/plain": "Run this cell: it has sliders."}
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, source.with_suffix(".ipynb"))
    return time.perf_counter() - start


def main(names: list[str]) -> None:
    """Build all, or those that are named."""
    for source in sorted(HOME.glob("*.md")):
        if not names or any(source.stem.startswith(name) for name in names):
            seconds = build(source)
            size = source.with_suffix(".ipynb").stat().st_size
            sys.stdout.write(f"{source.stem}: {seconds:.1f} s, {size / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
