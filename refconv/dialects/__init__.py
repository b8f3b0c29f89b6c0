"""Other frameworks' words for the same operations: their names, defaults and layouts, refconv's numbers.

One file each: `torch` (torch.nn.functional), `tensorflow` (tf.nn), `keras` (keras.ops), `xla` (jax.lax and StableHLO),
`onnx` (nodes and models) and `webnn` (MLGraphBuilder). Each says what that framework *should* return, by its own
documentation; docs/disagreements.md lists where released versions do not. None of the frameworks is needed, and arrays
are NumPy's.
"""

from refconv.lazy import attach

__all__, __getattr__, __dir__ = attach(__name__, {}, ("keras", "onnx", "tensorflow", "torch", "webnn", "xla"))
