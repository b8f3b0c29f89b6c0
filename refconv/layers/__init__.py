"""Layers: with parameters of their own and a training loop, and as the executor of `refconv.networks`.

- modules: `Conv2d`, `DepthwiseSeparableConv2d`, `BatchNorm2d`, `Sequential` and so on; each keeps its parameters,
  runs forward and backward, and takes and gives a PyTorch state dict of arrays; as_network gives a model's records.
- training: losses, `SGD`, `Adam`, and `fit`.
- Networks run on numbers: parameters (which arrays a network has), execute (the run), rules (a table of what each kind
  of layer does), and a room for each group of layers: weighted, pools, norms, activations (with functions), joins,
  resampling, moves. In measured the receptive field is what a run says.
"""

from refconv.layers.execute import NetworkGradients, run, run_backward
from refconv.layers.measured import linearised, measured_field
from refconv.layers.modules.as_network import add_nodes, as_network
from refconv.layers.modules.containers import Branches, Residual, Sequential
from refconv.layers.modules.convs import Conv1d, Conv2d, Conv3d, DepthwiseConv1d, DepthwiseConv2d, DepthwiseConv3d
from refconv.layers.modules.layer import Layer
from refconv.layers.modules.norms import BatchNorm1d, BatchNorm2d, BatchNorm3d
from refconv.layers.modules.pools import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    GlobalAvgPool,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from refconv.layers.modules.separable import (
    DepthwiseSeparableConv1d,
    DepthwiseSeparableConv2d,
    DepthwiseSeparableConv3d,
    DepthwiseSeparableDilatedConv2d,
)
from refconv.layers.modules.simple import Dropout, Flatten, Linear, ReLU, Upsample
from refconv.layers.modules.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from refconv.layers.parameters import count, initialise
from refconv.layers.training.fit import History, evaluate, fit, predict
from refconv.layers.training.losses import CrossEntropy, Loss, MeanSquaredError, softmax
from refconv.layers.training.optimisers import SGD, Adam, Optimiser

__all__ = [
    "SGD",
    "Adam",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Branches",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CrossEntropy",
    "DepthwiseConv1d",
    "DepthwiseConv2d",
    "DepthwiseConv3d",
    "DepthwiseSeparableConv1d",
    "DepthwiseSeparableConv2d",
    "DepthwiseSeparableConv3d",
    "DepthwiseSeparableDilatedConv2d",
    "Dropout",
    "Flatten",
    "GlobalAvgPool",
    "History",
    "Layer",
    "Linear",
    "Loss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MeanSquaredError",
    "NetworkGradients",
    "Optimiser",
    "ReLU",
    "Residual",
    "Sequential",
    "Upsample",
    "add_nodes",
    "as_network",
    "count",
    "evaluate",
    "fit",
    "initialise",
    "linearised",
    "measured_field",
    "predict",
    "run",
    "run_backward",
    "softmax",
]
