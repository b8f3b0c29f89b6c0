"""Check a kernel: run a suite over it, judge what comes back, shrink what fails, and say why."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

import refconv
from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.oracle.calling_dialects import check_dialect
from refconv.oracle.cases import Case
from refconv.oracle.isolate import IsolatedKernel
from refconv.oracle.kernel import Kernel
from refconv.oracle.operations import operation
from refconv.oracle.precision import precision as precision_of
from refconv.oracle.report.model import Report
from refconv.oracle.run import Run
from refconv.oracle.suites import suite as suite_of

__all__ = ["check"]

Progress = Callable[[int, int, str], None]


def check(
    fn: Callable[..., Any] | str,
    op: str = "conv2d",
    *,
    backward: Callable[..., Any] | str | None = None,
    suite: str = "default",
    precision: str = "float32",
    seed: int = 0,
    convention: str = "auto",
    dialect: str = "refconv",
    algorithm: str = "direct",
    gradients: bool | None = None,
    isolate: bool = False,
    timeout: float | None = None,
    strict: bool = False,
    shrink: bool = True,
    cases: Sequence[Case] | None = None,
    target: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a kernel against the truth, and say what it does instead where it fails.

    Parameters
    ----------
    fn : callable or str
        ``f(x, w, b, *, stride, padding, dilation, groups) -> y`` (and `output_padding` for transposed convolutions);
        or where it is, "package.module:f" or "path/to/file.py:f". Parameters it does not take are left out, and said.
    op : str
        What it should be: "conv2d", "conv_transpose2d", "depthwise_conv2d", ...
    backward : callable or str, optional
        ``g(dy, x, w, *, ...) -> (dx, dw, db)``.
    suite : str
        "quick", "default", "exhaustive", "gradients" or "precision".
    precision : str
        A name in `refconv.oracle.precision.PRECISIONS`.
    seed : int
        Of the suite's numbers.
    convention : {"auto", "plain", "torch", "jax", "tensorflow"}
        Which arrays it gets: NumPy's, or a framework's, whose automatic gradients are checked then. "auto" takes that
        of the framework that defines it.
    dialect : {"refconv", "torch", "tensorflow", "keras", "xla", "onnx", "webnn"}
        In whose words and layouts it is called: ``f(input, filters, strides, padding, data_format, dilations)`` on
        NHWC and HWIO for "tensorflow", ``f(op_type, inputs, attributes)`` for "onnx", and so on. What the dialect
        cannot say is left out, and said.
    algorithm : {"direct", "winograd", "fft"}
        What the kernel is, for the tolerance: the fast ones round more.
    gradients : bool, optional
        Whether to check dx, dw and db. None: where there is a way to get them.
    isolate : bool
        Run the kernel in a process of its own.
    timeout : float, optional
        Seconds for one call; isolates the kernel. 60 where it is isolated anyway.
    strict : bool
        Demand that impossible arguments are refused too, such as ``dilation=0``.
    shrink : bool
        Whether to look for the smallest failing cases.
    cases : sequence of Case, optional
        Instead of a suite.
    target : str, optional
        What to call the kernel in the report.
    progress : callable, optional
        Told of each case: how many are done, of how many, and its name.

    Returns
    -------
    Report
        Whether it passed, what failed, and why.

    Raises
    ------
    ArgumentError
        For names that are unknown, and a timeout that is no time. What the kernel raises is in the report instead.

    Examples
    --------
    >>> import refconv
    >>> def tail_lost(x, w, b=None, **how):
    ...     whole = x.shape[1] - x.shape[1] % 2
    ...     x[:, whole:] = 0  # and it writes to x
    ...     return refconv.conv2d(x, w, b, **how)
    >>> report = check(tail_lost, suite="quick")
    >>> report.passed
    False
    """
    start = perf_counter()
    if timeout is not None and not (isinstance(timeout, int | float) and timeout > 0):
        raise ArgumentError("check", f"timeout must be a time in seconds, but it is {timeout}.", fix="Use 60.")
    operation(op)
    check_dialect("check", dialect)
    precision_of(precision)
    integer("check", "seed", seed, 0)
    if cases is not None and not all(
        isinstance(case, Case) for case in (cases if isinstance(cases, Iterable) else [0])
    ):
        raise ArgumentTypeError("check", "cases must be a sequence of Case.", fix="Such as suite('quick').")
    chosen = list(cases) if cases is not None else suite_of(suite, op, precision=precision, seed=seed)
    kernel: Kernel | IsolatedKernel
    if isolate or timeout is not None:
        kernel = IsolatedKernel(fn, op, backward, convention, dialect, timeout or 60.0)
    else:
        kernel = Kernel.of(fn, op, backward=backward, convention=convention, dialect=dialect)
    run = Run(kernel, op, precision, algorithm)
    run.gradients = kernel.has_gradients if gradients is None else gradients and kernel.has_gradients
    if (gradients or suite == "gradients") and not kernel.has_gradients:
        run.left_out["gradients: there is no function for them"] = []
    try:
        for done, case in enumerate(chosen):
            if progress is not None:
                progress(done, len(chosen), case.name)
            run.one(case)
        if progress is not None:
            progress(len(chosen), len(chosen), "diagnosis")
        causes = run.causes()
        if strict:
            causes += run.accepts_impossible()
        failures = run.shrunken() if shrink else run.failures
    finally:
        if isinstance(kernel, IsolatedKernel):
            kernel.close()
    return Report(
        target=target or (fn if isinstance(fn, str) else str(getattr(fn, "__name__", type(fn).__name__))),
        op=op,
        suite=suite if cases is None else "given",
        precision=precision,
        seed=seed,
        passed=not failures and run.calls > 0,
        cases=run.calls,
        failures=tuple(failures),
        diagnosis=causes,
        left_out=tuple(run.told_left_out()),
        notes=tuple(run.notes),
        seconds=perf_counter() - start,
        results=dict(run.results),
        environment={
            "refconv": refconv.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            **({} if dialect == "refconv" else {"dialect": dialect}),
        },
    )
