"""README.txt, which stands in every folder of vectors: what a programmer in C or Rust has to know."""

from __future__ import annotations

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

parameters.txt has op, precision, x_shape, w_shape and y_shape (N, C and the sizes), bias (1: there is one),
and what the operation has of stride, padding (before and after the first axis, before and after the second,
...; negative: cropped), dilation, groups, padding_mode, output_padding. Lines are under 500 characters.

Write what your program computes to OUTPUTS/NAME/y.npy, and gradients, if it has them, to dx.npy, dw.npy and
db.npy there; or to OUTPUTS/NAME.npz, with members y, dx, dw, db. List cases that it does not support in
OUTPUTS/skipped.txt, one a line: the name, and why. Then run:  refconv vectors check VECTORS OUTPUTS
"""

FILES = """\
NAME/*.npy           x, the kernel w, the bias b{dy}; y.truth.npy is what y should be ({kind}),
                     y.error_bound.npy how sure that is{gradients}"""

ARCHIVES = """\
NAME/vectors.npz     members x, the kernel w, the bias b{dy}; y.truth is what y should be ({kind}),
                     y.error_bound how sure that is{gradients}"""


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
    return TEXT.format(
        op=folder.op,
        precision=folder.precision,
        suite=folder.suite,
        seed=folder.seed,
        version=folder.refconv,
        count=len(folder.cases),
        files=files,
    )
