"""The tests, run against the installed wheel from a folder where refconv itself is not, by each Python that is here.

Once with the versions in constraints.txt, once with NumPy as old as refconv says it may be; on the oldest Python
everything else is as old as it may be, too. A selection, for its time: `REFCONV_PACKAGE_TESTS=tests` runs them all.
"""

from __future__ import annotations

import os
import re
import shutil

import pytest

from tests.package.floors import floors
from tests.package.pythons import MINORS, ROOT

pytestmark = pytest.mark.package

STEMS = [
    *("adjoints", "arrays", "by_hand", "definition", "dtypes", "integers", "layouts", "nonfinite", "wiring", "pooling"),
    *("sizes", "geometry", "receptive_field", "cost", "errors", "house", "networks", "dialect_torch"),
    *("calls", "layers_training", "cases", "truth", "vectors_files", "cli", "cli_networks", "plugin"),
]
SELECTION = [*(f"tests/test_{stem}.py" for stem in STEMS), "tests/package/installed.py"]
EXTRAS = ("sympy", "scipy", "bfloat16", "hypothesis", "plots")
TOOLS = ("pytest", "pytest-xdist", "jsonschema")
NOT_COPIED = ("refconv", "build", "dist", "out", "htmlcov", "__pycache__", "_static", ".git", ".venv", ".*_cache")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """What the tests read of the repository, without refconv."""
    copy = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
    assert not (copy / "refconv").exists()
    return copy


def run_the_tests(room, elsewhere, *options):
    """Run them; return how many passed. `installed.py` is one of them: it fails if refconv is not the room's."""
    chosen = os.environ.get("REFCONV_PACKAGE_TESTS", "").split()
    tests = [*chosen, "tests/package/installed.py"] if chosen else SELECTION
    profile = "default" if chosen else "quick"
    script = f"""
import os, sys, pytest
os.chdir({str(elsewhere)!r})
os.environ["HYPOTHESIS_PROFILE"] = {profile!r}
sys.path.insert(0, "")
sys.exit(pytest.main(["-q", "-n", "2", "-p", "no:cacheprovider", "-rfE", "--tb=short", *{[*options, *tests]!r}]))
"""
    shown = room.run("python", "-c", script)
    return int(re.search(r"(\d+) passed", shown).group(1))


@pytest.mark.parametrize("minor", MINORS)
def test_with_the_newest(room_of, built, elsewhere, minor):
    room = room_of(minor)
    room.install(f"{built.wheel}[{','.join(EXTRAS)}]", *TOOLS)
    assert run_the_tests(room, elsewhere) > 1000


@pytest.mark.parametrize("minor", MINORS)
def test_with_the_oldest(room_of, built, elsewhere, minor):
    room = room_of(minor)
    oldest = floors(built.wheel, minor, *(EXTRAS if minor == MINORS[0] else ()))
    if minor != MINORS[0]:
        oldest = {"numpy": oldest["numpy"]}
    exactly = [f"{name}=={version}" for name, version in oldest.items()]
    room.install(f"{built.wheel}[{','.join(EXTRAS)}]", *TOOLS, *exactly, pinned=False)
    assert room.says("numpy.__version__", "import numpy").startswith(oldest["numpy"])
    # an old matplotlib calls what a newer pyparsing deprecates, and so on: not for refconv to mend
    assert run_the_tests(room, elsewhere, "-W", "ignore::DeprecationWarning") > 1000
