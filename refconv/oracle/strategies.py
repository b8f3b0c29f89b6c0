"""Cases for property tests, drawn and shrunk by Hypothesis (``pip install 'refconv[hypothesis]'``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refconv.missing import needed
from refconv.oracle.cases import Case
from refconv.oracle.draw import draw_case
from refconv.oracle.operations import operation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["cases"]


def cases(op: str, **chosen: Any) -> SearchStrategy[Case]:
    """Return the strategy that draws cases of an operation.

    Parameters
    ----------
    op : str
        A name in `refconv.oracle.operations.OPERATIONS`.
    **chosen
        Fields of the case that are not drawn: ``fill``, ``memory``, ``precision``, ``bias``, ``seed``, ``purpose``.

    Returns
    -------
    SearchStrategy of Case
        Shapes and every option are drawn per axis and per side, and none is rejected.

    Raises
    ------
    ArgumentError
        If there is no such operation.
    MissingLibraryError
        If Hypothesis is not installed.

    Examples
    --------
    >>> from hypothesis import find
    >>> case = find(cases("conv2d"), lambda case: case.plan.axes[1].s > 1)
    >>> case.options["stride"], case.y_shape[:2]
    ((1, 2), (1, 1))
    """
    operation(op)
    needed("hypothesis", "refconv.oracle.strategies", "drawing cases")
    from hypothesis import strategies as st

    @st.composite
    def strategy(draw: Any) -> Case:
        return draw_case(lambda low, high: draw(st.integers(low, high)), op, **chosen)

    return strategy()
