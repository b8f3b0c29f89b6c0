"""README.txt, which stands in every folder of vectors: what a programmer in C or Rust has to know."""

from __future__ import annotations

from refconv.oracle.operations import operation
from refconv.oracle.precision import precision
from refconv.oracle.vectors.judgement import accepted_types
from refconv.oracle.vectors.records import Folder

__all__ = ["readme"]

TEXT = """\
Test vectors for {op} ({precision}, suite {suite}, seed {seed}), written by refconv {version}.

cases.txt            the names of the {count} cases, one a line; each is the name of a folder
NAME/parameters.txt  the call: one parameter a line, its name and then its values, blanks between them
{files}
manifest.json        all of this, with digests, for programs that read JSON (schema: refconv's schema.json)

A .npy file has 10 bytes (\\x93NUMPY, 1, 0, and the length of the header in two bytes, low byte first), the
header (text like {{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4, 5, 5), }}), then the elements,
little-endian, the last axis fastest. '<f4' is float32. bfloat16 stands as uint16 ('<u2'), bit for bit.

{parameters}

{meaning}
Write what your program computes to OUTPUTS/NAME/y.npy, and gradients, if it has them, to dx.npy, dw.npy and
db.npy there; or to OUTPUTS/NAME.npz, with members y, dx, dw, db; or all of it to one OUTPUTS/outputs.npz, with
members NAME/y and so on. Their type is {types}. List cases that it does not support in
OUTPUTS/skipped.txt, one a line: the name, and why. Then run:  refconv vectors check VECTORS OUTPUTS
"""

PARAMETERS = """\
parameters.txt has op, precision, x_shape, w_shape and y_shape (N, C and the sizes), bias (1: there is one),
and what the operation has of stride, padding (before and after the first axis, before and after the second,
...; negative: cropped), dilation, groups, padding_mode, output_padding. Lines are under 500 characters."""

SPOKEN = """\
These vectors are in the words of {name}: x, y, dx and dy are {x}, w and dw are {w}.
parameters.txt has op, precision, x_shape, w_shape and y_shape in these orders, bias (1: there is one), and the
arguments of {name}'s {function} by name, the entries of lists in order; true is 1. manifest.json has the same
arguments as lists, as "call", and refconv's own, as "parameters". Lines are under 500 characters."""

DEFINED = """\
What the arguments mean is what {name}'s documentation of {function} says.
"""

FILES = """\
NAME/*.npy           x, the kernel w, the bias b{dy}; y.truth.npy is what y should be ({kind}),
                     y.error_bound.npy how sure that is; y.magnitude.npy and y.spread.npy (sums of the products'
                     sizes, roots of the sums of their squares) are for the judge, as is y.residual.npy, where
                     there is one: what the truth has beyond y.truth{gradients}"""

ARCHIVES = """\
NAME/vectors.npz     members x, the kernel w, the bias b{dy}; y.truth is what y should be ({kind}),
                     y.error_bound how sure that is; y.magnitude and y.spread (sums of the products' sizes,
                     roots of the sums of their squares) are for the judge, as is y.residual, where there is
                     one: what the truth has beyond y.truth{gradients}"""

MEANING = {
    "conv": """\
w is (O, C/G, K...), G being groups: filter o reads the C/G channels of its group. The kernel is not flipped
(cross-correlation): y[n,o,i] = b[o] + sum over c and k of w[o,c,k] * x[n, group's c, stride i + dilation k - before].
""",
    "pointwise_conv": """\
w is (O, C/G, 1...), G being groups: filter o reads the C/G channels of its group. There is no padding:
y[n,o,i] = b[o] + sum over c of w[o,c,0] * x[n, group's c, stride i].
""",
    "depthwise_conv": """\
w is (C, M, K...): channel c has M kernels of its own, and their results are the channels c M + m of y. The kernel is
not flipped (cross-correlation):
y[n, c M + m, i] = b[c M + m] + sum over k of w[c,m,k] * x[n, c, stride i + dilation k - before].
""",
    "conv_transpose": """\
w is (C, O/G, K...), G being groups: channel c of x adds to the O/G channels of y in its group. It adds
w[c,o,k] * x[n,c,i] to y[n, group's o, stride i + dilation k - before]; b[o] is added once. padding is what is taken
off the result, before and after; output_padding is how much longer the result is at its end.
""",
}

MODES = """\
padding_mode: zeros; reflect (a b c: b a b c b, the edge not repeated); replicate (the edge repeated); circular.
"""


def readme(folder: Folder, *, gradients: bool, npz: bool) -> str:
    """Return the text for a folder.

    Examples
    --------
    >>> print(readme(Folder("0.1.0", "conv2d", "quick", "float32", 0, ()), gradients=True, npz=False).splitlines()[0])
    Test vectors for conv2d (float32, suite quick, seed 0), written by refconv 0.1.0.
    """
    files = (ARCHIVES if npz else FILES).format(
        dy=", and dy, the gradient of y" if gradients else "",
        gradients="; dx, dw and db likewise" if gradients else "",
        kind="int64" if folder.precision.startswith("int") else "float64",
    )
    family = operation(folder.op).family
    modes = "padding_mode" in operation(folder.op).parameters
    spoken = folder.spoken
    return TEXT.format(
        parameters=PARAMETERS if spoken is None else SPOKEN.format(**spoken),
        meaning=MEANING[family] + (MODES if modes else "") if spoken is None else DEFINED.format(**spoken),
        types=" or ".join(accepted_types(precision(folder.precision))),
        op=folder.op,
        precision=folder.precision,
        suite=folder.suite,
        seed=folder.seed,
        version=folder.refconv,
        count=len(folder.cases),
        files=files,
    )
