"""The rules of the house: imports point down and are lazy, names are public on purpose, one home for indices."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import refconv

ROOT = Path(refconv.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
ORDER = [
    *("errors", "missing", "lazy", "arithmetic", "networks", "symbolic", "ops", "algorithms", "dialects", "layers"),
    *("oracle", "plots", "learn", "commands", "cli", "pytest_plugin", "__main__"),
]
"""From the ground up; a later one may import an earlier one."""

APART = {
    "symbolic": {"networks"},
    "ops": {"networks", "symbolic"},
    "dialects": {"networks", "symbolic", "algorithms"},
    "layers": {"symbolic", "dialects"},
    "learn": {"plots"},
}
"""Rooms that stand side by side: what each of them may not import although it comes earlier."""


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "refconv":
                yield from (f"refconv.{alias.name}" for alias in node.names)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def floor(module):
    parts = module.split(".")
    return ORDER.index(parts[1]) if len(parts) > 1 and parts[1] in ORDER else None


@pytest.mark.parametrize(
    "path", [f for f in FILES if f != ROOT / "__init__.py"], ids=lambda f: str(f.relative_to(ROOT))
)
def test_imports_point_down(path):
    mine = floor("refconv." + ".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert mine is not None, "a new floor belongs in ORDER"
    for module in imported(path):
        if module in (
            "refconv",
            "refconv.__version__",
        ):  # the map of lazy names: for those who stand above all that it names
            assert mine >= ORDER.index("oracle"), path
        elif module.startswith("refconv"):
            theirs = floor(module)
            assert theirs is not None, module
            assert theirs <= mine, f"{path} imports {module}"
            assert ORDER[theirs] not in APART.get(ORDER[mine], ()), f"{path} imports {module}"


def test_arithmetic_needs_nothing_but_the_standard_library():
    for path in (ROOT / "arithmetic").rglob("*.py"):
        for module in imported(path):
            top = module.split(".")[0]
            lazy = top == "sympy" and path.name == "integers.py"
            assert lazy or top == "refconv" or top in sys.stdlib_module_names, (path, module)


def loaded_after(code):
    script = f"import sys\n{code}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_what_is_loaded_when():
    assert not {"numpy", "scipy", "sympy"} & loaded_after("import refconv")
    assert not {"numpy", "scipy", "sympy"} & loaded_after("import refconv.arithmetic; refconv.output_size(5, 3)")
    assert not {"numpy", "sympy", "onnx", "torch"} & loaded_after("from refconv.networks import *; network('vgg16')")
    convolution = "import numpy, refconv; refconv.conv2d(numpy.ones((1, 1, 3, 3)), numpy.ones((1, 1, 2, 2)))"
    assert not {"scipy", "sympy", "ml_dtypes", "matplotlib"} & loaded_after(convolution)


def test_index_arithmetic_has_one_home():
    """``d * (k - 1) + 1`` and its like stand in arithmetic/ and nowhere else."""
    span = re.compile(r"\*\s*\(\s*(\w+\.)?(k|kernel\w*)\s*-\s*1\s*\)")
    for path in FILES:
        if "arithmetic" in path.parts or "exercises" in path.parts:  # learners write it themselves
            continue
        code = "\n".join(ast.unparse(node) for node in without_docstrings(path))
        assert not span.search(code), path


def without_docstrings(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(0)
    return tree.body


def test_files_are_small_rooms():
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in FILES)
    assert lengths[len(lengths) // 2] <= 130, "the median file"
    assert lengths[-1] <= 400, "the longest file"


PUBLIC = {
    *(
        f"{stem}{rank}{end}"
        for stem in ("conv", "conv_transpose")
        for rank in ("", "1d", "2d", "3d")
        for end in ("", "_backward")
    ),
    *(
        f"{stem}{rank}{end}"
        for stem in ("depthwise_conv", "pointwise_conv", "separable_conv", "max_pool", "avg_pool")
        for rank in ("", "1d", "2d", "3d")
        for end in ("", "_backward")
    ),
    *("im2col", "col2im", "output_size", "Gradients", "SeparableGradients", "engine", "explain"),
    *("RefconvError", "ShapeError", "ArgumentError", "ArgumentTypeError", "DTypeError", "IntegerOverflowError"),
    *("algorithms", "arithmetic", "dialects", "errors", "layers", "learn", "networks", "oracle"),
    *("plots", "symbolic"),
}


def test_the_public_surface_is_this():
    assert set(refconv.__all__) == PUBLIC
    assert set(dir(refconv)) >= PUBLIC
    for name in PUBLIC:
        assert getattr(refconv, name) is not None
    namespace = {}
    exec("from refconv import *", namespace)  # noqa: S102 - the promise of __all__
    assert set(namespace) >= PUBLIC


@pytest.mark.parametrize("path", [f for f in FILES if f.name != "__init__.py"], ids=lambda f: str(f.relative_to(ROOT)))
def test_all_names_exist_and_nothing_public_is_forgotten(path):
    name = "refconv." + ".".join(path.relative_to(ROOT).with_suffix("").parts)
    module = import_module(name)
    assert len(module.__all__) == len(set(module.__all__))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert {public for public in named if not public.startswith("_")} <= set(module.__all__)
    for public in module.__all__:
        assert hasattr(module, public)


def test_modules_only_borrow_public_names():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("refconv."):
                lender = import_module(node.module)
                for alias in node.names:
                    known = alias.name == "*" or hasattr(lender, "__path__") or alias.name in lender.__all__
                    assert known, (path, node.module, alias.name)


LAZY = ("refconv", "refconv.arithmetic", "refconv.networks", "refconv.plots", "refconv.symbolic")


@pytest.mark.parametrize("package", LAZY)
def test_type_checkers_see_what_runs(package):
    """The names under TYPE_CHECKING, or imported at once, are those that are loaded lazily."""
    home = import_module(package)
    tree = ast.parse(Path(home.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = set()
    for node in [*block.body, *tree.body]:
        if isinstance(node, ast.ImportFrom) and node.module.startswith("refconv") and node.module != "refconv.lazy":
            for alias in node.names:
                seen |= set(import_module(node.module).__all__) if alias.name == "*" else {alias.asname}
    assert seen == set(home.__all__)
    for name in home.__all__:
        assert getattr(home, name) is not None


@pytest.mark.parametrize("package", LAZY)
def test_no_lazy_name_is_that_of_a_module(package):
    """Importing the module would put it in the name's place, unless the name was there before."""
    home = import_module(package)
    tree = ast.parse(Path(home.__file__).read_text(encoding="utf-8"))
    at_once = {alias.asname for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    modules = {path.stem for path in Path(home.__file__).parent.iterdir()}
    public_modules = {*home.__all__} if package == "refconv" else {"widgets"} if package == "refconv.plots" else set()
    assert not modules & {*home.__all__} - at_once - public_modules


def test_the_version_is_the_projects():
    project = Path(__file__).parent.parent
    assert f'\nversion = "{refconv.__version__}"\n' in (project / "pyproject.toml").read_text(encoding="utf-8")
    assert f"\nversion: {refconv.__version__}\n" in (project / "CITATION.cff").read_text(encoding="utf-8")
