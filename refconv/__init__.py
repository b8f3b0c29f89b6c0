"""refconv: the convolution that other people's convolutions are measured against, and the book that explains it.

The house, from the ground up; imports point down, never up:

- `refconv.errors`: what is raised, and what an error says.
- `refconv.arithmetic`: sizes, plans, receptive fields and costs, in pure Python, for ints and for symbols.
- `refconv.networks`: a network as a graph of plain records, published architectures, readers of real models.
- `refconv.symbolic`: proofs, counterexamples and derivations of the formulas, on top of arithmetic.
- `refconv.ops`: the numeric reference: convolution, transposed, depthwise, separable, pooling, and their gradients.
- `refconv.algorithms`: the same answer by other roads; `direct` is the definition.
- `refconv.dialects`: the same in the words of PyTorch, TensorFlow, Keras, JAX, ONNX and WebNN.
- `refconv.layers`: a network run over the reference, forward and backward, and trained.
- `refconv.oracle`: is a kernel right, and if not, what does it do instead: truth, tolerance, diagnosis.
- `refconv.plots`: pictures and animations of all this, drawn from what it computes.
- `refconv.learn`: the exercises behind the notebooks; a wrong answer gets its misconception named.
- `refconv.cli` and `refconv.pytest_plugin`: the same from a shell and in a test.

The names below are loaded when first used, so that `import refconv` costs next to nothing.
"""

from typing import TYPE_CHECKING

from refconv.lazy import attach

if TYPE_CHECKING:
    from refconv import algorithms as algorithms
    from refconv import arithmetic as arithmetic
    from refconv import dialects as dialects
    from refconv import errors as errors
    from refconv import layers as layers
    from refconv import learn as learn
    from refconv import networks as networks
    from refconv import oracle as oracle
    from refconv import plots as plots
    from refconv import symbolic as symbolic
    from refconv.arithmetic.plan import output_size as output_size
    from refconv.errors import *
    from refconv.ops.bilinear import Gradients as Gradients
    from refconv.ops.convolution import *
    from refconv.ops.depthwise import *
    from refconv.ops.engine import engine as engine
    from refconv.ops.explain import explain as explain
    from refconv.ops.pointwise import *
    from refconv.ops.pooling import *
    from refconv.ops.separable import *
    from refconv.ops.transposed import *
    from refconv.ops.unfold import col2im as col2im
    from refconv.ops.unfold import im2col as im2col

__version__ = "0.1.0"


def _ranks(stem: str) -> tuple[str, ...]:
    return tuple(f"{stem}{rank}{end}" for rank in ("", "1d", "2d", "3d") for end in ("", "_backward"))


_HOMES: dict[str, tuple[str, ...]] = {
    "refconv.errors": (
        "ArgumentError",
        "ArgumentTypeError",
        "DTypeError",
        "IntegerOverflowError",
        "RefconvError",
        "ShapeError",
    ),
    "refconv.arithmetic.plan": ("output_size",),
    "refconv.ops.bilinear": ("Gradients",),
    "refconv.ops.convolution": _ranks("conv"),
    "refconv.ops.transposed": _ranks("conv_transpose"),
    "refconv.ops.depthwise": _ranks("depthwise_conv"),
    "refconv.ops.pointwise": _ranks("pointwise_conv"),
    "refconv.ops.separable": ("SeparableGradients", *_ranks("separable_conv")),
    "refconv.ops.pooling": (*_ranks("max_pool"), *_ranks("avg_pool")),
    "refconv.ops.unfold": ("col2im", "im2col"),
    "refconv.ops.engine": ("engine",),
    "refconv.ops.explain": ("explain",),
}
_ROOMS = (
    *("algorithms", "arithmetic", "dialects", "errors", "layers"),
    *("learn", "networks", "oracle", "plots", "symbolic"),
)
if not TYPE_CHECKING:  # who sees a __getattr__ takes every misspelt name for right
    __all__, __getattr__, __dir__ = attach(__name__, _HOMES, _ROOMS)
