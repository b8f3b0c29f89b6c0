"""The pytest plugin, in projects of its own outside the package, run as their authors would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from refconv.oracle.suites import suite

ROOT = Path(__file__).parent.parent

SPY = """
from importlib import import_module
from refconv.oracle.report.model import Report

calls = []

def check(fn, op, *, backward, suite, precision, seed, cases, **options):
    calls.append((fn, op, backward, suite, precision, seed, options))
    return Report("f", op, suite, precision, seed, passed=True, cases=1)

import_module("refconv.oracle.check").check = check
"""
"""A conftest.py that notes how the plugin calls the check."""

FIVE_LINES = """
import pytest
from mine import conv2d

@pytest.mark.refconv(op="conv2d", suite="quick")
def test_conv2d(refconv_case):
    refconv_case.check(conv2d)
"""

MINE = """
import refconv

def conv2d(x, w, b, **options):
    return refconv.conv2d(x, w, b, **options)

def conv2d_backward(dy, x, w, **options):
    return refconv.conv2d_backward(dy, x, w, **options)

def flipped(x, w, b, **options):
    return refconv.conv2d(x, w[..., ::-1], b, **options)

def without_groups(x, w, b, stride, padding, dilation, padding_mode):
    return refconv.conv2d(x, w, b, stride, padding, dilation, padding_mode=padding_mode)
"""


@pytest.fixture
def project(tmp_path):
    """A folder with kernels, where pytest can be run."""
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    (tmp_path / "pytest.toml").write_text("[pytest]\nstrict = true\n", encoding="utf-8")
    return tmp_path


def run(project, test, *argv, plugins=("refconv.pytest_plugin",), **environment):
    """Write a test into the project and run pytest there with these plugins only, any warning an error."""
    (project / "test_it.py").write_text(textwrap.dedent(test), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", "--color=no", *argv]
    command += [word for plugin in plugins for word in ("-p", plugin)]
    usual = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "COLUMNS": "200"}
    environment = {**os.environ, **usual, **environment}
    ended = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert ended.stderr == "", ended.stderr
    return ended.returncode, ended.stdout


def test_five_lines_test_a_kernel(project):
    code, out = run(project, FIVE_LINES, "-v")
    cases = suite("quick", "conv2d")
    assert code == 0
    assert f"{len(cases)} passed" in out
    for case in cases:
        assert f"test_it.py::test_conv2d[{case.name}] PASSED" in out


def test_a_wrong_kernel_fails_with_the_comparison_and_the_diagnosis(project):
    code, out = run(project, FIVE_LINES.replace("conv2d)", "flipped)").replace("import conv2d", "import flipped"), "-x")
    assert code == 1
    assert re.search(r"^E +.*What it does instead$", out, re.MULTILINE)
    assert re.search(r"^E +1\. the kernel is flipped along W$", out, re.MULTILINE)
    assert re.search(r"^E +largest error: \S+ units in the last place, at ", out, re.MULTILINE)
    assert "pytest_plugin.py" not in out, "of the traceback only the test's own line is shown"
    assert "refconv_case.check(flipped)" in out


def test_a_whole_suite_in_one_test(project):
    test = """
    import pytest
    from mine import conv2d, conv2d_backward, flipped

    def test_right(refconv_check):
        report = refconv_check(conv2d, conv2d_backward, suite="quick")
        assert report.passed and report.op == "conv2d" and set(report.results) == {"y", "dx", "dw", "db"}

    @pytest.mark.refconv(suite="quick", op="conv2d")
    def test_wrong(refconv_check):
        with pytest.raises(AssertionError, match="flipped along W") as caught:
            refconv_check(flipped)
        assert "Failures" in str(caught.value)

    @pytest.mark.refconv(fn="mine:conv2d", suite="quick")
    def test_named(refconv_check):
        assert refconv_check().passed
    """
    code, out = run(project, test)
    assert (code, "3 passed" in out) == (0, True), out


def test_what_is_asked_for_reaches_the_check(project):
    test = """
    import pytest
    from conftest import calls
    from mine import conv2d

    pytestmark = pytest.mark.refconv(suite="quick", precision="float64", op="conv1d")
    def g(*a, **k): pass
    def f(x, w, b, **options):
        import refconv
        return refconv.conv1d(x, w, b, **options)

    @pytest.mark.refconv(seed=5, algorithm="fft", fn=f)
    def test_marks(refconv_check):
        refconv_check(strict=True, backward=g)
        assert calls.pop() == (f, "conv1d", g, {suite!r}, {precision!r}, {seed}, {{"algorithm": "fft", "strict": True}})

    @pytest.mark.refconv(seed=5, fn=f, backward=g)
    def test_case(refconv_case):
        refconv_case.check(shrink=False)
        assert refconv_case.case.precision == {precision!r}
        assert calls.pop() == (f, "conv1d", g, {suite!r}, {precision!r}, {seed}, {{"shrink": False}})
    """
    (project / "conftest.py").write_text(SPY, encoding="utf-8")
    code, out = run(project, test.format(suite="quick", precision="float64", seed=5))
    assert code == 0, out
    override = ("--refconv-suite=quick", "--refconv-precision=float32", "--refconv-seed=0")
    code, out = run(project, test.format(suite="quick", precision="float32", seed=0), *override)
    assert code == 0, out


def test_mistakes_in_a_test_are_told(project):
    test = """
    import pytest

    @pytest.mark.refconv(opp="conv2d")
    def test_word(refconv_check): refconv_check(len)

    @pytest.mark.refconv("conv2d")
    def test_positional(refconv_check): refconv_check(len)

    def test_nothing(refconv_check): refconv_check()
    """
    code, out = run(project, test)
    assert (code, "3 failed" in out) == (1, True), out
    assert "refconv: nothing is called 'opp'; did you mean op? Known: op, suite" in out
    assert "refconv: the marker takes keywords only, such as op='conv2d'" in out
    assert "refconv: there is no kernel to check" in out


def test_mistakes_in_a_mark_are_told_when_tests_are_collected(project):
    wrong = {"op='conf2d'": "there is no operation 'conf2d'", "suite='zzz'": "there is no suite 'zzz'", "o=1": "'o'"}
    for number, option in enumerate(wrong):
        text = f"import pytest\n@pytest.mark.refconv({option})\ndef test_a(refconv_case): pass"
        (project / f"test_{number}.py").write_text(text, encoding="utf-8")
    code, out = run(project, "")
    assert (code, "3 errors" in out) == (2, True), out
    for said in wrong.values():
        assert said in out


def test_a_case_that_the_kernel_cannot_take_is_skipped(project):
    test = FIVE_LINES.replace("conv2d)", "without_groups)").replace("import conv2d", "import without_groups")
    code, out = run(project, test, "-rs")
    assert code == 0, out
    grouped = sum(case.options["groups"] != 1 for case in suite("quick", "conv2d"))
    assert re.search(rf"SKIPPED \[{grouped}\] test_it.py:\d+: groups: the kernel has no such parameter", out), out


def test_nothing_is_loaded_until_it_is_used(project):
    test = "import sys\ndef test_it(): assert not {'numpy', 'rich', 'refconv.ops', 'refconv.oracle'} & set(sys.modules)"
    code, out = run(project, test)
    assert (code, "1 passed" in out) == (0, True), out


def test_several_processes_collect_the_same(project):
    pytest.importorskip("xdist")
    test = (
        "import pytest\n@pytest.mark.refconv(suite='quick')\ndef test_it(refconv_case): assert refconv_case.case.name"
    )
    code, out = run(project, test, "-n", "2", "-q", plugins=("xdist", "refconv.pytest_plugin"))
    assert code == 0, out
    assert f"{len(suite('quick', 'conv2d'))} passed" in out


def test_an_installed_plugin_loads_itself(project):
    """As pip leaves it: a folder of metadata with the entry point. That of a real installation steps aside."""
    metadata = project / "site" / "entry-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: entry\nVersion: 1\n", encoding="utf-8")
    (metadata / "RECORD").write_text("refconv/pytest_plugin.py,,\nrefconv/__init__.py,,\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text("[pytest11]\nentry = refconv.pytest_plugin\n", encoding="utf-8")
    path = os.pathsep.join([str(ROOT), str(project / "site")])
    loads = {"PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""}
    code, out = run(project, "def test_it(refconv_check): assert refconv_check", plugins=("no:refconv",), **loads)
    assert (code, "1 passed" in out) == (0, True), out
