"""How the receptive field grows with depth: of several networks or stacks in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from refconv.arithmetic import ReceptiveField
from refconv.errors import ArgumentError
from refconv.networks import Conv, ConvTranspose, Pool, receptive_fields
from refconv.plots.curves import draw_curves
from refconv.plots.given import NetworkLike, resolved, stack_in
from refconv.plots.style import Drawing, in_style

__all__ = ["draw_field_growth", "field_growth"]


@in_style
def draw_field_growth(
    networks: Mapping[str, NetworkLike] | Sequence[str] | str,
    *,
    axis: int = -1,
    size: Sequence[int] | None = None,
    log: bool | str = False,
    marks: Mapping[str, float] | None = None,
    title: str = "",
    width: float = 7.0,
    height: float = 4.0,
) -> Drawing:
    """Draw the size of the receptive field against depth.

    Depth counts convolutions and poolings along the longest path; of several layers as deep the largest field is
    drawn. What is behind a global pooling is left out.

    Parameters
    ----------
    networks : dict, or sequence of str
        By label each network, by its name or as records, or stack of layers; or only names.
    axis : int
        Along which axis; by default the last.
    size : sequence of int, optional
        The size of the networks' input along each axis.
    log : bool or {"x", "y", "both"}
        Which axis is logarithmic; True is y.
    marks : dict, optional
        Levels to draw across, such as the size of the input.
    title : str
        Above.
    width, height : float
        The size in inches.

    Returns
    -------
    Drawing
        `shown` has for each label depths and sizes.

    Examples
    --------
    >>> drawing = draw_field_growth({"plain": [(3, 1, 1)] * 3, "dilated": [(3, 1, 1), (3, 1, 2), (3, 1, 4)]})
    >>> drawing.shown["dilated"]
    (array([0., 1., 2., 3.]), array([ 1.,  3.,  7., 15.]))
    """
    if isinstance(networks, str):
        networks = [networks]
    if not isinstance(networks, Mapping | Sequence):
        problem = f"networks is {networks!r}."
        raise ArgumentError("draw_field_growth", problem, fix='Give names, or {"a name": network}.')
    given: Mapping[str, Any] = networks if isinstance(networks, Mapping) else {name: name for name in networks}
    series = {label: field_growth(each, axis=axis, size=size) for label, each in given.items()}
    return draw_curves(
        series,
        xlabel="convolutions and poolings",
        ylabel="receptive field, pixels",
        log=log,
        marks=marks,
        title=title,
        width=width,
        height=height,
    )


def field_growth(
    network: NetworkLike, *, axis: int = -1, size: Sequence[int] | None = None
) -> tuple[list[int], list[int]]:
    """Return depths and the sizes of the receptive field there.

    Examples
    --------
    >>> field_growth("vgg16")[1][-3:]
    [164, 196, 212]
    """
    stack = stack_in(network)
    if stack is not None:
        field, sizes = ReceptiveField(), [1]
        for layer in stack:
            field = field.through(layer)
            sizes.append(field.size)
        return list(range(len(sizes))), sizes
    deep, largest = {"input": 0}, {0: 1}
    for found in receptive_fields(resolved(network, size)):
        node = found.layer.node
        known = [deep[name] for name in node.inputs if name in deep]
        shape = found.layer.shape or ()
        if found.axes is None or not known or len(shape) == 1 or set(shape[1:]) == {1}:
            continue
        depth = max(known) + isinstance(node.operation, Conv | ConvTranspose | Pool)
        deep[node.name] = depth
        here = found.axes[axis].size
        if here is not None:
            largest[depth] = max(largest.get(depth, 1), int(here))
    depths = sorted(largest)
    return depths, [largest[depth] for depth in depths]
