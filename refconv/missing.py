"""Libraries that only parts of refconv need: which extra brings each, and what is said where one is not installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from refconv.errors import RefconvError

__all__ = ["EXTRAS", "MissingLibraryError", "how_to_install", "missing", "needed"]

EXTRAS = {
    "PIL": "plots",
    "hypothesis": "hypothesis",
    "ipywidgets": "notebooks",
    "jax": "jax",
    "matplotlib": "plots",
    "ml_dtypes": "bfloat16",
    "networkx": "plots",
    "onnx": "onnx",
    "scipy": "scipy",
    "sklearn": "notebooks",
    "sympy": "sympy",
    "tensorflow": "tensorflow",
    "torch": "torch",
}
"""For each library, by the name that it is imported by, the extra of refconv that brings it."""

_CALLED = {"PIL": "Pillow", "sklearn": "scikit-learn"}
"""Those that are installed by another name."""


class MissingLibraryError(RefconvError, ModuleNotFoundError):
    """A library that refconv itself does without is not installed."""


def how_to_install(library: str) -> str:
    """Return what to do where a library is not installed.

    Examples
    --------
    >>> how_to_install("networkx")
    "Run: pip install 'refconv[plots]'."
    """
    return f"Run: pip install 'refconv[{EXTRAS[library]}]'."


def missing(library: str, op: str, what: str, kind: type[RefconvError] = MissingLibraryError) -> RefconvError:
    """Return the error for a library that is not installed.

    Parameters
    ----------
    library : str
        A key of `EXTRAS`.
    op : str
        The operation the caller called.
    what : str
        What needs the library, in the singular.
    kind : type of RefconvError
        Which error.

    Examples
    --------
    >>> print(missing("sklearn", "photo", "this photograph"))
    photo: this photograph needs scikit-learn, which is not installed.
      Run: pip install 'refconv[notebooks]'.
    """
    problem = f"{what} needs {_CALLED.get(library, library)}, which is not installed."
    return kind(op, problem, fix=how_to_install(library))


def needed(library: str, op: str, what: str, kind: type[RefconvError] = MissingLibraryError) -> Any:
    """Return a library, or raise the error of `missing`.

    Examples
    --------
    >>> needed("sympy", "prove", "a proof").__name__
    'sympy'
    """
    try:
        return import_module(library)
    except ImportError as error:
        raise missing(library, op, what, kind) from error
