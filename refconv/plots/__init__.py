"""Pictures and films, drawn from what `refconv.arithmetic`, `refconv.networks` and `refconv.oracle` return.

- windows (the taps of one window), matrices (im2col, and convolution as one sparse matrix), phases (space to batch),
  coverage and gridding (what a stack reads, and its holes), checkerboards (what a transposed one writes), widgets
- fields, growth, influence (receptive fields), layer_tables, costs, roofline, errors, curves, images, graph
- style (palette and `Drawing`), films (`Film`), cells (tables of cells on a sheet)

Needs matplotlib (``pip install 'refconv[plots]'``); nothing is imported before the first name is used.
"""

from typing import TYPE_CHECKING

from refconv.lazy import attach

if TYPE_CHECKING:
    from refconv.plots import widgets as widgets
    from refconv.plots.checkerboards import draw_checkerboard as draw_checkerboard
    from refconv.plots.costs import draw_cost_ratio as draw_cost_ratio
    from refconv.plots.costs import draw_costs as draw_costs
    from refconv.plots.coverage import draw_coverage as draw_coverage
    from refconv.plots.curves import draw_curves as draw_curves
    from refconv.plots.errors import draw_errors as draw_errors
    from refconv.plots.fields import draw_field as draw_field
    from refconv.plots.films import Film as Film
    from refconv.plots.graph import draw_network as draw_network
    from refconv.plots.gridding import draw_gridding as draw_gridding
    from refconv.plots.growth import draw_field_growth as draw_field_growth
    from refconv.plots.images import draw_images as draw_images
    from refconv.plots.influence import draw_effective_field as draw_effective_field
    from refconv.plots.layer_bars import draw_layers as draw_layers
    from refconv.plots.layer_tables import layer_table as layer_table
    from refconv.plots.matrices import draw_im2col as draw_im2col
    from refconv.plots.matrices import film_im2col as film_im2col
    from refconv.plots.phases import draw_phases as draw_phases
    from refconv.plots.photos import photo as photo
    from refconv.plots.roofline import Roofline as Roofline
    from refconv.plots.roofline import draw_roofline as draw_roofline
    from refconv.plots.roofline import measure_roofline as measure_roofline
    from refconv.plots.style import Drawing as Drawing
    from refconv.plots.toeplitz import draw_toeplitz as draw_toeplitz
    from refconv.plots.windows import draw_taps as draw_taps
    from refconv.plots.windows import film_taps as film_taps

if not TYPE_CHECKING:  # who sees a __getattr__ takes every misspelt name for right
    __all__, __getattr__, __dir__ = attach(
        __name__,
        {
            "checkerboards": ("draw_checkerboard",),
            "costs": ("draw_cost_ratio", "draw_costs"),
            "coverage": ("draw_coverage",),
            "curves": ("draw_curves",),
            "errors": ("draw_errors",),
            "fields": ("draw_field",),
            "films": ("Film",),
            "graph": ("draw_network",),
            "gridding": ("draw_gridding",),
            "growth": ("draw_field_growth",),
            "images": ("draw_images",),
            "influence": ("draw_effective_field",),
            "layer_bars": ("draw_layers",),
            "layer_tables": ("layer_table",),
            "matrices": ("draw_im2col", "film_im2col"),
            "phases": ("draw_phases",),
            "photos": ("photo",),
            "roofline": ("Roofline", "draw_roofline", "measure_roofline"),
            "style": ("Drawing",),
            "toeplitz": ("draw_toeplitz",),
            "windows": ("draw_taps", "film_taps"),
        },
        modules=("widgets",),
    )
