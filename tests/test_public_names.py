"""The public names are exactly those that docs/reference documents, each with what a reader needs."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import refconv
from refconv.layers import Layer

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs" / "site"))

import reference  # noqa: E402 - how the site itself reads its pages

NAMES = reference.documented()

INNER = (
    "refconv.arithmetic.inverse",
    *("refconv.oracle.formats", "refconv.oracle.operations", "refconv.oracle.precision", "refconv.oracle.strategies"),
    *("refconv.oracle.tolerance", "refconv.oracle.vectors", "refconv.oracle.vectors.errors"),
    *("refconv.oracle.vectors.untrusted", "refconv.learn.data", "refconv.symbolic.winograd"),
    *(f"refconv.algorithms.{name}" for name in ("direct", "inflated", "im2col", "shifted", "space_to_batch", "fft")),
    *(f"refconv.algorithms.{name}" for name in ("winograd", "pooling", "costs", "cook_toom", "together", "certified")),
    *("refconv.cli", "refconv.pytest_plugin"),
)
"""Rooms that no package's names lead to, and that are public: pages and notebooks import from them."""

WITHOUT_ALL = {"refconv.oracle.vectors": ["check", "write"]}
PLUGIN = ["RefconvCase"]
"""The rest of the plugin is pytest's: hooks, and fixtures, which `tests/test_reference_pages.py` looks for."""

BASES = "refconv.layers.modules."
"""Where the classes stand that public layers have their arguments from."""


def names_of(room: str) -> list[str]:
    """Return the public names of a room."""
    if room == "refconv.pytest_plugin":
        return PLUGIN
    return WITHOUT_ALL.get(room) or list(import_module(room).__all__)


def rooms() -> list[str]:
    """Return refconv, what its names lead to as far as it is a module, and the inner ones."""
    found = ["refconv"]
    for room in found:
        below = [(name, getattr(import_module(room), name)) for name in names_of(room)]
        found += [value.__name__ for _, value in below if isinstance(value, ModuleType) and value.__name__ not in found]
    return [*found, *INNER]


ROOMS = rooms()
WHOLE = {room for room in ROOMS if not any(name.startswith(f"{room}.") for name in NAMES)}
"""Rooms that have one page with all that is in them."""


def value_of(name: str) -> object:
    """Return what a documented name stands for."""
    if name in ROOMS:
        return import_module(name)
    room, _, last = name.rpartition(".")
    return getattr(import_module(room), last)


def public() -> list[tuple[str, object]]:
    """Return every public name and value."""
    return [(f"{room}.{name}", getattr(import_module(room), name)) for room in ROOMS for name in names_of(room)]


def of_kind(kind) -> list:
    """Return the public functions, or classes, of refconv's own, once each."""
    seen = {id(value): (name, value) for name, value in public() if kind(value)}
    return [pytest.param(value, id=name) for name, value in seen.values() if value.__module__.startswith("refconv")]


def test_dir_is_what_all_says():
    script = "import refconv; print(*(name for name in dir(refconv) if not name.startswith('_')))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == sorted(refconv.__all__)


def test_nothing_is_documented_twice():
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_documented(room):
    documented = {id(value_of(name)) for name in NAMES}  # `refconv.ShapeError` is `refconv.errors.ShapeError`
    missing = [name for name in names_of(room) if id(getattr(import_module(room), name)) not in documented]
    assert room in NAMES
    assert not missing or room in WHOLE


def test_what_is_documented_is_public():
    for name in NAMES:
        room, _, last = name.rpartition(".")
        if name.startswith(BASES):
            assert issubclass(value_of(name), Layer)
            assert any(value_of(name) in vars(refconv.layers)[layer].__mro__ for layer in refconv.layers.__all__)
        else:
            assert name in ROOMS or last in names_of(room), name


@pytest.mark.parametrize("function", of_kind(inspect.isfunction))
def test_every_public_function_has_an_example(function):
    assert ">>> " in inspect.getdoc(function)


@pytest.mark.parametrize("record", of_kind(inspect.isclass))
def test_every_field_is_described(record):
    own = [field.name for field in dataclasses.fields(record)] if "__dataclass_fields__" in vars(record) else []
    text = inspect.getdoc(record).split("\nExamples\n")[0]
    heads = [line.split(" : ")[0] for line in text.splitlines() if not line.startswith(" ")]
    described = {name.strip() for head in heads for name in head.split(",")} | set(re.findall(r"`(\w+)`", text))
    assert not {name for name in (*own, *getattr(record, "_fields", ())) if not name.startswith("_")} - described


def imports(text: str) -> list[tuple[str, str]]:
    """Return the module and name of each import from refconv in a text."""
    lines = re.findall(r"^(?:>>> |\.\.\. )? *(from refconv[\w.]* import [\w, ]+)", text, re.MULTILINE)
    nodes = [node for line in lines for node in ast.parse(line).body]
    return [(node.module, alias.name) for node in nodes for alias in node.names]


INSIDE = {
    ("refconv.learn.checking", "ALWAYS"),  # for who writes an exercise: docs/learning.md
    ("refconv.commands.tables", "table"),  # a notebook prints one
    ("refconv.arithmetic.plan", "convolution_axes"),  # the demo makes a plan from what its user said
}


@pytest.mark.parametrize("folder", ["", "docs", "docs/how-to", "notebooks", "examples"])
def test_what_pages_import_is_documented(folder):
    documented = {id(value_of(name)) for name in NAMES}
    paths = (ROOT / folder).glob("*.py" if folder == "examples" else "*.md")
    for path in paths if folder else [ROOT / "README.md"]:
        for module, name in imports(path.read_text(encoding="utf-8")):
            value = getattr(import_module(module), name)
            known = id(value) in documented or module in WHOLE or (module, name) in INSIDE
            assert known or name == "__version__", f"{path.name}: {module}.{name}"
