"""A library that is not installed: every part that needs one says so by one table, whose extras bring what they say."""

from __future__ import annotations

import ast
import pickle
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from refconv import cli, networks
from refconv.dialects.onnx_model import run_model
from refconv.errors import ArgumentError, RefconvError
from refconv.learn.data import digits_scenes
from refconv.missing import EXTRAS, MissingLibraryError, how_to_install, missing, needed
from refconv.oracle import check
from refconv.oracle.precision import precision
from refconv.oracle.strategies import cases
from refconv.plots.graph_layout import placed
from refconv.plots.photos import photo
from refconv.plots.widgets import explore_taps

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OFFERED = PROJECT["optional-dependencies"]
FILES = sorted((ROOT / "refconv").rglob("*.py"))
ALWAYS = {"refconv", "numpy", "rich", *sys.stdlib_module_names}
BROUGHT_BY = {"PIL": "matplotlib", "sklearn": "scikit-learn", "tensorflow": "tensorflow-cpu"}
"""What an extra names, where it is not the library itself; matplotlib requires Pillow."""


def requirements(extra):
    """The packages of an extra, and of those that it names."""
    for line in OFFERED[extra]:
        inner = re.match(r"refconv\[(.+)\]", line)
        if inner:
            for other in inner[1].split(","):
                yield from requirements(other)
        else:
            yield re.match(r"[\w.-]+", line)[0]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "needed" and node.args:
            yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))


def imported_anywhere():
    plugin = ROOT / "refconv" / "pytest_plugin.py"  # pytest itself loads it
    return {name for path in FILES for name in imported(path) if (path, name) != (plugin, "pytest")} - ALWAYS


def test_what_is_always_there_is_what_installing_brings():
    assert {re.match(r"\w+", line)[0] for line in PROJECT["dependencies"]} < ALWAYS


def test_the_table_has_every_library_that_is_imported_and_no_other():
    assert imported_anywhere() == set(EXTRAS)


@pytest.mark.parametrize("library", EXTRAS)
def test_the_extra_brings_the_library(library):
    assert BROUGHT_BY.get(library, library) in requirements(EXTRAS[library])


@pytest.mark.parametrize("library", EXTRAS)
def test_every_library_is_named_with_who_needs_it_and_how_to_get_it(library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingLibraryError) as caught:
        needed(library, "the_operation", "this part")
    said = {"PIL": "Pillow", "sklearn": "scikit-learn"}.get(library, library)
    assert str(caught.value) == (
        f"the_operation: this part needs {said}, which is not installed.\n"
        f"  Run: pip install 'refconv[{EXTRAS[library]}]'."
    )
    assert isinstance(caught.value, RefconvError)
    assert isinstance(caught.value, ModuleNotFoundError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own
    assert isinstance(missing(library, "op", "this", ArgumentError), ArgumentError)


def test_the_command_is_written_once():
    """Elsewhere only docstrings say it, of an extra that there is."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        if path == ROOT / "refconv" / "missing.py":
            continue
        tree = ast.parse(text)
        rooms = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docstrings = "".join(ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, rooms))
        assert text.count("pip install") == docstrings.count("pip install"), path
        extras = re.findall(r"``pip install 'refconv\[(\w+)\]'``", docstrings)
        assert len(extras) == docstrings.count("pip install"), path
        assert set(extras) <= set(EXTRAS.values()), path


def checked(framework, **how):
    return lambda: check(lambda x, w, b=None: x, suite="quick", convention=framework, **how)


ASKED = {
    "from_torch": ("torch", lambda: networks.from_torch(None, (1, 8, 8))),
    "from_onnx": ("onnx", lambda: networks.from_onnx("no.onnx")),
    "run_model": ("onnx", lambda: run_model("no.onnx", ())),
    "bfloat16": ("ml_dtypes", lambda: precision("bfloat16").array([1.0])),
    "strategies": ("hypothesis", lambda: cases("conv2d")),
    "scenes": ("sklearn", lambda: digits_scenes(1)),
    "china": ("sklearn", lambda: photo(8, "china")),
    "layout": ("networkx", lambda: placed({"input": ()})),
    "sliders": ("ipywidgets", explore_taps),
    **{framework: (framework, checked(framework)) for framework in ("torch", "jax", "tensorflow")},
    "isolated": ("torch", checked("torch", isolate=True)),
}


@pytest.mark.parametrize("part", ASKED)
def test_parts_that_need_one_say_so(part, monkeypatch):
    library, ask = ASKED[part]
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(RefconvError, match="which is not installed") as caught:
        ask()
    assert how_to_install(library) in str(caught.value)


WITHOUT = """
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name == {library!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Without())
import refconv.cli
{line}
"""


def test_lazy_names_and_the_command_say_so():
    for library, line in (
        ("sympy", "refconv.symbolic.prove"),
        ("matplotlib", "refconv.plots.draw_coverage"),
        ("matplotlib", "refconv.plots.draw_taps"),
        ("PIL", "refconv.plots.Film"),
        ("sympy", "print(refconv.cli.main(['derive', 'same_padding']))"),
    ):
        program = WITHOUT.format(library=library, line=line)
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert f"needs {'Pillow' if library == 'PIL' else library}, which is not installed" in run.stderr, run.stderr
        assert how_to_install(library) in run.stderr
        assert run.stdout == ("2\n" if "main" in line else "")


def test_the_command_names_what_a_command_imports_itself(monkeypatch, capsys):
    def fails(*_, **__):
        raise ModuleNotFoundError("No module named 'sympy'", name="sympy")

    monkeypatch.setattr(cli, "_run", fails)
    assert cli.main(["size", "5", "--kernel", "3"]) == 2
    assert capsys.readouterr().err == str(missing("sympy", "refconv", "this")) + "\n"


def test_importing_refconv_loads_nothing_for_it():
    program = "import sys, refconv\nprint('refconv.missing' in sys.modules, 'refconv.errors' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False False\n"


def test_the_browser_has_what_it_imports(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs" / "site")
    names = {name for name, _ in import_module("zip_refconv").sources()}
    assert "refconv/missing.py" in names
    for room in ("missing", "lazy", "errors"):
        modules = imported(ROOT / "refconv" / f"{room}.py")
        assert set(modules) <= {"refconv", *sys.stdlib_module_names}
