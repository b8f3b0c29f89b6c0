"""Networks run on numbers: their parameters as arrays, forward and backward, over `refconv.ops`.

parameters (which arrays a network has), execute (the run), rules (a table of what each kind of layer does), and a room
for each group of layers: weighted, pools, norms, activations (with functions), joins, resampling, moves. In measured
the receptive field is what a run says.
"""

from refconv.layers.execute import NetworkGradients, run, run_backward
from refconv.layers.measured import linearised, measured_field
from refconv.layers.parameters import count, initialise

__all__ = ["NetworkGradients", "count", "initialise", "linearised", "measured_field", "run", "run_backward"]
