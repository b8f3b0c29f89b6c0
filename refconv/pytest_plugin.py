"""The pytest plugin: another project's whole convolution test in five lines.

::

    import pytest
    from mine import conv2d


    @pytest.mark.refconv(op="conv2d", suite="quick")
    def test_conv2d(refconv_case):
        refconv_case.check(conv2d)

Nothing of refconv is loaded before a test asks for one of the two fixtures, `refconv_case` and `refconv_check`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from refconv.oracle.cases import Case
    from refconv.oracle.report.model import Report

__all__ = [
    "RefconvCase",
    "Settings",
    "pytest_addoption",
    "pytest_configure",
    "pytest_generate_tests",
    "refconv_case",
    "refconv_check",
    "settings_of",
]

_MARKER = (
    "refconv(op='conv2d', suite='default', precision='float32', seed=0, fn=None, backward=None, ...): what the "
    "fixtures refconv_case and refconv_check check, and against what; other keywords go to refconv.oracle.check.check"
)
_DEFAULTS = {"op": "conv2d", "suite": "default", "precision": "float32", "seed": 0, "fn": None, "backward": None}
_PASSED_ON = ("convention", "dialect", "algorithm", "gradients", "isolate", "timeout", "strict", "shrink", "target")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command line options, which override the marker."""
    group = parser.getgroup("refconv", "convolutions held against refconv")
    group.addoption("--refconv-suite", metavar="SUITE", help="the suite of cases, instead of what tests ask for")
    group.addoption("--refconv-precision", metavar="PRECISION", help="the number types, instead of what tests ask for")
    group.addoption("--refconv-seed", metavar="SEED", type=int, help="of the suite, instead of what tests ask for")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@dataclass(frozen=True)
class Settings:
    """What a test asks for.

    Parameters
    ----------
    op, suite, precision : str
        What the kernel should be, and against which cases and number types it is held.
    seed : int
        Of the suite.
    fn, backward : callable or str, optional
        The kernel and its gradients.
    options : mapping
        Further arguments of `refconv.oracle.check.check`.
    """

    op: str
    suite: str
    precision: str
    seed: int
    fn: Callable[..., Any] | str | None
    backward: Callable[..., Any] | str | None
    options: Mapping[str, Any]

    def run(self, cases: list[Case] | None = None) -> Report:
        """Check the kernel; a test that fails shows the report.

        Raises
        ------
        AssertionError
            If anything is wrong; its text is the report's table.
        """
        __tracebackhide__ = True
        from refconv.oracle.check import check

        if self.fn is None:
            pytest.fail("refconv: there is no kernel to check; give it to the call, or the marker as fn=...", False)
        chosen: dict[str, Any] = {"suite": self.suite, "precision": self.precision, "seed": self.seed, "cases": cases}
        report = check(self.fn, self.op, backward=self.backward, **chosen, **self.options)
        if report.left_out and not report.failures and not any(report.results.values()):
            pytest.skip("; ".join(report.left_out))
        if not report.passed:
            raise AssertionError(str(report))
        return report


def settings_of(node: pytest.Item, **given: Any) -> Settings:
    """Return what the marks of a test ask for, the nearest first; over them stands what is given, and the command line.

    Parameters
    ----------
    node : pytest.Item
        The test.
    **given
        What its call asks for.
    """
    __tracebackhide__ = True
    asked: dict[str, Any] = dict(_DEFAULTS)
    for mark in reversed(list(node.iter_markers("refconv"))):
        if mark.args:
            pytest.fail(f"refconv: the marker takes keywords only, such as op={mark.args[0]!r}", False)
        asked.update(mark.kwargs)
    asked.update({name: value for name, value in given.items() if value is not None})
    for name in ("suite", "precision", "seed"):
        value = node.config.getoption(f"--refconv-{name}")
        asked[name] = asked[name] if value is None else value
    for name in asked.keys() - _DEFAULTS.keys() - set(_PASSED_ON):
        known = [*_DEFAULTS, *_PASSED_ON]
        close = "".join(f"; did you mean {word}?" for word in difflib.get_close_matches(name, known, n=1))
        pytest.fail(f"refconv: nothing is called {name!r}{close} Known: {', '.join(known)}", False)
    fixed = {name: asked.pop(name) for name in _DEFAULTS}
    return Settings(**fixed, options=asked)


@dataclass(frozen=True)
class RefconvCase:
    """One case of the suite, as the fixture `refconv_case` hands it to a test.

    Parameters
    ----------
    case : Case
        The call: its shapes and options; ``case.arrays()`` are its inputs, ``case.truth("y")`` what is true.
    node : pytest.Item
        The test.
    """

    case: Case
    node: pytest.Item

    def check(
        self,
        fn: Callable[..., Any] | str | None = None,
        backward: Callable[..., Any] | str | None = None,
        **options: Any,
    ) -> Report:
        """Check a kernel, and its gradients if there are any, on this case.

        Parameters
        ----------
        fn : callable or str, optional
            ``f(x, w, b, *, stride, padding, dilation, groups) -> y``, or its name as `refconv check` takes it; if there
            is none, the marker's.
        backward : callable or str, optional
            ``g(dy, x, w, *, ...) -> (dx, dw, db)``.
        **options
            Further arguments of `refconv.oracle.check.check`, such as ``algorithm="winograd"``.

        Returns
        -------
        Report
            What was found, if all is right.

        Raises
        ------
        AssertionError
            If anything is wrong; its text has the comparison and the diagnosis.
        """
        __tracebackhide__ = True
        return settings_of(self.node, fn=fn, backward=backward, **options).run([self.case])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `refconv_case` once for each case of its suite."""
    if "refconv_case" not in metafunc.fixturenames:
        return
    from refconv.errors import RefconvError
    from refconv.oracle.suites import suite

    asked = settings_of(metafunc.definition)
    try:
        cases = suite(asked.suite, asked.op, precision=asked.precision, seed=asked.seed)
    except RefconvError as error:
        pytest.fail(str(error), False)
    metafunc.parametrize("refconv_case", cases, ids=[case.name for case in cases], indirect=True)


@pytest.fixture
def refconv_case(request: pytest.FixtureRequest) -> RefconvCase:
    """One case of the suite that `@pytest.mark.refconv` names; `refconv_case.check(fn)` fails with the diagnosis."""
    return RefconvCase(request.param, request.node)


@pytest.fixture
def refconv_check(request: pytest.FixtureRequest) -> Callable[..., Report]:
    """Check a kernel on a whole suite: `refconv_check(fn, backward=None)` fails with the report's table."""

    def run(
        fn: Callable[..., Any] | str | None = None,
        backward: Callable[..., Any] | str | None = None,
        **options: Any,
    ) -> Report:
        __tracebackhide__ = True
        return settings_of(request.node, fn=fn, backward=backward, **options).run()

    return run
