"""Other frameworks' words for the same operations: their names, defaults and layouts, refconv's numbers.

One file each: `torch` (torch.nn.functional), `tensorflow` (tf.nn), `keras` (keras.ops), `xla` (jax.lax and StableHLO),
`onnx` (nodes and models) and `webnn` (MLGraphBuilder). Each says what that framework *should* return, by its own
documentation; docs/disagreements.md lists where released versions do not. None of the frameworks is needed, and arrays
are NumPy's.
"""

from typing import TYPE_CHECKING

from refconv.lazy import attach

if TYPE_CHECKING:
    from refconv.dialects import keras as keras
    from refconv.dialects import onnx as onnx
    from refconv.dialects import tensorflow as tensorflow
    from refconv.dialects import torch as torch
    from refconv.dialects import webnn as webnn
    from refconv.dialects import xla as xla

if not TYPE_CHECKING:  # who sees a __getattr__ takes every misspelt name for right
    __all__, __getattr__, __dir__ = attach(__name__, {}, ("keras", "onnx", "tensorflow", "torch", "webnn", "xla"))
