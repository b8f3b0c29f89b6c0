"""manifest.json: what is written follows the published schema; what a stranger breaks is refused in a sentence."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.oracle.cases import Case
from refconv.oracle.operations import OPERATIONS
from refconv.oracle.precision import PRECISIONS
from refconv.oracle.suites import suite
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.fields import Node, read_json
from refconv.oracle.vectors.manifest import MANIFEST, folder_of, read_manifest
from refconv.oracle.vectors.write import write

jsonschema = pytest.importorskip("jsonschema", reason="the tests' extra: pip install refconv[test]")
SCHEMA = json.loads((Path(refconv.__file__).parent / "oracle" / "vectors" / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

CASE = Case("conv1d", (2, 4, 6), (6, 2, 3), {"stride": (2,), "padding": ((1, 2),), "groups": 2}, purpose="a look")


def document_of(path):
    return json.loads((path / MANIFEST).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The manifest of one small case with everything in it."""
    path = tmp_path_factory.mktemp("vectors")
    write(path, "conv1d", suite="mine", cases=[CASE], npz=True)
    return document_of(path)


def read(document):
    return folder_of(Node("manifest.json", "", document))


def test_the_schema_is_one_and_describes_every_field():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def undescribed(schema, where):
        for name, field in schema.get("properties", {}).items():
            target = SCHEMA["$defs"].get(field.get("$ref", "").removeprefix("#/$defs/"), {})
            if where[-1:] not in (["x"], ["w"], ["b"], ["dy"], ["value"]) and name != "dtype":
                assert field.get("description") or target.get("description"), [*where, name]
            undescribed(field, [*where, name])

    undescribed(SCHEMA, [])
    for name, definition in SCHEMA["$defs"].items():
        assert definition["description"]
        undescribed(definition, [name])


def test_the_schema_knows_every_name():
    assert set(SCHEMA["properties"]["op"]["enum"]) == set(OPERATIONS)
    assert set(SCHEMA["properties"]["precision"]["enum"]) == set(PRECISIONS)
    inner = SCHEMA["$defs"]["parameters"]["properties"]
    assert set(inner["options"]["properties"]) == {name for op in OPERATIONS.values() for name in op.parameters}
    assert set(inner) == set(CASE.parameters())


WHOLE = [name for name, kept in PRECISIONS.items() if kept.is_integer]


@pytest.mark.parametrize("op", OPERATIONS)
@pytest.mark.parametrize("npz", [False, True])
def test_what_is_written_follows_the_schema_and_is_read(tmp_path, op, npz):
    cases = suite("quick", op)[::4]
    summary = write(tmp_path, op, npz=npz, cases=cases)
    document = document_of(tmp_path)
    VALIDATOR.validate(document)
    folder = read_manifest(tmp_path)
    assert summary.cases == len(folder.cases) == len(cases)
    assert folder.as_json() == document


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision_follows_the_schema_and_is_read(tmp_path, precision):
    cases = suite("quick", "conv1d", precision=precision, seed=3)[::3]
    write(tmp_path, "conv1d", precision=precision, seed=3, cases=cases)
    VALIDATOR.validate(document_of(tmp_path))
    folder = read_manifest(tmp_path)
    assert (folder.precision, folder.seed) == (precision, 3)
    kinds = {array.dtype for vector in folder.cases for array in vector.arrays.values()}
    assert kinds == {PRECISIONS[precision].dtype}
    values = {result.arrays["value"].dtype for vector in folder.cases for result in vector.truth.values()}
    assert values == {"int64" if precision in WHOLE else "float64"}


def paths(value, here=()):
    """Yield the way to every field and entry of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield (*here, key)
        yield from paths(part, (*here, key))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def changed(document, path, value):
    new = copy.deepcopy(document)
    at(new, path[:-1])[path[-1]] = value
    return new


def refused(document):
    """Whether the reader refuses a document, in a sentence and with advice; what it takes, the schema takes too."""
    try:
        read(document)
    except VectorError as error:
        said = str(error)
    else:
        VALIDATOR.validate(document)
        return False
    assert said.startswith("manifest.json: ")
    assert len(said.splitlines()) >= 2
    return True


OPTIONAL = {"member", "residual"}
ONE_OF_SEVERAL = {("cases", 0, "truth", of) for of in ("y", "dx", "dw", "db")}


def test_every_field_is_needed(written):
    assert not refused(written)
    for path in paths(written):
        new = copy.deepcopy(written)
        del at(new, path[:-1])[path[-1]]
        assert refused(new) or path[-1] in OPTIONAL or path in ONE_OF_SEVERAL, path


def test_no_field_has_another_type(written):
    others = (None, True, 0, -7, 1.5, "", "x", [], ["x"], {}, {"x": 1})
    for path in paths(written):
        for value in others:
            if type(value) is not type(at(written, path)):
                assert refused(changed(written, path, value)), (path, value)


def test_no_field_is_out_of_range(written):
    numbers = (-(2**80), -(2**31), 2**64, 10**4000)
    texts = ("", "\0", "..", "../x", "/x", "a\nb", "é" * 2, "x" * 10_000, "\ud800")
    for path in paths(written):
        value = at(written, path)
        for other in numbers if type(value) is int else texts if isinstance(value, str) else ():
            words = path[-1] == "purpose" and other in ("", "..", "../x", "/x", "éé")
            assert refused(changed(written, path, other)) or words, (path, str(other)[:20])
        if isinstance(value, list):
            assert refused(changed(written, path, value * 20)), path
        if isinstance(value, dict):
            assert refused(changed(written, path, {**value, "more": 1})), path


def test_no_size_can_be_another_unnoticed(written):
    for path in paths(written):
        if path[-2:-1] in (("x_shape",), ("w_shape",), ("shape",)):
            assert refused(changed(written, path, at(written, path) + 1)), path


@pytest.fixture(scope="module")
def small(written):
    """The same with y and dx alone."""
    new = copy.deepcopy(written)
    for of in ("dw", "db"):
        del new["cases"][0]["truth"][of]
    assert not refused(new)
    return new


@given(data=st.data())
def test_any_changes_at_all_are_read_or_refused(small, data):
    """Values from elsewhere in the document, and any JSON, anywhere."""
    new = small
    for _ in range(data.draw(st.integers(1, 4))):
        places = list(paths(new))
        place, other = (data.draw(st.sampled_from(places)) for _ in range(2))
        scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
        new = changed(new, place, copy.deepcopy(data.draw(st.just(at(new, other)) | scalars)))
    assert refused(new) in (True, False)


@given(data=st.data())
def test_flipped_bytes_of_a_manifest_are_read_or_refused(small, tmp_path_factory, data):
    folder = Path(tmp_path_factory.getbasetemp())
    raw = bytearray(json.dumps(small).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw
    (folder / MANIFEST).write_bytes(bytes(cut))
    with contextlib.suppress(VectorError):
        read_manifest(folder)


TEXTS = {
    "nothing": ("", "not JSON"),
    "half of it": ('{"format": "refconv-vectors", "ver', "not JSON"),
    "another encoding": ('{"format": "é"}'.encode("latin-1"), "not JSON"),
    "UTF-16": ("{}".encode("utf-16"), "not JSON"),
    "NaN": ('{"format": NaN}', "NaN is no number"),
    "Infinity": ('{"format": [Infinity]}', "Infinity is no number"),
    "a field twice": ('{"format": 1, "format": 2}', "two fields"),
    "deeper than any stack": ("[" * 100_000, "not JSON"),
    "a number of many digits": ('{"format": ' + "9" * 5000 + "}", "not JSON"),
    "a list": ("[]", "no manifest of vectors"),
    "a text": ('"refconv-vectors"', "no manifest of vectors"),
    "another format": ('{"format": "vectors"}', "no manifest of vectors"),
    "no version": ('{"format": "refconv-vectors"}', "version must be 1"),
    "version 0": ('{"format": "refconv-vectors", "version": 0}', "version must be 1"),
    "version true": ('{"format": "refconv-vectors", "version": true}', "version must be 1"),
    "version 2": ('{"format": "refconv-vectors", "version": 2}', "Install a newer refconv"),
    "no cases": ('{"format": "refconv-vectors", "version": 1, "op": "conv2d"}', "refconv is missing"),
}


@pytest.mark.parametrize("what", TEXTS)
def test_each_damage_has_its_error(tmp_path, what):
    text, said = TEXTS[what]
    (tmp_path / MANIFEST).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(VectorError, match=r"manifest\.json: ") as caught:
        read_manifest(tmp_path)
    assert said in str(caught.value)


def test_a_large_manifest_is_not_read(tmp_path):
    (tmp_path / MANIFEST).write_text(" " * 1001, encoding="utf-8")
    with pytest.raises(VectorError, match="1001 bytes, more than the limit of 1000"):
        read_json(tmp_path / MANIFEST, limit=1000)


def test_sizes_are_summed_before_anything_is_read(written):
    total = sum(array.nbytes for array in read(written).cases[0].files)
    folder_of(Node("manifest.json", "", written), limit=total)
    with pytest.raises(VectorError, match=f"{total} bytes, more than the limit of {total - 1}"):
        folder_of(Node("manifest.json", "", written), limit=total - 1)


def test_numbers_that_no_call_has_are_told(written):
    options = ("cases", 0, "parameters", "options")
    for name, value, said in (
        ("dilation", [9], "does not fit"),
        ("groups", 3, "groups"),
        ("padding", [[-9, 0]], "does not fit"),
        ("stride", [0], "from 1"),
        ("stride", [1, 1], "array of 1 entries"),
    ):
        with pytest.raises(VectorError, match=said):
            read(changed(written, (*options, name), value))
    with pytest.raises(VectorError, match="larger than any case"):
        read(changed(written, ("cases", 0, "parameters", "x_shape"), [2**31 - 1] * 3))


def test_types_and_truths_that_no_case_has_are_told(written):
    with pytest.raises(VectorError, match="dtype is float64, but it must be float32"):
        read(changed(written, ("cases", 0, "arrays", "x", "dtype"), "float64"))
    with pytest.raises(VectorError, match="dtype is int64, but it must be float64"):
        read(changed(written, ("cases", 0, "truth", "y", "value", "dtype"), "int64"))
    with pytest.raises(VectorError, match="truth must be an object with y, dx, dw or db"):
        read(changed(written, ("cases", 0, "truth"), {}))


def test_two_cases_of_one_name_are_refused(written):
    twice = copy.deepcopy(written)
    twice["cases"].append(copy.deepcopy(twice["cases"][0]))
    with pytest.raises(VectorError, match="two cases are called"):
        read(twice)
    twice["cases"][1]["name"] = twice["cases"][0]["name"].upper()
    with pytest.raises(VectorError, match="two cases are called"):
        read(twice)
