"""What installing gives: the command, the plugin, nothing that stays behind; and how far NumPy and rich alone go."""

from __future__ import annotations

import shutil

import pytest

import refconv
from tests.package.pythons import ROOT

pytestmark = pytest.mark.package


def test_from_and_into_a_path_with_spaces_and_letters_of_all_kinds(empty_room, tmp_path):
    """By pip and its own build environment, as a reader of the README would; and gone again without a trace."""
    clone = tmp_path / "mein Klön, 畳み込み"
    shutil.copytree(ROOT / "refconv", clone / "refconv", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    before = empty_room.contents()
    empty_room.install("--no-deps", clone)
    assert empty_room.run("refconv", "--version") == f"refconv {refconv.__version__}\n"
    assert empty_room.run("python", "-m", "refconv", "size", "5", "--kernel", "3").startswith("3\n")
    assert empty_room.contents() > before
    empty_room.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "refconv")
    assert empty_room.contents() == before


def test_the_command_and_the_plugin_are_entry_points(bare_room):
    script = "from importlib.metadata import distribution\npoints = distribution('refconv').entry_points"
    shown = bare_room.says("*sorted((p.group, p.name, p.value) for p in points), sep='\\n'", script)
    assert shown.splitlines() == [
        "('console_scripts', 'refconv', 'refconv.cli:main')",
        "('pytest11', 'refconv', 'refconv.pytest_plugin')",
    ]


def test_it_is_the_installed_one(bare_room):
    assert "site-packages" in bare_room.says("refconv.__file__")
    assert bare_room.says("distribution('refconv').version", "from importlib.metadata import distribution") == (
        refconv.__version__
    )


def test_numpy_and_rich_are_enough(bare_room):
    assert "scipy" not in bare_room.run("python", "-m", "pip", "list", "--disable-pip-version-check")
    arrays = "import numpy as np\nimport refconv\nx, w = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))"
    assert bare_room.says("refconv.conv2d(x, w).sum(), refconv.conv2d(x, w).dtype", arrays) == "16.0 float64"
    assert bare_room.says("refconv.oracle.check(refconv.conv2d, suite='quick').passed") == "True"
    assert bare_room.run("refconv", "size", "224", "--kernel", "7", "--stride", "2").startswith("109\n")
    assert "layer4.2.add" in bare_room.run("refconv", "rf", "resnet50", "--layer", "layer4.2.add")


@pytest.mark.parametrize(
    ("name", "extra"),
    [("refconv.plots.draw_taps", "plots"), ("refconv.plots.Film", "plots"), ("refconv.symbolic.prove", "sympy")],
)
def test_what_is_missing_is_named_with_the_extra_that_brings_it(bare_room, name, extra):
    shown = bare_room.run("python", "-c", f"import refconv\n{name}", code=1)
    assert f"pip install 'refconv[{extra}]'" in shown


def test_the_command_names_it_too(bare_room):
    shown = bare_room.run("refconv", "derive", "same_padding", code=2)
    assert shown == "refconv: this needs sympy, which is not installed.\n  Run: pip install 'refconv[sympy]'.\n"
