"""The rounding bounds that tests compare with: from theory, never from what happened to pass.

A sum of K products and a bias, in any order, errs by at most ``gamma_{K+1} (|b| + sum |x w|)`` with
``gamma_m = m u / (1 - m u)``, u the unit roundoff (Higham, Accuracy and Stability of Numerical Algorithms, ch. 3).
Where the sums are rounded to a shorter type at the end, that is one relative rounding more.
"""

from __future__ import annotations

import ml_dtypes
import numpy as np


def unit_roundoff(dtype) -> float:
    return float(ml_dtypes.finfo(dtype).eps) / 2


def gamma(terms: int, dtype) -> float:
    """Return gamma_m; a complex product is four real ones and two sums, so six roundings a term are granted."""
    real = np.empty(0, dtype).real.dtype if np.dtype(dtype).kind == "c" else np.dtype(dtype)
    roundings = terms * 6 if np.dtype(dtype).kind == "c" else terms
    return roundings * unit_roundoff(real) / (1 - roundings * unit_roundoff(real))
