"""The xla dialect against JAX, forward and backward, against XLA itself, and against StableHLO's interpreter.

Every call is compiled anew, which takes a thousand times as long as it runs: many go into one program, most of them
without optimisation. Half of the cases hold integers in floating point, whose sums are exact and must be equal; the
others random numbers, for which both sides' rounding is bounded: ``2 gamma_K sum |x w|``.
"""

from __future__ import annotations

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="the optional tier: pip install jax")
import jax.numpy as jnp  # noqa: E402
from jax._src.interpreters import mlir  # noqa: E402 - the public one cannot make a context
from jax.extend.core import Primitive  # noqa: E402
from jaxlib.mlir import ir  # noqa: E402
from jaxlib.mlir.dialects import stablehlo  # noqa: E402

from refconv.dialects import xla  # noqa: E402
from tests import bounds  # noqa: E402
from tests.draw import from_rng  # noqa: E402
from tests.drawn_xla import WORDS, draw_general, draw_transposed  # noqa: E402
from tests.test_dialect_xla import ONES, REFUSED, assembly  # noqa: E402

pytestmark = pytest.mark.jax
PROGRAM = 60
"""Calls in one compiled program."""
QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
TYPES = (np.float32, np.float64)
WRONG_THERE = {(19160, "dw")}
"""Cases by seed where XLA on the CPU (jaxlib 0.10.2) reads memory that is not its own: jax's dw is a convolution in 2
groups of stride 2, cropped by 2 before and padded by 2 after, of a kernel as long as its input."""
UNKNOWN_THERE = {"window_reversal", "lhs_dilation"}
"""No argument of jax.lax; and a dilation of 2**62, at which it overflows and finds no window."""


@pytest.fixture(autouse=True)
def _double_precision():
    with jax.enable_x64(True):
        yield


def run(function, arguments, options=QUICK):
    return jax.jit(function).lower(arguments).compile(compiler_options=options)(arguments)


def filled(rng, shape, number):
    """Return an array for a program's `number`th case: integers for the even ones, float32 for two of four."""
    values = rng.integers(-9, 10, shape) if number % 2 == 0 else rng.standard_normal(shape)
    return values.astype(TYPES[number // 2 % 2])


def hold(theirs, ours, ours_backward, cases, rng, options=QUICK):
    """Hold a program of calls and their gradients against ours."""
    arguments = []
    for number, case in enumerate(cases):
        lhs, rhs = filled(rng, case.x_shape, number), filled(rng, case.w_shape, number)
        arguments.append((lhs, rhs, filled(rng, ours(lhs, rhs, **case.options).shape, number)))

    def program(arguments):
        found = []
        for (lhs, rhs, dy), case in zip(arguments, cases, strict=True):
            y, pull = jax.vjp(lambda a, b, case=case: theirs(a, b, **case.options), lhs, rhs)
            found.append((y, *pull(dy)))
        return found

    found = run(program, arguments, options)
    for number, ((lhs, rhs, dy), case, right) in enumerate(zip(arguments, cases, found, strict=True)):
        mine = (ours(lhs, rhs, **case.options), *ours_backward(dy, lhs, rhs, **case.options)[:2])
        a, b, c = np.abs(lhs), np.abs(rhs), np.abs(dy)
        sums = (ours(a, b, **case.options), *ours_backward(c, a, b, **case.options)[:2])
        a, b, c = map(np.ones_like, (a, b, c))
        terms = (ours(a, b, **case.options), *ours_backward(c, a, b, **case.options)[:2])
        for name, *each in zip(("y", "dx", "dw"), mine, right, sums, terms, strict=True):
            if (case.seed, name) not in WRONG_THERE:
                compare((name, case), *each, exact=number % 2 == 0)


def compare(what, mine, theirs, sums, terms, *, exact):
    """Assert that two results of so many terms each can both be right; equal where nothing is rounded."""
    theirs = np.asarray(theirs)
    assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype), what
    if exact:
        assert (mine == theirs).all(), what
    else:
        bound = 2 * bounds.gamma(int(terms.max(initial=1)), mine.dtype) * sums
        assert (np.abs(mine - theirs) <= bound).all(), what


PARTS = {1: 20, 2: 11, 3: 3}


@pytest.mark.parametrize(("rank", "part"), [(rank, part) for rank, parts in PARTS.items() for part in range(parts)])
def test_conv_general_dilated(rank, part):
    """34 programs of 60 cases: 2040."""
    rng = np.random.default_rng(1000 * rank + part)
    cases = [draw_general(from_rng(rng), rank) for _ in range(PROGRAM)]
    hold(jax.lax.conv_general_dilated, xla.conv_general_dilated, xla.conv_general_dilated_backward, cases, rng)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_optimised_as_users_have_it(rank):
    rng = np.random.default_rng(4000 + rank)
    cases = [draw_general(from_rng(rng), rank) for _ in range(24)]
    hold(jax.lax.conv_general_dilated, xla.conv_general_dilated, xla.conv_general_dilated_backward, cases, rng, None)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_conv_transpose(rank):
    rng = np.random.default_rng(5000 + rank)
    cases = [draw_transposed(from_rng(rng), rank) for _ in range(PROGRAM)]
    hold(jax.lax.conv_transpose, xla.conv_transpose, xla.conv_transpose_backward, cases, rng)


def test_patches():
    rng = np.random.default_rng(6000)
    calls, arguments = [], []
    for number in range(PROGRAM):
        case = draw_general(from_rng(rng))
        options = {key: value for key, value in case.options.items() if "group" not in key}
        spec = xla.conv_dimension_numbers(case.x_shape, case.w_shape, options["dimension_numbers"])
        calls.append(options | {"filter_shape": tuple(case.w_shape[axis] for axis in spec.rhs_spec[2:])})
        arguments.append(filled(rng, case.x_shape, number))

    def program(arguments):
        each = zip(arguments, calls, strict=True)
        return [jax.lax.conv_general_dilated_patches(lhs, **options) for lhs, options in each]

    for lhs, options, theirs in zip(arguments, calls, run(program, arguments), strict=True):
        mine = xla.conv_general_dilated_patches(lhs, **options)
        assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
        assert (mine == np.asarray(theirs)).all()


def test_shorthands():
    rng = np.random.default_rng(7000)
    lhs, rhs = rng.integers(-9, 10, (2, 3, 6, 7)).astype(float), rng.integers(-9, 10, (4, 3, 3, 2)).astype(float)
    for word in (*WORDS, "same"):
        assert (xla.conv(lhs, rhs, (1, 2), word) == np.asarray(jax.lax.conv(lhs, rhs, (1, 2), word))).all()
    said = (2, 1), [(-1, 2), (0, 3)], (1, 3), (2, 1)
    ours, theirs = (f.conv_with_general_padding(lhs, rhs, *said) for f in (xla, jax.lax))
    assert (ours == np.asarray(theirs)).all()
    numbers = ("CXNY", "OXIY", "XYNC")
    theirs = jax.lax.conv_dimension_numbers(lhs.shape, rhs.shape, numbers)
    assert tuple(xla.conv_dimension_numbers(lhs.shape, rhs.shape, numbers)) == tuple(theirs)
    numbers = ("NCXY", "IXYO", "NCXY")
    theirs = jax.lax.conv_dimension_numbers(lhs.shape, rhs.transpose(1, 2, 3, 0).shape, numbers)
    rhs = rhs.transpose(1, 2, 3, 0)
    ours = [xla.conv_general_dilated(lhs, rhs, (1, 1), "SAME", dimension_numbers=said) for said in (numbers, theirs)]
    assert (ours[0] == ours[1]).all()


@pytest.mark.parametrize(
    ("given", "preferred"),
    [
        *((np.int32, None), (np.int64, None), (np.int8, np.int32), (np.uint8, np.int32), (np.int16, np.float32)),
        *((np.float16, np.float32), (jnp.bfloat16, np.float32), (np.float16, None), (jnp.bfloat16, None)),
        *((np.complex64, None), (np.complex64, np.complex128)),
    ],
)
def test_number_types(given, preferred):
    """Sums of small integers are exact in all of them."""
    rng = np.random.default_rng(8000)
    lhs, rhs = rng.integers(-3, 4, (2, 4, 7)), rng.integers(-3, 4, (6, 2, 3))
    if np.dtype(given).kind == "u":
        lhs, rhs = np.abs(lhs), np.abs(rhs)
    if np.dtype(given).kind == "c":
        lhs, rhs = lhs + 1j * lhs[::-1], rhs - 1j * rhs[::-1]
    lhs, rhs = lhs.astype(given), rhs.astype(given)
    options = {"feature_group_count": 2, "lhs_dilation": (2,), "preferred_element_type": preferred}

    def theirs(a, b):
        return jax.lax.conv_general_dilated(a, b, (1,), [(1, -1)], **options)

    ours, right = xla.conv_general_dilated(lhs, rhs, (1,), [(1, -1)], **options), np.asarray(theirs(lhs, rhs))
    assert ours.dtype == (right.dtype if preferred or right.dtype.kind not in "iu" else np.int64)
    assert (ours == right).all()
    if np.dtype(given).kind not in "iu":
        _, pull = jax.vjp(theirs, lhs, rhs)
        dx, dw, _ = xla.conv_general_dilated_backward(right, lhs, rhs, (1,), [(1, -1)], **options)
        for mine, other in zip((dx, dw), pull(jnp.asarray(right)), strict=True):
            assert mine.dtype == other.dtype
            if np.dtype(given).kind == "c" or preferred or given == np.float16:
                assert (mine == np.asarray(other)).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a stride of 0 divides before it is refused
@pytest.mark.parametrize("change", [change for change, *_ in REFUSED if not {*change} & UNKNOWN_THERE])
def test_jax_refuses_the_same(change):
    with pytest.raises((TypeError, ValueError, RuntimeError, IndexError, AttributeError)):
        jax.lax.conv_general_dilated(**(ONES | change))


def test_words_of_conv_transpose_mean_something_else_in_small_letters():
    """With strides JAX refuses them; without, it silently takes them for the words of a plain convolution."""
    lhs, rhs = np.arange(1.0, 4).reshape(1, 3, 1), np.array([1.0, 10.0]).reshape(2, 1, 1)
    with pytest.raises(ValueError, match="String padding"):
        jax.lax.conv_transpose(lhs, rhs, (2,), "same")
    for word in ("SAME", "VALID"):
        theirs = np.asarray(jax.lax.conv_transpose(lhs, rhs, (1,), word))
        assert (xla.conv_transpose(lhs, rhs, (1,), word) == theirs).all()
        small = np.asarray(jax.lax.conv_transpose(lhs, rhs, (1,), word.lower()))
        assert small.tolist() != theirs.tolist()


@pytest.mark.parametrize(
    ("lhs", "rhs", "padding"),
    [
        ((2, 2, 0), (3, 2, 3), (2, 2)),
        ((0, 2, 5), (3, 2, 3), (0, 0)),
        ((2, 0, 5), (3, 0, 3), (0, 0)),
        ((2, 2, 5), (0, 2, 3), (0, 0)),
        ((2, 2, 2), (3, 2, 3), (0, 0)),
        ((2, 2, 5), (3, 2, 3), (-9, 7)),
    ],
)
def test_sums_of_nothing(lhs, rhs, padding):
    a, b = np.ones(lhs), np.ones(rhs)
    y, pull = jax.vjp(lambda a, b: jax.lax.conv_general_dilated(a, b, (1,), [padding]), a, b)
    mine = xla.conv_general_dilated(a, b, (1,), [padding])
    found = xla.conv_general_dilated_backward(mine, a, b, (1,), [padding])
    for ours, theirs in zip((mine, *found[:2]), (y, *pull(y)), strict=True):
        assert ours.shape == theirs.shape
        assert (ours == np.asarray(theirs)).all()


def program_of(case, numbers):
    """Return the text of a StableHLO function that is this case with these dimension numbers."""
    options, order = case.options, "NC" + numbers[1].translate(str.maketrans("", "", "OI"))
    out = tuple(case.y_shape[order.index(letter)] for letter in numbers[2])
    lhs, rhs, y = (f"tensor<{'x'.join(map(str, shape))}xi64>" for shape in (case.x_shape, case.w_shape, out))
    window = {
        "stride": list(options["window_strides"]),
        "pad": [list(pair) for pair in options["padding"]],
        "lhs_dilate": list(options["lhs_dilation"]),
        "rhs_dilate": list(options["rhs_dilation"]),
        "reverse": list(options["window_reversal"]),
    }
    said = ", ".join(f"{name} = {str(value).lower()}" for name, value in window.items())
    groups = ", ".join(f"{name} = {options[name]} : i64" for name in ("batch_group_count", "feature_group_count"))
    return (
        f"func.func @main(%a: {lhs}, %b: {rhs}) -> {y} {{\n"
        f"  %0 = stablehlo.convolution(%a, %b) dim_numbers = {assembly(numbers, case.rank)}, window = {{{said}}} "
        f"{{{groups}}} : ({lhs}, {rhs}) -> {y}\n  return %0 : {y}\n}}"
    )


def interpreted(text, lhs, rhs):
    """Return what StableHLO's reference interpreter says."""
    with mlir.make_ir_context(), ir.Location.unknown():
        attributes = [ir.DenseElementsAttr.get(np.ascontiguousarray(a)) for a in (lhs, rhs)]
        return np.array(stablehlo.eval_module(ir.Module.parse(text), attributes)[0])


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_the_specifications_interpreter(rank):
    """Integers, windows reversed along any axes, and sizes that leave no window."""
    rng = np.random.default_rng(9000 + rank)
    compared = 0
    for _ in range(420):
        case = draw_general(from_rng(rng), rank, reversal=True)
        if isinstance(case.options["padding"], str):
            continue
        spatial = "XYZ"[:rank]
        lhs, rhs, out = case.options["dimension_numbers"] or ("NC" + spatial, "OI" + spatial, "NC" + spatial)
        # the interpreter aborts where the result's features come before its batch (openxla/stablehlo#3011)
        if out.index("C") < out.index("N"):
            out = out.translate(str.maketrans("NC", "CN"))
        case.options["dimension_numbers"] = numbers = (lhs, rhs, out)
        arrays = case.integers(case.x_shape, case.w_shape)
        ours, theirs = (
            xla.conv_general_dilated(*arrays, **case.options),
            interpreted(program_of(case, numbers), *arrays),
        )
        assert ours.shape == theirs.shape
        assert (ours == theirs).all(), case
        compared += 1
    assert compared > 300


reversed_convolution = Primitive("reversed_convolution")


@reversed_convolution.def_abstract_eval
def _result(lhs, rhs, *, shape, options):
    return lhs.update(shape=shape)


def _lower(context, lhs, rhs, *, shape, options):
    options = dict(options)
    rank = len(options["window_strides"])
    spec = options["spec"]
    numbers = stablehlo.ConvDimensionNumbers.get(
        input_batch_dimension=spec[0][0],
        input_feature_dimension=spec[0][1],
        input_spatial_dimensions=list(spec[0][2:]),
        kernel_output_feature_dimension=spec[1][0],
        kernel_input_feature_dimension=spec[1][1],
        kernel_spatial_dimensions=list(spec[1][2:]),
        output_batch_dimension=spec[2][0],
        output_feature_dimension=spec[2][1],
        output_spatial_dimensions=list(spec[2][2:]),
    )
    y = stablehlo.convolution(
        mlir.aval_to_ir_type(context.module_context, context.avals_out[0]),
        lhs,
        rhs,
        dimension_numbers=numbers,
        feature_group_count=mlir.i64_attr(options["feature_group_count"]),
        batch_group_count=mlir.i64_attr(options["batch_group_count"]),
        window_strides=mlir.dense_int_array(options["window_strides"]),
        padding=mlir.dense_int_elements(np.reshape(options["padding"], (rank, 2))),
        lhs_dilation=mlir.dense_int_array(options["lhs_dilation"]),
        rhs_dilation=mlir.dense_int_array(options["rhs_dilation"]),
        window_reversal=ir.DenseBoolArrayAttr.get(list(options["window_reversal"])),
    )
    return [y]


mlir.register_lowering(reversed_convolution, _lower)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_window_reversal_as_xla_compiles_it(rank):
    """jax.lax cannot say it; XLA and StableHLO can."""
    rng = np.random.default_rng(9500 + rank)
    cases = [draw_general(from_rng(rng), rank, reversal=True) for _ in range(PROGRAM)]
    cases = [case for case in cases if not isinstance(case.options["padding"], str)]
    arrays = [tuple(filled(rng, shape, 0) for shape in (case.x_shape, case.w_shape)) for case in cases]
    ours = [xla.conv_general_dilated(*pair, **case.options) for pair, case in zip(arrays, cases, strict=True)]
    assert len(cases) > 30

    def program(arrays):
        found = []
        for pair, case, mine in zip(arrays, cases, ours, strict=True):
            spec = xla.conv_dimension_numbers(case.x_shape, case.w_shape, case.options["dimension_numbers"])
            options = tuple((case.options | {"spec": tuple(spec)}).items())
            found.append(reversed_convolution.bind(*pair, shape=mine.shape, options=options))
        return found

    for mine, theirs, case in zip(ours, run(program, arrays), cases, strict=True):
        assert (mine == np.asarray(theirs)).all(), case
