"""The oracle in other frameworks' words: every dialect's own functions pass, and what is broken in them is named."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import refconv
from refconv import cli
from refconv.dialects import keras, onnx, tensorflow, torch, webnn, xla
from refconv.errors import ArgumentError, RefconvError
from refconv.oracle import check, identify
from refconv.oracle.calling import CONVENTIONS, Refused
from refconv.oracle.calling_dialects import DIALECTS, said_in, wording_of
from refconv.oracle.cases import Case
from refconv.oracle.kernel import Kernel
from refconv.oracle.operations import OPERATIONS, operation
from refconv.oracle.suites import suite
from refconv.oracle.wordings.model import Asked
from tests.draw import draw_convolution, draw_transposed, from_rng

SPOKEN = DIALECTS[1:]


def has(dialect, op):
    try:
        wording_of(dialect, operation(op))
    except ArgumentError:
        return False
    return True


PAIRS = [(dialect, op) for dialect in SPOKEN for op in OPERATIONS if has(dialect, op)]
PLANAR = [(dialect, op) for dialect, op in PAIRS if op.endswith("2d")]


def ours(dialect, op):
    """Return refconv's own function of a dialect for an operation, and that of its gradients, if there is one."""
    if dialect == "onnx":
        return onnx.run_node, None
    module, name = import_module(f"refconv.dialects.{dialect}"), wording_of(dialect, operation(op)).function
    return getattr(module, name), getattr(module, f"{name}_backward", None)


@pytest.mark.parametrize(("dialect", "op"), PAIRS, ids=map("-".join, PAIRS))
def test_every_function_of_every_dialect_passes(dialect, op):
    fn, backward = ours(dialect, op)
    assert (backward is None) == (dialect in ("onnx", "webnn"))
    cases = suite("quick", op)[:: 1 if op.endswith("2d") else 3]
    report = check(fn, op, dialect=dialect, backward=backward, cases=cases)
    assert report.passed, str(report)
    assert report.cases > len(cases) // 3
    assert {"y", *(("dx", "dw") if backward else ())} <= set(report.results)
    assert report.environment["dialect"] == dialect


def test_which_operations_a_dialect_has():
    missing = {dialect: [op for op in OPERATIONS if not has(dialect, op)] for dialect in SPOKEN}
    assert missing["torch"] == missing["xla"] == missing["onnx"] == []
    assert missing["tensorflow"] == ["depthwise_conv1d", "depthwise_conv3d"]
    assert missing["keras"] == ["depthwise_conv3d"]
    assert missing["webnn"] == [op for op in OPERATIONS if not op.endswith("2d")]


def variants(options):
    """Yield drawn options, and the same with padding that more dialects have words for."""
    yield options
    rank, pairs = len(options["stride"]), options["padding"]
    usual = {name: value for name, value in options.items() if name != "padding_mode"}
    yield usual
    yield usual | {"padding": ((0, 0),) * rank}
    yield usual | {"padding": tuple((max(lo, 0),) * 2 for lo, _ in pairs)}
    yield usual | {"padding": tuple((max(lo, 0), max(hi, 0)) for lo, hi in pairs), "dilation": (1,) * rank}
    for word in ("valid", "same_upper", "same_lower"):
        yield usual | {"padding": word} | ({"output_padding": (0,) * rank} if "output_padding" in usual else {})


@pytest.mark.parametrize("dialect", SPOKEN)
@pytest.mark.parametrize("transposed", [False, True])
def test_what_is_said_means_what_was_asked(dialect, transposed):
    """Drawn calls, through the wording and the dialect's function, equal refconv's own, exactly."""
    rng = np.random.default_rng(len(dialect))
    said = 0
    for _ in range(80):
        drawn = (draw_transposed if transposed else draw_convolution)(from_rng(rng))
        op = f"conv{'_transpose' if transposed else ''}{drawn.rank}d"
        if not has(dialect, op):
            continue
        kernel = Kernel.of(ours(dialect, op)[0], op, dialect=dialect)
        for options in variants(drawn.options):
            case = Case(op, drawn.x_shape, drawn.w_shape, options, seed=drawn.seed, precision="int64")
            try:
                arrays = case.arrays()  # raises where the numbers do not go together any more
                outcome = kernel.call(case, arrays)
            except (Refused, RefconvError):
                continue
            assert outcome.kind == "returned", (case.name, outcome.message)
            b = arrays.b if kernel.forms.bias else None
            assert np.array_equal(outcome.results["y"], case.operation.forward(arrays.x, arrays.w, b, **case.options))
            said += 1
    assert said > 30


LEFT_OUT = {
    "torch": ["padding that differs per side", "negative padding", '"same" takes none'],
    "tensorflow": ["bias: the kernel takes none", "padding_mode", "negative padding", "same_lower"],
    "keras": ["padding in numbers: Keras takes words only", "padding_mode", "bias"],
    "xla": ["padding_mode", "bias", "words that differ per axis"],
    "onnx": ["padding_mode", "negative padding"],
    "webnn": ["padding_mode", "negative padding", "WebNN has no word for it"],
}


@pytest.mark.parametrize("dialect", SPOKEN)
def test_what_a_dialect_cannot_say_is_left_out_and_said(dialect):
    fn, _ = ours(dialect, "conv2d")
    report = check(fn, dialect=dialect)
    assert report.passed
    for part in LEFT_OUT[dialect]:
        assert any(part in reason for reason in report.left_out), (part, report.left_out)
    asked = len(suite("default", "conv2d"))
    lost = sum(int(reason.rpartition("(")[2].split()[0]) for reason in report.left_out if "case" in reason)
    assert report.cases + lost == asked


# Broken kernels, each in its dialect.


def swapped_strides(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):  # noqa: A002
    return torch.conv2d(input, weight, bias, stride[::-1], padding, dilation, groups)


def same_is_lower(input, filters, strides, padding, data_format="NHWC", dilations=None):  # noqa: A002
    if padding != "SAME":
        return tensorflow.conv2d(input, filters, strides, padding, data_format, dilations)
    groups = input.shape[-1] // filters.shape[2]
    how = dict(layout="NHWC", kernel_layout="HWIO", groups=groups)
    return refconv.conv2d(input, filters, None, strides, "same_lower", dilations, **how)


def depthwise_without_dilation(input, filter, strides, padding, data_format="NHWC", dilations=None):  # noqa: A002
    return tensorflow.depthwise_conv2d(input, filter, strides, padding, data_format)


def flipped(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    return keras.conv(inputs, kernel[::-1, ::-1], strides, padding, data_format, dilation_rate)


def flipped_back(lhs, rhs, strides, padding, rhs_dilation=None, dimension_numbers=None, transpose_kernel=False):
    rhs = rhs[..., ::-1, ::-1]
    return xla.conv_transpose(lhs, rhs, strides, padding, rhs_dilation, dimension_numbers, transpose_kernel)


def without_bias(op_type, inputs, attributes):
    return onnx.run_node(op_type, inputs[:2], attributes)


def sides_exchanged(op_type, inputs, attributes):
    other = {"SAME_UPPER": "SAME_LOWER", "SAME_LOWER": "SAME_UPPER"}
    word = attributes.get("auto_pad", "NOTSET")
    return onnx.run_node(op_type, inputs, {**attributes, "auto_pad": other.get(word, word)})


def without_dilation(input, filter, options=None):  # noqa: A002
    return webnn.conv2d(input, filter, {**options, "dilations": [1, 1]})


def filters_last(input, filter, options=None):  # noqa: A002
    return webnn.conv2d(input, filter, {**options, "filterLayout": "ohwi"})


def channels_first(input, filters, strides, padding, data_format="NHWC", dilations=None):  # noqa: A002
    groups = input.shape[1] // filters.shape[2]
    padding = {"VALID": "valid", "SAME": "same"}[padding] if isinstance(padding, str) else padding[1:3]
    return refconv.conv2d(input, filters, None, strides, padding, dilations, groups, kernel_layout="HWIO")


BROKEN = [
    ("torch", "conv2d", swapped_strides, "parameters_swapped_between_axes", "the strides of H and W"),
    ("tensorflow", "conv2d", same_is_lower, "same_sides_swapped", "same_upper"),
    ("tensorflow", "depthwise_conv2d", depthwise_without_dilation, "dilation_ignored", "dilation is ignored"),
    ("tensorflow", "conv2d", channels_first, "layout", "x is taken as NCHW"),
    ("keras", "conv2d", flipped, "kernel_flipped", "the kernel is flipped"),
    ("xla", "conv_transpose2d", flipped_back, "kernel_flipped", "the kernel is flipped"),
    ("onnx", "conv2d", without_bias, "bias_missing", "the bias is not added"),
    ("onnx", "conv2d", sides_exchanged, "same_sides_swapped", "same_upper"),
    ("webnn", "conv2d", without_dilation, "dilation_ignored", "dilation is ignored"),
    ("webnn", "conv2d", filters_last, "layout", "w is taken as OHWI"),
]


@pytest.mark.parametrize(
    ("dialect", "op", "fn", "cause", "sentence"), BROKEN, ids=[each[2].__name__ for each in BROKEN]
)
def test_what_is_broken_is_named(dialect, op, fn, cause, sentence):
    report = check(fn, op, dialect=dialect, shrink=False)
    assert not report.passed
    assert [found.cause for found in report.diagnosis] == [cause], str(report)
    assert sentence in report.diagnosis[0].sentence


def test_a_broken_gradient_is_named():
    def doubled(dy, input, filters, **how):  # noqa: A002
        found = tensorflow.conv2d_backward(dy, input, filters, **how)
        return found._replace(dw=found.dw[::-1])

    report = check(tensorflow.conv2d, dialect="tensorflow", backward=doubled, suite="quick")
    assert {failure.of for failure in report.failures} == {"dw"}
    assert "flipped" in report.diagnosis[0].sentence


def test_failures_shrink_in_a_dialect_too():
    report = check(flipped, dialect="keras", suite="quick")
    assert any(failure.smallest is not None and failure.smallest.x_shape[0] == 1 for failure in report.failures)


# What a kernel takes.


def test_an_argument_that_the_kernel_has_not_is_left_out():
    def plain(input, filters, strides, padding):  # noqa: A002
        return tensorflow.conv2d(input, filters, strides, padding)

    report = check(plain, dialect="tensorflow", suite="quick")
    assert report.passed
    assert any(reason.startswith("dilations: the kernel has no such parameter") for reason in report.left_out)


def test_a_kernel_may_take_no_bias_and_any_keyword():
    def loose(input, weight, **how):  # noqa: A002
        return torch.conv1d(input, weight, **how)

    options = {"padding": ((1, 1),), "stride": (2,)}
    shown = [options, options | {"padding_mode": "reflect"}]
    report = check(loose, "conv1d", dialect="torch", cases=[Case("conv1d", (1, 2, 5), (2, 2, 3), o) for o in shown])
    assert report.passed
    assert report.left_out == (
        "bias: the kernel takes none",
        "padding_mode: the kernel has no such parameter (1 case)",
    )


def test_padding_modes_are_for_kernels_that_name_them():
    report = check(torch.conv2d, dialect="torch")
    assert report.passed
    assert not any(reason.startswith("padding_mode") for reason in report.left_out)


def test_gradients_with_fewer_arguments():
    def back(dy, input, filters, strides, padding):  # noqa: A002
        return tensorflow.conv2d_backward(dy, input, filters, strides, padding)

    report = check(tensorflow.conv2d, dialect="tensorflow", backward=back, suite="quick")
    assert report.passed
    assert 0 < report.results["dx"] < report.results["y"]
    assert any(reason.startswith("gradients: dilations") for reason in report.left_out)


def test_what_a_kernel_writes_to_its_inputs_is_seen_through_the_layout():
    def writes(input, filters, strides, padding, data_format="NHWC", dilations=None):  # noqa: A002
        y = tensorflow.conv2d(input, filters, strides, padding, data_format, dilations)
        filters[...] = 0
        return y

    report = check(writes, dialect="tensorflow", suite="quick")
    assert {failure.kind for failure in report.failures} == {"wrote"}
    assert report.diagnosis[0].sentence == "it writes to its input w"


def test_arrays_are_handed_over_in_the_dialects_order_and_contiguous():
    seen = []

    def looks(input, filters, strides, padding, data_format="NHWC", dilations=None):  # noqa: A002
        seen.append((input.shape, filters.shape, input.flags.c_contiguous, filters.flags.c_contiguous))
        input.shape = input.shape  # its own affair
        return tensorflow.conv2d(input, filters, strides, padding, data_format, dilations)

    case = Case("conv2d", (1, 4, 5, 6), (8, 2, 3, 2), {"stride": (1, 1), "groups": 2}, bias=False)
    assert check(looks, dialect="tensorflow", cases=[case]).passed
    assert set(seen) == {((1, 5, 6, 4), (3, 2, 2, 8), True, True)}


def test_results_of_every_kind_are_judged():
    wrong = {"type": lambda y: "y", "shape": lambda y: y[0], "wrong": lambda y: y + 1}
    for kind, change in wrong.items():

        def returns(input, filters, strides, padding, data_format="NHWC", dilations=None, change=change):  # noqa: A002
            return change(tensorflow.conv2d(input, filters, strides, padding, data_format, dilations))

        report = check(returns, dialect="tensorflow", cases=suite("quick", "conv2d")[:3], shrink=False)
        assert {failure.kind for failure in report.failures} == {kind}


def test_impossible_arguments_in_a_dialect():
    def careless(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):  # noqa: A002
        stride, dilation = (tuple(max(entry, 1) for entry in each) for each in (stride, dilation))
        return torch.conv2d(input, weight, bias, stride, padding, dilation, max(groups, 1))

    report = check(careless, dialect="torch", suite="quick", strict=True)
    assert [found.cause for found in report.diagnosis] == ["invalid_argument_accepted"]
    assert check(torch.conv2d, dialect="torch", suite="quick", strict=True).passed
    assert check(tensorflow.conv2d, dialect="tensorflow", suite="quick", strict=True).passed


def test_in_a_process_of_its_own():
    target = "refconv.dialects.tensorflow:conv2d"
    report = check(target, dialect="tensorflow", suite="quick", isolate=True, backward=target + "_backward")
    alone = check(target, dialect="tensorflow", suite="quick", backward=target + "_backward")
    assert report.passed
    assert (report.cases, report.left_out, report.results) == (alone.cases, alone.left_out, alone.results)


def test_names_that_are_none():
    with pytest.raises(ArgumentError, match="Did you mean 'tensorflow'"):
        check(tensorflow.conv2d, dialect="tensorfow")
    with pytest.raises(ArgumentError, match=r"webnn has no conv1d.*\n.*conv2d"):
        check(webnn.conv2d, "conv1d", dialect="webnn")
    with pytest.raises(ArgumentError, match="dialect"):
        identify(tensorflow.conv2d, dialect="tf")


# Identification.


@pytest.mark.parametrize(("dialect", "op"), PLANAR, ids=map("-".join, PLANAR))
def test_our_functions_are_identified_as_what_they_are(dialect, op):
    fn, backward = ours(dialect, op)
    found = identify(fn, op, dialect=dialect)
    assert found.right, found.sentences
    for of in ("dx", "dw") if backward else ():
        assert identify(fn, op, of=of, gradients=backward, dialect=dialect).right


def test_identify_says_what_a_broken_kernel_does():
    assert identify(flipped, dialect="keras").sentences == ("the kernel is flipped",)
    assert identify(channels_first, dialect="tensorflow").sentences == ("x is taken as NCHW",)
    assert identify(channels_first, dialect="tensorflow").layouts == {"x": "NCHW", "w": "HWIO"}
    asked = identify(torch.conv2d, dialect="torch", padding=((1, 2), (0, 0)))
    assert "differs per side" in asked.sentences[0]


# Conventions: which arrays, beside which words.


def test_conventions_and_dialects_are_apart():
    kernel = Kernel.of(tensorflow.conv2d, "conv2d", dialect="tensorflow", convention="plain")
    assert (kernel.convention.name, kernel.dialect, kernel.has_gradients) == ("plain", "tensorflow", False)
    assert Kernel.of(tensorflow.conv2d, "conv2d").convention.name == "plain"
    assert set(CONVENTIONS) == {"auto", "plain", "torch", "jax", "tensorflow"}


@pytest.fixture
def fake_jax(monkeypatch):
    """A module jax with a vjp by refconv's own gradients of the XLA dialect."""
    module = ModuleType("jax")
    module.numpy = SimpleNamespace(asarray=np.asarray)

    def vjp(function, *leaves):
        calls = []
        monkeypatch.setattr(xla, "conv_general_dilated", lambda *operands, **how: calls.append((operands, how)))
        function(*leaves)
        monkeypatch.undo()
        (operands, how), *_ = calls
        y = xla.conv_general_dilated(*operands, **how)
        return y, lambda dy: xla.conv_general_dilated_backward(dy, *operands, **how)[:2]

    module.vjp = vjp
    sys.modules["jax"] = module
    yield module
    del sys.modules["jax"]


def test_gradients_of_what_jax_defines(fake_jax):
    if hasattr(fake_jax, "__version__"):
        pytest.skip("the real one is tested by `pytest -m jax`")

    def conv(lhs, rhs, window_strides, padding, rhs_dilation=None, dimension_numbers=None, feature_group_count=1):
        how = dict(rhs_dilation=rhs_dilation, dimension_numbers=dimension_numbers)
        return xla.conv_general_dilated(
            lhs, rhs, window_strides, padding, feature_group_count=feature_group_count, **how
        )

    conv.__module__ = "jax._src.lax"
    report = check(conv, dialect="xla", suite="quick")
    assert report.passed, str(report)
    assert report.results["dx"] == report.results["dw"] == report.results["y"] > 30


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")  # the framework's own, at import
def test_pytorchs_own_functions_in_its_words():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    for rank in (1, 2):
        report = check(f"torch.nn.functional:conv{rank}d", f"conv{rank}d", dialect="torch")
        assert report.passed, str(report)
        assert report.results["dw"] == report.results["y"]
    report = check("torch.nn.functional:conv_transpose2d", "conv_transpose2d", dialect="torch")
    assert report.passed, str(report)


@pytest.mark.jax
@pytest.mark.filterwarnings("ignore")  # the framework's own, at import
def test_jaxs_own_functions_in_xlas_words():
    pytest.importorskip("jax", reason="JAX is not installed")
    report = check("jax.lax:conv_general_dilated", dialect="xla", suite="quick")
    assert report.passed, str(report)
    assert report.results["dw"] == report.results["y"]
    report = check("jax.lax:conv_transpose", "conv_transpose2d", dialect="xla", suite="quick")
    assert report.passed, str(report)


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")  # the framework's own, at import
def test_tensorflows_and_keras_own_functions():
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed", exc_type=ImportError)
    for dialect, op, target in (
        ("tensorflow", "conv2d", "tensorflow:nn.conv2d"),
        ("tensorflow", "conv2d", "tensorflow.nn:conv2d"),
        ("tensorflow", "conv_transpose2d", "tensorflow:nn.conv2d_transpose"),
        ("keras", "conv2d", "keras.ops:conv"),
    ):
        # the CPU has no gradients of others
        whole = [case for case in suite("quick", op) if case.options["groups"] == max(case.options["dilation"]) == 1]
        report = check(target, op, dialect=dialect, cases=whole)
        assert report.passed, str(report)
        assert report.results["dw"] == report.results["y"] > 5


# Vectors.


def program(home, outputs, dialect, change=None):
    """Compute what a program would that knows the dialect and reads nothing but parameters and arrays."""
    manifest = json.loads((home / "manifest.json").read_text(encoding="utf-8"))
    fn, _ = ours(dialect, manifest["op"])
    for case in manifest["cases"]:
        arrays = {name: np.load(home / said["file"]) for name, said in case["arrays"].items()}
        wording = wording_of(dialect, operation(manifest["op"]))
        bias = (arrays.get("b"),) if wording.bias else ()
        call = dict(case["call"])
        if "dimension_numbers" in call:
            call["dimension_numbers"] = tuple(call["dimension_numbers"])
        y = wording.hand(fn, (arrays["x"], arrays["w"]), bias, call)
        (outputs / case["name"]).mkdir(parents=True)
        np.save(outputs / case["name"] / "y.npy", y if change is None else change(y))
    return manifest


@pytest.mark.parametrize(("dialect", "op"), PLANAR, ids=map("-".join, PLANAR))
def test_vectors_go_round_in_every_dialect(tmp_path, dialect, op):
    from refconv.oracle import vectors

    jsonschema = pytest.importorskip("jsonschema")
    written = vectors.write(tmp_path / "vectors", op, dialect=dialect, npz=False, gradients=False)
    manifest = program(tmp_path / "vectors", tmp_path / "outputs", dialect)
    schema = Path(refconv.__file__).parent / "oracle" / "vectors" / "schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(manifest)
    assert manifest["dialect"]["name"] == dialect
    report = vectors.check(tmp_path / "vectors", tmp_path / "outputs")
    assert report.passed, str(report)
    assert report.results["y"] == written.cases == len(manifest["cases"])
    assert report.environment["dialect"] == dialect
    assert len(written.left_out) == len({line.split("(")[0] for line in written.left_out})


@pytest.fixture(scope="module")
def keras_vectors(tmp_path_factory):
    from refconv.oracle import vectors

    home = tmp_path_factory.mktemp("vectors")
    written = vectors.write(home, "conv2d", dialect="keras", npz=True)
    return home, written


def test_what_vectors_in_a_dialect_hold(keras_vectors):
    home, written = keras_vectors
    assert any("Keras takes words only" in reason for reason in written.left_out)
    names = (home / "cases.txt").read_text().split()
    said = {name: (home / name / "parameters.txt").read_text() for name in names}
    assert any("\npadding same\n" in text for text in said.values())
    assert all("\nfunction conv\n" in text and "\nbias 0\n" in text for text in said.values())
    manifest = json.loads((home / "manifest.json").read_text())
    assert manifest["dialect"] == {"name": "keras", "function": "conv", "x": "NHWC", "w": "HWIO"}
    case = manifest["cases"][0]
    assert case["arrays"]["x"]["shape"] == [case["parameters"]["x_shape"][axis] for axis in (0, 2, 3, 1)]
    assert "words of keras: x, y, dx and dy are NHWC" in (home / "README.txt").read_text()


@pytest.mark.parametrize("change", ["transposed", "flipped", "gradients"])
def test_wrong_outputs_in_a_dialect_are_told(keras_vectors, tmp_path, change):
    from refconv.oracle import vectors
    from refconv.oracle.vectors.manifest import read_manifest

    home, _ = keras_vectors
    results = {}
    for vector in read_manifest(home).cases:
        x, w, _, dy = vector.case.arrays()
        how = dict(layout="NHWC", kernel_layout="HWIO", **vector.case.options)
        x, dy, w = np.moveaxis(x, 1, -1), np.moveaxis(dy, 1, -1), w.transpose(2, 3, 1, 0)
        right = refconv.conv2d(x, w[::-1] if change == "flipped" else w, None, **how)
        results[f"{vector.name}/y"] = np.moveaxis(right, -1, 1) if change == "transposed" else right
        if change == "gradients":
            dx, dw, _ = refconv.conv2d_backward(dy, x, w, **how)
            results |= {f"{vector.name}/dx": dx, f"{vector.name}/dw": dw}
    np.savez(tmp_path / "outputs.npz", **results)
    report = vectors.check(home, tmp_path / "outputs.npz")
    if change == "gradients":
        assert report.passed, str(report)
        assert report.results["dw"] == report.results["y"]
        return
    if change == "transposed":
        failure = next(failure for failure in report.failures if failure.kind == "shape")
        n, channels, *sizes = failure.case.y_shape
        assert f"but it should be {(n, *sizes, channels)}" in failure.message
    else:
        assert [found.cause for found in report.diagnosis] == ["kernel_flipped"]


def test_a_dialects_manifest_is_not_trusted(keras_vectors):
    from refconv.oracle.vectors.errors import VectorError
    from refconv.oracle.vectors.fields import Node
    from refconv.oracle.vectors.manifest import folder_of

    home, _ = keras_vectors
    text = (home / "manifest.json").read_text()
    folder_of(Node("manifest.json", "", json.loads(text)))

    def spoil(change):
        document = json.loads(text)
        change(document)
        with pytest.raises(VectorError) as caught:
            folder_of(Node("manifest.json", "", document))
        return str(caught.value)

    def tell(**changed):
        return lambda document: document["cases"][0]["call"].update(changed)

    assert "is not how keras says" in spoil(tell(strides=[7, 7]))
    assert "is not how keras says" in spoil(tell(padding="SAME"))
    assert "is not how keras says" in spoil(tell(more=1))
    assert "is not how keras says" in spoil(lambda d: d["cases"][0].update(call=None))
    assert "call is missing" in spoil(lambda d: d["cases"][0].pop("call"))
    assert "shape" in spoil(lambda d: d["dialect"].update(name="torch", function="conv2d", x="NCHW", w="OIHW"))
    assert "must be one of HWIO" in spoil(lambda d: d["dialect"].update(w="OIHW"))
    assert "must be one of torch" in spoil(lambda d: d["dialect"].update(name="refconv"))
    assert "no field known here" in spoil(lambda d: d.pop("dialect"))


def test_nothing_that_a_dialect_can_say():
    from refconv.oracle import vectors

    case = Case("conv2d", (1, 1, 5, 5), (1, 1, 3, 3), {"padding": ((1, 0), (0, 0))})
    with pytest.raises(ArgumentError, match="Keras takes words only"):
        vectors.write("nowhere", "conv2d", dialect="keras", cases=[case])


# The command line, the plugin.


def test_the_command_line_knows_the_dialects(tmp_path, capsys):
    from refconv.commands import options

    assert options.DIALECTS == DIALECTS
    assert options.CONVENTIONS == CONVENTIONS
    target = "refconv.dialects.tensorflow:conv2d"
    assert cli.main(["check", target, "--dialect", "tensorflow", "--suite", "quick", "--quiet"]) == 0
    assert cli.main(["identify", target, "--dialect", "tensorflow"]) == 0
    assert cli.main(["identify", target, "--dialect", "tensorflow", "--of", "dx"]) == 2
    capsys.readouterr()
    home = str(tmp_path / "v")
    assert cli.main(["vectors", "write", home, "--dialect", "webnn", "--no-gradients", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["dialect"], said["cases"] > 20, bool(said["left_out"])) == ("webnn", True, True)
    assert cli.main(["vectors", "write", home, "--dialect", "webnn", "--no-gradients"]) == 0
    assert "left out: padding_mode: WebNN's conv2d pads with zeros" in capsys.readouterr().out


def test_the_plugin_passes_a_dialect_on(request):
    from refconv.pytest_plugin import settings_of

    report = settings_of(request.node, fn=webnn.conv2d, suite="quick", dialect="webnn").run()
    assert report.passed
    assert report.environment["dialect"] == "webnn"


# Wordings.


def test_examples_of_what_is_said():
    case = Case("conv1d", (1, 2, 9), (4, 2, 3), {"stride": (2,), "padding": "causal", "dilation": (2,)})
    assert said_in(wording_of("keras", case.operation), case)["padding"] == "causal"
    with pytest.raises(Refused, match="causal"):
        said_in(wording_of("onnx", case.operation), case)
    asked = Asked.of(operation("conv_transpose2d"), (1, 2, 3, 3), (2, 3, 3, 3), {"stride": 2, "padding": "same"})
    assert asked.pairs == ((0, 1), (0, 1))
    assert wording_of("tensorflow", asked.operation).say(asked)["output_shape"] == [1, 6, 6, 3]
    strided = Asked.of(operation("conv_transpose1d"), (1, 1, 3), (1, 1, 1), {"stride": (3,), "padding": "same"})
    with pytest.raises(Refused, match="negative"):
        wording_of("onnx", strided.operation).say(strided)


@pytest.mark.parametrize(("dialect", "op"), PAIRS, ids=map("-".join, PAIRS))
def test_arrays_come_back_as_they_left(dialect, op):
    wording, rng = wording_of(dialect, operation(op)), np.random.default_rng(0)
    axes = (3, 4, 5)[: operation(op).rank]
    for name, shape in (("x", (2, 6, *axes)), ("w", (6, 7, *axes)), ("b", (7,))):
        array = rng.integers(0, 9, shape)
        there = wording.leave(name, array)
        assert there.shape == wording.shape(name, shape)
        assert np.array_equal(wording.enter(name, there, shape), array)
