"""The catalogue of known mistakes: each a sentence, and an edit of the right convolution that makes it.

A mistake is believed only when the convolution it describes returns exactly what the kernel returned.
"""

from __future__ import annotations

from refconv.oracle.mistakes.catalogue import catalogue
from refconv.oracle.mistakes.model import Mistake

__all__ = ["Mistake", "catalogue"]
