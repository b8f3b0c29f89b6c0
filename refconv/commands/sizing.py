"""What `refconv size` answers: a document for programs and words for people."""

from __future__ import annotations

from argparse import Namespace
from itertools import islice
from typing import Any

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.per_axis import entries, letters, resolve
from refconv.commands.tables import plain, table
from refconv.commands.values import as_given
from refconv.errors import ArgumentError
from refconv.networks.axes import is_symbolic, numbers, paddings_of, pool_axes, transposed_axes, window_axes
from refconv.networks.records import Conv, ConvTranspose, Pool

__all__ = ["inputs_for", "layers_between", "outputs_of"]

Answer = tuple[dict[str, Any], str]

MOST = 1000
"""Layers that are listed, at most."""


def outputs_of(args: Namespace) -> Answer:
    """Return the output size along each axis, and the arithmetic."""
    _check_kernel(args)
    axes = _axes(args, tuple(numbers("size", "input", args.input, len(args.input))))
    outs = [axis.n if args.transposed else axis.out for axis in axes]
    names, pads = letters(len(axes), "size"), _pads(args, axes)
    words = "\n".join(
        _shown(args, axis, pad, out, f"{name}: " if len(axes) > 1 else "")
        for name, axis, pad, out in zip(names, axes, pads, outs, strict=True)
    )
    return {**_said(args, axes, pads), "input": as_given(args.input), "output": as_given(outs)}, words + "\n"


def _check_kernel(args: Namespace) -> None:
    if args.kernel is None:
        raise ArgumentError("size", "there is no kernel size.", fix="Add --kernel 3, or what it is.")
    if args.transposed and args.ceil_mode:
        raise ArgumentError("size", "--ceil-mode is for a pooling.", fix="Leave it, or --transposed, out.")
    if args.output_padding and not args.transposed:
        raise ArgumentError("size", "--output-padding is for a transposed convolution.", fix="Add --transposed.")


def _axes(args: Namespace, size: tuple[Any, ...]) -> tuple[Axis, ...]:
    layer: dict[str, Any] = {
        "kernel_size": args.kernel,
        "stride": 1 if args.stride is None else args.stride,
        "padding": 0 if args.padding is None else args.padding,
        "dilation": 1 if args.dilation is None else args.dilation,
    }
    if args.transposed:
        return transposed_axes("size", ConvTranspose(1, **layer, output_padding=args.output_padding), size)
    if args.ceil_mode:
        return pool_axes("size", Pool("max", **layer, ceil_mode=True), size)
    return window_axes("size", Conv(1, **layer), size)


def _pads(args: Namespace, axes: tuple[Axis, ...]) -> list[tuple[Any, Any]]:
    """Return the padding that was asked for, without what output padding and ceil_mode make of it."""
    asked = paddings_of("size", 0 if args.padding is None else args.padding, len(axes))
    along = zip(asked, axes, strict=True)
    return [resolve(entry, axis.n, axis.k, axis.s, axis.d, transposed=args.transposed) for entry, axis in along]


def _said(args: Namespace, axes: tuple[Axis, ...], pads: list[tuple[Any, Any]]) -> dict[str, Any]:
    kind = "transposed convolution" if args.transposed else "pooling" if args.ceil_mode else "convolution"
    shown = [lo if lo == hi else (lo, hi) for lo, hi in pads]
    even = not any(isinstance(one, tuple) for one in shown)
    extra = numbers("size", "output_padding", args.output_padding, len(axes), 0)
    more = {"output_padding": as_given(extra)} if args.transposed else {"ceil_mode": True} if args.ceil_mode else {}
    return {
        "layer": kind,
        "kernel": as_given(axis.k for axis in axes),
        "stride": as_given(axis.s for axis in axes),
        "dilation": as_given(axis.d for axis in axes),
        "padding": as_given(shown) if even else [as_given((one,)) for one in shown],  # [0, 1] would be H and W
        **more,
        "effective_kernel": as_given(axis.span for axis in axes),
    }


def _shown(args: Namespace, axis: Axis, pad: tuple[Any, Any], out: Any, name: str) -> str:
    """Return the answer for one axis, and under it how it comes about."""
    if is_symbolic(out, axis.k, axis.s, axis.d):
        return f"{name}{plain(out)}"
    span = f"  effective kernel size {axis.d}*({axis.k} - 1) + 1 = {axis.span}"
    if args.transposed:
        whole = (axis.out - 1) * axis.s + axis.span
        crop = f"{axis.lo} + {axis.hi}"
        return (
            f"{name}{out}\n{span}\n  ({axis.out} - 1)*{axis.s} + {axis.span} = {whole} before cropping\n"
            f"  padding {crop} (output padding taken off) is cropped: {whole} - {whole - out} = {out}   (R14)"
        )
    hanging = "" if axis.hi == pad[1] else ", the last as far as the last window reaches,"
    left = (axis.padded - axis.span) % axis.s
    those = "the last of them is" if left == 1 else f"the last {left} of them are"
    rest = f"\n  {those} read by no window" if left else ""
    return (
        f"{name}{out}\n  {axis.n} samples and padding {axis.lo} + {axis.hi}{hanging} make {axis.padded}{rest}\n{span}\n"
        f"  floor(({axis.padded} - {axis.span}) / {axis.s}) + 1 = {out} windows fit   (R15)"
    )


def inputs_for(args: Namespace) -> Answer:
    """Return the input sizes that give an output size, along one axis."""
    _check_kernel(args)
    from refconv.arithmetic.inverse.inputs import pooled_input_interval, transposed_input_size

    out = _one(args.output, "--output", 1)
    if isinstance(args.padding, str) and args.padding.startswith("same"):
        return _same_inputs(args, out)
    k, s, d, (lo, hi) = _layer(args)
    if args.transposed:
        n = transposed_input_size(out, k, s, d, lo, hi, _one(args.output_padding, "--output-padding"))
        first, last = (n, n) if n is not None and n >= 1 else (1, 0)
    else:
        first, last = pooled_input_interval(out, k, s, d, lo, hi, args.ceil_mode)
    return _interval(out, max(first, 1), last)


def _same_inputs(args: Namespace, out: int) -> Answer:
    """Return what "same" takes to `out`: as a kernel of one tap does without padding."""
    from refconv.arithmetic.inverse.inputs import input_interval

    stride = _one(1 if args.stride is None else args.stride, "--stride")
    if args.transposed:
        steps, left = divmod(out, stride)
        return _interval(out, steps, steps - bool(left))
    return _interval(out, *(max(end, 1) for end in input_interval(out, 1, stride)))


def _interval(out: int, first: int, last: int) -> Answer:
    inputs = {"first": first, "last": last} if first <= last else None
    words = f"input sizes {first} to {last}" if first < last else f"input size {first}"
    return {"output": out, "inputs": inputs}, (words if inputs else f"no input size gives {out}") + "\n"


def _layer(args: Namespace) -> tuple[int, int, int, tuple[int, int]]:
    """Return the numbers of a layer along one axis."""
    k = _one(args.kernel, "--kernel", 1)
    s = _one(1 if args.stride is None else args.stride, "--stride", 1)
    d = _one(1 if args.dilation is None else args.dilation, "--dilation", 1)
    entry = paddings_of("size", 0 if args.padding is None else args.padding, 1)[0]
    return k, s, d, resolve(entry, 1, k, s, d, transposed=args.transposed)


def _one(value: Any, name: str, least: int = 0) -> int:
    """Return the number along the one axis that an inverse question has."""
    listed = entries(value)
    number = value if listed is None else listed[0]
    if (listed and len(listed) > 1) or is_symbolic(number) or number < least:
        raise ArgumentError("size", f"{name} is {value}.", fix=f"Here it is one number, {least} or more, for one axis.")
    return int(number)


def layers_between(args: Namespace) -> Answer:
    """Return the layers that take an input size to an output size; what is not given is looked for."""
    from refconv.arithmetic.inverse.solve import iter_output_size, iter_transposed_size

    if len(args.input) > 1 or isinstance(args.padding, str) or args.ceil_mode:
        raise ArgumentError(
            "size", "layers are looked for along one axis, with padding in numbers.", fix="Ask for that."
        )
    n, out = _one(args.input, "N", 1), _one(args.output, "--output", 1)
    kernels = range(1, 8) if args.kernel is None else _one(args.kernel, "--kernel", 1)
    strides = range(1, 5) if args.stride is None else _one(args.stride, "--stride", 1)
    dilations = range(1, 3) if args.dilation is None else _one(args.dilation, "--dilation", 1)
    paddings = range(8) if args.padding is None else _one(args.padding, "--padding")
    if args.transposed:
        found = iter_transposed_size(n, out, kernels, strides, dilations, paddings, output_paddings=range(4))
    else:
        found = iter_output_size(n, out, kernels, strides, dilations, paddings)
    listed = list(islice(found, MOST + 1))
    names = ("kernel", "stride", "dilation", "padding", *(["output padding"] if args.transposed else []))
    rows = [(one.k, one.s, one.d, one.lo, one.a)[: len(names)] for one in listed[:MOST]]
    document = {"input": n, "output": out, "layers": [dict(zip(names, row, strict=True)) for row in rows]}
    more = "and more\n" if len(listed) > MOST else ""
    return {**document, "complete": not more}, (table(names, rows, left=0) + more if rows else "none\n")
