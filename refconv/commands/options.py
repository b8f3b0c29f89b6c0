"""The options that commands share, and the check of names before any work is done."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from refconv.errors import ArgumentError

__all__ = [
    "CONVENTIONS",
    "DIALECTS",
    "add_convention",
    "add_dialect",
    "add_json",
    "add_op",
    "add_outputs",
    "add_precision",
    "add_suite",
    "check_names",
    "one_of",
    "seed",
    "spoken",
]

DIALECTS = ("refconv", "torch", "tensorflow", "keras", "xla", "onnx", "webnn")
"""As the oracle has them, which is not loaded for a help text."""

CONVENTIONS = ("auto", "plain", "torch", "jax", "tensorflow")


def add_op(parser: argparse.ArgumentParser) -> None:
    """Add --op."""
    parser.add_argument(
        "--op",
        default="conv2d",
        metavar="OP",
        help="what it should be: conv2d (default), conv1d, conv3d, conv_transpose2d, depthwise_conv2d, "
        "pointwise_conv2d and their 1d and 3d siblings",
    )


def add_convention(parser: argparse.ArgumentParser) -> None:
    """Add --convention."""
    parser.add_argument(
        "--convention",
        choices=CONVENTIONS,
        default="auto",
        help="which arrays it gets: plain is NumPy's, the others a framework's, whose gradients are its own "
        "(default: auto, by its module)",
    )


def add_dialect(parser: argparse.ArgumentParser, what: str = "in whose words and layouts it is called") -> None:
    """Add --dialect."""
    parser.add_argument("--dialect", choices=DIALECTS, default="refconv", help=f"{what} (default: refconv)")


def spoken(args: argparse.Namespace) -> dict[str, Any]:
    """Return --dialect as an argument, if it is one.

    Examples
    --------
    >>> spoken(argparse.Namespace(dialect="keras")), spoken(argparse.Namespace(dialect="refconv"))
    ({'dialect': 'keras'}, {})
    """
    return {} if args.dialect == "refconv" else {"dialect": args.dialect}


def add_precision(parser: argparse.ArgumentParser) -> None:
    """Add --precision."""
    parser.add_argument(
        "--precision",
        default="float32",
        help="number types: float64, float32 (default), tf32, float16, float16_acc (accumulated in float16), "
        "bfloat16, int8, int16, int32 or int64",
    )


def add_suite(parser: argparse.ArgumentParser, default: str) -> None:
    """Add --suite, --precision and --seed."""
    parser.add_argument(
        "--suite",
        default=default,
        help=f"which cases: quick, default, exhaustive, gradients or precision (default: {default})",
    )
    add_precision(parser)
    parser.add_argument("--seed", type=seed, default=0, help="of what the suite draws (default: 0)")


def seed(text: str) -> int:
    """Return a seed; argparse reports what is raised here.

    Examples
    --------
    >>> seed("3")
    3
    """
    value = int(text)
    if not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError(f"{text} is not a seed: they go from 0 to 2**63 - 1")
    return value


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print one JSON document, and nothing else, on stdout")


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where a report goes."""
    add_json(parser)
    parser.add_argument("--junit", metavar="FILE", help="also write the report as JUnit XML")
    parser.add_argument("--html", metavar="FILE", help="also write the report as one HTML page, with pictures")
    parser.add_argument("--quiet", action="store_true", help="print only the verdict and the diagnosis")


def one_of(what: str, word: str, known: Iterable[str]) -> None:
    """Raise if a word is none of the known ones, with the one that was meant.

    Raises
    ------
    ArgumentError
        For an unknown word.

    Examples
    --------
    >>> one_of("op", "conf2d", ["conv1d", "conv2d"])
    Traceback (most recent call last):
        ...
    refconv.errors.ArgumentError: refconv: there is no op 'conf2d'.
      Did you mean conv2d? Known: conv1d, conv2d.
    """
    from refconv.oracle.targets import suggestion

    words = list(known)
    if word not in words:
        fix = f"{suggestion(word, words)} Known: {', '.join(words)}.".strip()
        raise ArgumentError("refconv", f"there is no {what} {word!r}.", fix=fix)


def check_names(args: argparse.Namespace) -> None:
    """Raise if --op, --suite or --precision is none that there is, or needs a package that is not there."""
    from refconv.oracle.operations import OPERATIONS
    from refconv.oracle.precision import PRECISIONS

    one_of("op", args.op, OPERATIONS)
    one_of("precision", args.precision, PRECISIONS)
    PRECISIONS[args.precision].numpy_dtype  # noqa: B018 - raises where the type cannot be had
    if "suite" in args:
        from refconv.oracle.suites import SUITES

        one_of("suite", args.suite, SUITES)
