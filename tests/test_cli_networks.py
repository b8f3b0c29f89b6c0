"""The commands that answer with numbers, size, rf, cost and network: what they print, and how little they load."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import refconv
from refconv import cli
from refconv.arithmetic import CONVENTIONS
from refconv.networks import Builder, Unsupported, network, network_support, receptive_fields, to_json


def run(capsys, *argv):
    """Run what is written, in one text or as words."""
    code = cli.main([word for words in argv for word in str(words).split()])
    out, err = capsys.readouterr()
    return code, out, err


def document(capsys, *argv, code=0):
    found, out, err = run(capsys, *argv, "--json")
    assert (found, err) == (code, "")
    return json.loads(out)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("224 --kernel 7 --stride 2 --padding 3", {"stride": 2, "padding": 3}),
        ("33 --kernel 3 --dilation 12 --padding same", {"dilation": 12, "padding": "same"}),
        ("6 --kernel 3 --stride 2 --padding 0:1", {"stride": 2, "padding": ((0, 1),)}),
        ("6 --kernel 3 --stride 2 --ceil-mode", {"stride": 2, "ceil_mode": True}),
        (
            "4 --kernel 3 --stride 2 --padding 1 --transposed --output-padding 1",
            {"stride": 2, "padding": 1, "transposed": True, "output_padding": 1},
        ),
        ("4 --kernel 3 --stride 2 --padding same --transposed", {"stride": 2, "padding": "same", "transposed": True}),
    ],
)
def test_size_says_what_output_size_returns(capsys, words, options):
    said = document(capsys, "size", words)
    expected = refconv.output_size(said["input"], said["kernel"], **options)
    assert said["output"] == expected
    _, out, _ = run(capsys, "size", words)
    assert out.splitlines()[0] == str(expected)
    assert f"= {expected}" in out


def test_size_takes_an_axis_each(capsys):
    said = document(capsys, "size 33 65 --kernel 3,5 --padding 1,0:2 --stride 2")
    assert said["output"] == list(refconv.output_size((33, 65), (3, 5), 2, (1, (0, 2))))
    assert (said["kernel"], said["stride"], said["padding"]) == ([3, 5], 2, [1, [0, 2]])
    _, out, _ = run(capsys, "size 33 65 --kernel 3")
    assert [line for line in out.splitlines() if line[0] != " "] == ["H: 31", "W: 63"]


@pytest.mark.parametrize(
    ("words", "padding", "more"),
    [
        ("9 9 --stride 2 --padding 0,1", [0, 1], {}),
        ("8 8 --stride 2 --padding same", [[0, 1], [0, 1]], {}),
        ("8 --stride 2 --padding same", [[0, 1]], {}),
        ("4 --stride 2 --padding 1 --transposed --output-padding 1", 1, {"output_padding": 1}),
        ("6 6 --stride 2 --ceil-mode", 0, {"ceil_mode": True}),
        ("7 --stride 4 --padding 1 --ceil-mode", 1, {"ceil_mode": True}),
    ],
)
def test_size_writes_the_layer_that_was_asked_for(capsys, words, padding, more):
    said = document(capsys, "size", words, "--kernel 3")
    assert said["padding"] == padding
    assert {key: said[key] for key in ("output_padding", "ceil_mode") if key in said} == more
    size = tuple(int(word) for word in words.split(" --")[0].split())
    again = refconv.output_size(size, 3, said["stride"], padding, transposed="transposed" in said["layer"], **more)
    outputs = said["output"] if isinstance(said["output"], list) else [said["output"]] * len(size)
    assert again == tuple(outputs)


def test_size_shows_the_formula_for_letters(capsys):
    assert run(capsys, "size n --kernel k --padding p") == (0, "-k + n + 2*p + 1\n", "")
    said = document(capsys, "size n --kernel 3 --stride 2")
    assert said["output"] == "ceiling(n/2) - 1"


@pytest.mark.parametrize(
    ("words", "inputs"),
    [
        ("112 --kernel 7 --stride 2 --padding 3", range(223, 225)),
        ("3 --kernel 3 --stride 2 --ceil-mode", range(6, 8)),
        ("4 --kernel 3 --stride 3 --padding same", range(10, 13)),
        ("1 --kernel 3 --padding 2", range(0)),
        ("9 --kernel 3 --stride 2 --transposed", range(4, 5)),
        ("8 --kernel 3 --stride 2 --transposed", range(0)),
        ("8 --kernel 3 --stride 2 --transposed --padding same", range(4, 5)),
        ("9 --kernel 3 --stride 2 --transposed --padding same", range(0)),
    ],
)
def test_size_finds_the_inputs(capsys, words, inputs):
    found = document(capsys, "size", "--output", words)["inputs"]
    assert (range(0) if found is None else range(found["first"], found["last"] + 1)) == inputs


def test_size_finds_the_layers(capsys):
    said = document(capsys, "size 224 --output 112 --stride 2")
    assert {"kernel": 7, "stride": 2, "dilation": 1, "padding": 3} in said["layers"]
    for layer in said["layers"]:
        assert refconv.output_size(224, layer["kernel"], 2, layer["padding"], layer["dilation"]) == 112
    assert said["complete"]
    assert run(capsys, "size 5 --output 90 --stride 1 --padding 0") == (0, "none\n", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("size", "neither an input size nor --output"),
        ("size 5", "no kernel size"),
        ("size 5 --kernel 7", "does not fit"),
        ("size 5 --kernel 0", "at least 1"),
        ("size 0 --kernel 3 --padding 2", "at least 1"),
        ("size --output 0 --kernel 7", "1 or more"),
        ("size 5 --kernel 3,3", "kernel_size has 2 entries"),
        ("size 5 --kernel x+", "argument --kernel"),
        ("size 5 --kernel 3 --padding 1:2:3", "argument --padding"),
        ("size 5 --kernel 3 --padding some", "argument --padding"),
        ("size 5 --kernel n==3", "not a number"),
        ("size 5 --kernel 3 --output-padding 1", "--output-padding is for a transposed"),
        ("size 5 --kernel 3 --ceil-mode --transposed", "--ceil-mode is for a pooling"),
        ("size --output 3,4 --kernel 3", "it is one number"),
        ("size 5 --output 3 --padding same", "with padding in numbers"),
        ("rf", "name one network"),
        ("rf vgg16 --stack 3", "name one network"),
        ("rf vgg99", "no architecture known here"),
        ("rf vgg16 --layer zzz", "no layer 'zzz'"),
        ("rf vgg16 --input 3,2,2", "does not fit"),
        ("rf vgg16 --input 3,-2,2", "at least 1"),
        ("rf nowhere.json", "nowhere.json"),
        ("rf pyproject.toml", "a file of a kind unknown here"),
        ("rf --stack 3q4", "'3q4' is no layer"),
        ("rf --stack 3s1s2", "'3s1s2' is no layer"),
        ("rf --stack ,", "there are no layers"),
        ("rf vgg16 --layer pool5 --at 9,9", "is no position"),
        ("rf vgg16 --layer pool5 --at n,0", "--at n, 0 is no position"),
        ("cost vgg16 --batch 0", "--batch is 0"),
        ("cost vgg16 --set element_size=-3", "0 or more"),
        ("network --sizes", "no network to ask about"),
        ("network vgg16 --even", "--even is for --sizes"),
        ("network vgg16 --list", "--list lists all networks"),
        ("cost vgg16 --conventions zzz", "'zzz' is not known"),
        ("cost vgg16 --set zzz=1", "no convention"),
        ("cost vgg16 --set bias=often", "must be a number"),
        ("cost vgg16 --set biases=often", "must be true or false"),
        ("cost vgg16 --set positions=some", "positions is 'some'"),
    ],
)
def test_what_makes_no_sense_is_said(capsys, words, said):
    code, out, err = run(capsys, words)
    assert (code, out) == (2, "")
    assert said in err


def test_rf_says_what_receptive_fields_returns(capsys):
    said = document(capsys, "rf", "vgg16", "--input", "3,96,80")
    assert (said["network"], said["input"]) == ("vgg16", [3, 96, 80])
    fields = receptive_fields(network("vgg16"), (3, 96, 80))
    assert [layer["name"] for layer in said["layers"]] == [field.layer.node.name for field in fields]
    for layer, field in zip(said["layers"], fields, strict=True):
        for part in ("size", "jump", "offset", "padding"):
            values = [float(getattr(axis, part)) for axis in field.axes]
            assert layer[part] == (values[0] if values[0] == values[1] else values)


def test_the_table_of_rf_leaves_out_what_says_nothing(capsys):
    _, short, _ = run(capsys, "rf", "vgg16")
    _, long, _ = run(capsys, "rf", "vgg16", "--all")
    assert "relu1_1" in long
    assert "relu1_1" not in short
    assert "pool5    512x7x7       212    32    15.5       90" in short


def test_rf_draws_what_a_stack_reads(capsys):
    _, out, _ = run(capsys, "rf", "--stack 3d2,3d2 --at 0")
    assert out.splitlines() == ["layer2 at 0 reads 5 input pixels: W 0 to 8, with 4 holes", "# . # . # . # . #"]
    said = document(capsys, "rf --stack 3d2,3d2 --at 0")
    assert said["read"] == [[0], [2], [4], [6], [8]]


def test_rf_at_is_the_support(capsys):
    said = document(capsys, "rf", "vgg16", "--layer", "pool3", "--at", "0,5")
    assert [tuple(pixel) for pixel in said["read"]] == list(network_support(network("vgg16"), "pool3", [(0, 5)]))


def test_an_unsupported_operator_is_named_and_not_guessed(capsys, tmp_path):
    net = Builder("odd", (3, 8, 8))
    x = net.add(Unsupported("Einsum", "no spatial rule"), net.conv("input", 4, 3), name="mix")
    path = tmp_path / "odd.json"
    path.write_text(to_json(net.done(net.conv(x, 4, 3, name="last"))), encoding="utf-8")
    code, out, _ = run(capsys, "rf", path)
    assert code == 1
    assert "mix: Einsum is not supported: no spatial rule" in out
    said = document(capsys, "rf", path, code=1)
    assert [layer["size"] for layer in said["layers"]] == [3, None, None]
    code, out, _ = run(capsys, "cost", path, "--table")
    assert code == 1
    assert "not counted" in out
    assert "mix, last" in out
    assert document(capsys, "cost", path, code=1)["unknown"] == ["mix", "last"]


def test_the_sizes_begin_with_one_of_them(capsys):
    said = document(capsys, "network unet --sizes --even")
    assert said == {"network": "unet", "modulus": 16, "residues": [12], "from": 188, "besides": []}
    said = document(capsys, "network --stack 3s2 --sizes")
    assert (said["modulus"], said["from"]) == (1, 3)


def test_every_document_has_the_same_word_for_an_operation(capsys):
    _, text, _ = run(capsys, "network vgg11 --json")
    words = [node["op"] for node in json.loads(text)["nodes"]]
    assert [layer["op"] for layer in document(capsys, "rf vgg11")["layers"]] == words
    assert [layer["op"] for layer in document(capsys, "cost vgg11")["layers"]] == words


def test_a_file_that_is_no_text_is_named(capsys, tmp_path):
    (tmp_path / "odd.json").write_bytes(b"\xff\xfe\x00")
    code, out, err = run(capsys, "rf", tmp_path / "odd.json")
    assert (code, out, "odd.json is no text" in err) == (2, "", True)


def test_any_letter_is_a_symbol_in_a_shape(capsys):
    assert "1x(x - 2)" in run(capsys, "rf --stack 3 --input x")[1]
    assert document(capsys, "rf vgg11 --input 3x64x96")["input"] == [3, 64, 96]


def test_the_help_of_cost_names_every_convention(capsys):
    _, out, _ = run(capsys, "cost --help")
    assert {word.strip(",") for word in out.split()} >= set(CONVENTIONS)


def test_cost_says_what_is_counted(capsys):
    said = document(capsys, "cost", "vgg16", "--set", "flops_per_mac=1", "--set", "bias=0", "--backward")
    assert said["conventions"]["flops_per_mac"] == 1
    assert said["flops"] == said["macs"] == sum(layer["macs"] for layer in said["layers"])
    assert said["parameters"] == sum(layer["parameters"] for layer in said["layers"])
    assert said["backward"]["macs"] > said["macs"]
    _, out, _ = run(capsys, "cost", "vgg16", "--table", "--batch", "2")
    assert f"{2 * said['macs']:,}" in out
    assert "conv1_1" in out


def test_large_offsets_are_exact(capsys):
    _, out, _ = run(capsys, "rf", "--stack 999999999,2s3 --input 9999999999")
    assert [line.split()[-2] for line in out.splitlines()[3:]] == ["499999999", "499999999.5"]
    _, out, _ = run(capsys, "rf", "--stack 2p1")
    assert out.split()[-2] == "-0.5"


def test_letters_go_through_a_network(capsys):
    said = document(capsys, "cost", "vgg11", "--input", "3,n,n", "--batch", "N")
    assert "N*floor(n/2)**2" in said["layers"][3]["macs"]
    assert document(capsys, "rf", "vgg11", "--input", "3,n,n")["layers"][0]["shape"] == [64, "n", "n"]
    assert "64xnxn" in run(capsys, "rf", "vgg11", "--input", "3,n,n")[1]
    assert "1x(n - 2)" in run(capsys, "rf", "--stack 3 --input n")[1]
    code, _, err = run(capsys, "rf", "unet", "--input", "1,n,n")
    assert (code, "numbers from the first up-sampling on" in err) == (2, True)


def test_network_lists_and_writes(capsys, tmp_path):
    listed = document(capsys, "network", "--list")["networks"]
    assert {"vgg16", "resnet50", "mobilenet_v1", "unet"} <= {one["name"] for one in listed}
    _, out, _ = run(capsys, "network")
    assert "\nvgg11 " in out
    _, text, _ = run(capsys, "network", "vgg11", "--json")
    path = tmp_path / "vgg.json"
    path.write_text(text, encoding="utf-8")
    _, out, _ = run(capsys, "network", path)
    assert out == run(capsys, "network", "vgg11")[1]
    assert "fc8      linear" in out


@pytest.mark.parametrize(
    "words",
    ["size 224 --kernel 3", "size --output 112 --kernel 3", "rf vgg16", "rf --stack 3 --at 0", "cost vgg16 --table"],
)
def test_numbers_need_neither_numpy_nor_sympy(words):
    code = f"""
import sys
from refconv import cli
assert cli.main({words.split()!r}) == 0
heavy = {{"numpy", "sympy", "rich", "scipy", "onnx", "torch"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_what_depends_on_every_pixel_besides_is_said(capsys):
    _, out, _ = run(capsys, "rf efficientnet_b0")
    assert "features.1.0.block.1.multiply and 228 after it depend on every pixel besides" in out
    _, out, _ = run(capsys, "rf efficientnet_b0 --layer classifier.1")
    assert "classifier.1 depends on every pixel besides" in out
