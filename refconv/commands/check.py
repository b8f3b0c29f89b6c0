"""`refconv check`: run a suite over a kernel, and say whether it is right, and if not, what it does instead."""

from __future__ import annotations

import argparse
from typing import TextIO

from refconv.commands.deliver import check_outputs, deliver
from refconv.commands.options import add_convention, add_dialect, add_op, add_outputs, add_suite, check_names, spoken
from refconv.commands.parsing import Subcommands
from refconv.commands.progress import progress

__all__ = ["add", "run", "seconds"]

_DAY = 24 * 60 * 60

_DESCRIPTION = """\
Check a kernel against refconv: its results, and its gradients if there is a function for them (PyTorch's, JAX's and
TensorFlow's functions need none). A kernel is f(x, w, b, *, stride, padding, dilation, groups) -> y on NumPy arrays,
its gradients are g(dy, x, w, *, ...) -> (dx, dw, db); parameters that it does not take are left at their defaults, and
said so. With --dialect it is called in another framework's words and layouts instead."""

_EPILOG = """\
examples:
  refconv check kernels/mine.py:conv2d
  refconv check kernels/mine.py:conv2d --backward kernels/mine.py:conv2d_backward --html report.html
  refconv check torch.nn.functional:conv_transpose2d --op conv_transpose2d --precision float16
  refconv check tensorflow.nn:conv2d --dialect tensorflow

exit codes: 0 passed, 1 failed, 2 the command makes no sense, 3 a defect of refconv itself, 130 interrupted"""


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "is a kernel right, and if not, what does it do instead?"
    parser = commands.add_parser("check", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument(
        "target", metavar="TARGET", help="the kernel: package.module:function or path/to/file.py:function"
    )
    parser.add_argument("--backward", metavar="TARGET", help="its gradients, named in the same way")
    add_op(parser)
    add_suite(parser, "default")
    add_convention(parser)
    add_dialect(parser)
    parser.add_argument(
        "--algorithm",
        choices=("direct", "winograd", "fft"),
        default="direct",
        help="whose rounding errors it may have (default: direct, the strictest)",
    )
    parser.add_argument(
        "--isolate", action="store_true", help="run it in a process of its own, so that a crash or a hang is a failure"
    )
    parser.add_argument(
        "--timeout", type=seconds, metavar="SECONDS", help="for one call; isolates the kernel (with --isolate: 60)"
    )
    parser.add_argument(
        "--strict", action="store_true", help="demand that impossible arguments are refused, such as dilation=0"
    )
    parser.add_argument("--no-shrink", action="store_true", help="do not look for smaller cases that fail")
    add_outputs(parser)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    check_outputs(args)
    check_names(args)
    from refconv.oracle.check import check

    with progress(f"checking {args.target}", shown=not (args.json or args.quiet)) as step:
        report = check(
            args.target,
            args.op,
            backward=args.backward,
            suite=args.suite,
            precision=args.precision,
            seed=args.seed,
            convention=args.convention,
            algorithm=args.algorithm,
            isolate=args.isolate,
            timeout=args.timeout,
            strict=args.strict,
            shrink=not args.no_shrink,
            target=args.target,
            progress=step,
            **spoken(args),
        )
    return deliver(report, args, out)


def seconds(text: str) -> float:
    """Return a length of time; argparse reports what is raised here."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a length of time")
    if value > _DAY:
        raise argparse.ArgumentTypeError(f"{text} is more than a day, {_DAY} seconds")
    return value
