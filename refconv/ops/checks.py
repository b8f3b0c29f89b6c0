"""Shapes against shapes: one check each, with the arithmetic in its message."""

from __future__ import annotations

from refconv.errors import ShapeError

__all__ = [
    "check_bias",
    "check_channels",
    "check_depthwise",
    "check_pointwise",
    "check_rank",
    "check_shape",
    "check_sizes",
    "check_transposed_channels",
]


def check_rank(op: str, name: str, shape: tuple[int, ...], axes: str, rank: int) -> None:
    """Raise unless an array has as many axes as its layout has letters."""
    if len(shape) == rank:
        return
    missing = rank - len(shape)
    raise ShapeError(
        op,
        f"{name} must have {rank} axes {axes}, but its shape is {shape}: {len(shape)} axes.",
        fix=f"Add the {missing} missing, such as {name}[{', '.join(['np.newaxis'] * missing)}]."
        if missing > 0
        else f"Take {-missing} away, or use the operation for more spatial axes.",
    )


def check_sizes(op: str, name: str, shape: tuple[int, ...], axes: str, allowed_empty: str = "") -> None:
    """Raise where an axis other than the batch is empty."""
    for letter, size in zip(axes, shape, strict=True):
        if size == 0 and letter not in allowed_empty:
            raise ShapeError(
                op,
                f"{name} has size 0 along {letter}.",
                f"{name}.shape = {shape}, in the order {axes}",
                fix="Only the batch N may be empty; every other axis needs at least 1.",
            )


def check_shape(op: str, name: str, shape: tuple[int, ...], expected: tuple[int, ...], why: str) -> None:
    """Raise unless a shape is exactly the expected one; nothing is broadcast."""
    if shape != expected:
        raise ShapeError(
            op,
            f"{name} has the wrong shape.",
            f"{name}.shape = {shape}",
            f"needed: {expected}, the shape of {why}.",
            fix="Nothing is broadcast: reshape or expand it yourself if that is what you mean.",
        )


def check_bias(op: str, name: str, shape: tuple[int, ...], count: int) -> None:
    """Raise unless b has one entry per output channel."""
    if shape != (count,):
        raise ShapeError(
            op,
            f"{name} must have one entry per output channel.",
            f"{name}.shape = {shape}, output channels = {count}",
            fix=f"Take shape ({count},). Nothing is broadcast.",
        )


def check_channels(op: str, channels: int, kernel: tuple[int, ...], groups: int, names: tuple[str, str, str]) -> None:
    """Raise unless x's channels, the filters (O, C/G) and the groups go together; `names` of w, b and x."""
    filters, reads = kernel
    name, _, x = names
    if channels == reads * groups and filters % groups == 0:
        return
    works, rest = divmod(channels, reads)
    works = 0 if rest or filters % max(works, 1) else works
    if channels % groups:
        problem, lines = _indivisible(f"channels of {x}", channels, groups)
    elif filters % groups:
        problem, lines = _indivisible(f"filters of {name}", filters, groups)
    else:
        problem = f"a filter of {name} must read the channels of one group of {x}."
        lines = [
            f"{x} has C = {channels} channels, groups = {groups}  ->  C/G = {channels // groups}",
            f"{name} is (O, C/G) = {kernel}  ->  C/G = {reads}",
            f"needed: {channels // groups} == {reads}.",
        ]
    raise ShapeError(
        op,
        problem,
        *lines,
        fix=f"With these arrays groups={works} works."
        if works
        else f"Make C = groups*{reads}, and O a multiple of groups.",
        fixes=[{"groups": works}] if works else None,
    )


def check_transposed_channels(op: str, channels: int, kernel: tuple[int, ...], groups: int) -> None:
    """Raise unless x's channels, the filters (C, O/G) of a transposed convolution and the groups go together."""
    if channels != kernel[0]:
        raise ShapeError(
            op,
            "w must have filters for each channel of x.",
            f"x has C = {channels} channels, w is (C, O/G) = {kernel}",
            f"needed: {channels} == {kernel[0]}.",
            fix="The input channels come first here; for another order of axes use kernel_layout.",
        )
    if channels % groups:
        problem, lines = _indivisible("channels of x", channels, groups)
        raise ShapeError(op, problem, *lines, fix="With groups=1 it works.", fixes=[{"groups": 1}])


def _indivisible(what: str, count: int, groups: int) -> tuple[str, list[str]]:
    arithmetic = f"{count} = {count // groups}*{groups} + {count % groups}"
    return f"the {count} {what} cannot be split into {groups} groups.", [arithmetic]


def check_depthwise(op: str, name: str, channels: int, rows: int) -> None:
    """Raise unless a depthwise kernel (C, M, ...) has a row for each channel of x."""
    if channels != rows:
        raise ShapeError(
            op,
            f"{name} must have filters for each channel of x.",
            f"x has C = {channels} channels, {name} is (C, multiplier, ...) with C = {rows}",
            f"needed: {channels} == {rows}.",
            fix=f"Take {name} of shape ({channels}, multiplier, ...).",
        )


def check_pointwise(op: str, name: str, kernel_size: tuple[int, ...]) -> None:
    """Raise unless a kernel has one tap."""
    if any(k != 1 for k in kernel_size):
        raise ShapeError(
            op,
            f"{name} must have kernel size 1 along every axis.",
            f"kernel size = {kernel_size}",
            fix="A pointwise step only mixes channels; use conv for a kernel with more taps.",
        )
