"""What is raised for vectors that are damaged, unsafe, or not there."""

from __future__ import annotations

from refconv.errors import RefconvError

__all__ = ["VectorError"]


class VectorError(RefconvError, ValueError):
    """A file of test vectors, or of a program's outputs, that cannot be used; the message begins with its name.

    Examples
    --------
    >>> print(VectorError("x.npy", "the file is cut short.", "80 of 128 bytes", fix="Copy it again."))
    x.npy: the file is cut short.
      80 of 128 bytes
      Copy it again.
    """
