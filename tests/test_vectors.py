"""Test vectors: what is written comes back, bit for bit, and outputs are judged as a kernel's results would be."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tracemalloc
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refconv.errors import ArgumentError
from refconv.oracle.cases import Case
from refconv.oracle.precision import PRECISIONS
from refconv.oracle.report.model import Report
from refconv.oracle.suites import suite
from refconv.oracle.vectors import check, outputs, write
from refconv.oracle.vectors.archive import Archive
from refconv.oracle.vectors.claim import FIRST_LINE, UNFINISHED
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.judgement import accepted_types
from refconv.oracle.vectors.load import load_inputs, load_truth
from refconv.oracle.vectors.manifest import MANIFEST, read_manifest
from refconv.oracle.vectors.outputs import Outputs
from refconv.oracle.vectors.plain import plain
from refconv.oracle.vectors.records import TRUTH_ARRAYS

CASES = [
    Case("conv2d", (2, 4, 5, 6), (6, 2, 3, 2), {"stride": (2, 1), "padding": ((1, 0), (0, 2)), "groups": 2}),
    Case("conv2d", (1, 3, 6, 7), (2, 3, 3, 2), {"padding": "same", "dilation": (1, 2)}, fill="normal", bias=False),
    Case("conv2d", (1, 3, 6, 7), (2, 3, 3, 3), {"padding": (1, "same")}, fill="cancellation"),
]


def outputs_of(case, *, dtype=None):
    """What a right program makes of a case: the truth, rounded to its type."""
    kept = PRECISIONS[case.precision]
    kinds = ["y", "dx", "dw", *(["db"] if case.bias else [])]
    results = {of: case.truth(of, method="exact") for of in kinds}
    return {of: np.asarray(result.rounded(dtype or kept.numpy_dtype)) for of, result in results.items()}


def stored(array):
    return array.view(np.uint16) if array.dtype.name == "bfloat16" else array


def put(folder, name, results):
    for of, array in results.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        np.save(folder / name / f"{of}.npy", stored(array))


@pytest.fixture
def vectors(tmp_path):
    """Vectors of the cases, and outputs of a right program."""
    write(tmp_path / "vectors", cases=CASES)
    for vector, case in zip(read_manifest(tmp_path / "vectors").cases, CASES, strict=True):
        put(tmp_path / "outputs", vector.name, outputs_of(case))
    return tmp_path


def names(folder):
    return (folder / "vectors" / "cases.txt").read_text(encoding="utf-8").split()


def judged(folder, **options):
    return check(folder / "vectors", folder / "outputs", **options)


# --- what is written


@pytest.mark.parametrize("npz", [False, True])
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16", "float64", "int8"])
def test_all_arrays_come_back(tmp_path, precision, npz):
    cases = [replace(case, precision=precision) for case in CASES[:2]]
    if precision == "int8":
        cases = cases[:1]
    write(tmp_path, precision=precision, npz=npz, cases=cases)
    folder = read_manifest(tmp_path)
    for vector, case in zip(folder.cases, cases, strict=True):
        inputs = case.arrays()
        got = load_inputs(tmp_path, vector)
        for said, array in zip(got, inputs, strict=True):
            assert (said is None) == (array is None)
            if array is not None:
                assert said.dtype == array.dtype
                assert said.tobytes() == np.ascontiguousarray(array).tobytes()
        for of in vector.truth:
            true, read = case.truth(of, inputs), load_truth(tmp_path, vector, of, got)
            assert read.terms == true.terms
            for part in TRUTH_ARRAYS:
                np.testing.assert_array_equal(getattr(read, part), getattr(true, part))


def test_files_are_what_readme_and_manifest_say(tmp_path):
    summary = write(tmp_path, cases=CASES)
    folder = read_manifest(tmp_path)
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    arrays = {array.file: array for vector in folder.cases for array in vector.files}
    others = {MANIFEST, "README.txt", "cases.txt", *(f"{vector.name}/parameters.txt" for vector in folder.cases)}
    assert there == others | set(arrays)
    assert summary == (tmp_path, 3, len(there), sum((tmp_path / file).stat().st_size for file in there), ())
    for file, array in arrays.items():
        data = (tmp_path / file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == array.sha256
        assert data.startswith(b"\x93NUMPY\1\0")
        assert b"'fortran_order': False" in data[:128]
        assert b"'descr': '<" in data[:128]
        assert np.load(tmp_path / file).shape == array.shape
    text = (tmp_path / "README.txt").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    assert max(map(len, text.splitlines())) <= 120
    words = ("cases.txt", "parameters.txt", "y.truth.npy", "skipped.txt", "refconv vectors check", "y.residual.npy")
    for word in (*words, "not flipped", "(O, C/G, K...)", "reflect", "outputs.npz", "float32 or float64"):
        assert word in text


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for npz in (False, True):
        homes = [tmp_path / f"{npz}{i}" for i in range(2)]
        for home in homes:
            write(home, "conv1d", seed=5, npz=npz, cases=suite("quick", "conv1d", seed=5)[::4])
        first, second = ({p.relative_to(h): p.read_bytes() for p in h.rglob("*") if p.is_file()} for h in homes)
        assert first == second


def test_parameters_are_numbers_alone(tmp_path):
    write(tmp_path, cases=CASES)
    text = {name: (tmp_path / name / "parameters.txt").read_text(encoding="ascii") for name in names_of(tmp_path)}
    first, second, third = (dict(line.split(" ", 1) for line in each.splitlines()) for each in text.values())
    assert first["padding"] == "1 0 0 2"
    assert (first["x_shape"], first["y_shape"], first["groups"]) == ("2 4 5 6", "2 6 2 7", "2")
    assert (second["padding"], second["dilation"], second["bias"]) == ("1 1 1 1", "1 2", "0")
    assert third["padding"] == "1 1 1 1"


def names_of(folder):
    return [vector.name for vector in read_manifest(folder).cases]


@pytest.mark.parametrize("op", ["conv2d", "conv_transpose2d", "depthwise_conv1d", "pointwise_conv3d"])
def test_the_plain_case_is_the_same_call(op):
    for case in suite("default", op):
        spelled = plain(case)
        assert spelled.plan == case.plan
        assert set(spelled.options) == set(case.operation.parameters)
        assert plain(spelled) == spelled
        assert not any(isinstance(entry, str) for entry in spelled.options.get("padding", ()))


def test_cases_that_differ_in_memory_alone_are_written_once(tmp_path):
    cases = [CASES[0], replace(CASES[0], memory="fortran"), replace(CASES[0], seed=1)]
    assert write(tmp_path, cases=cases).cases == 2


def test_cases_of_one_name_get_folders_of_their_own(tmp_path):
    twins = [CASES[1], replace(CASES[1], options={**CASES[1].options, "padding": ((1, 1), (1, 1))})]
    assert plain(twins[0]).name == plain(twins[1]).name
    write(tmp_path, cases=twins)
    first, second = names_of(tmp_path)
    assert second == f"{first}-2"


def test_without_gradients(tmp_path):
    write(tmp_path, gradients=False, cases=CASES)
    for vector in read_manifest(tmp_path).cases:
        assert set(vector.truth) == {"y"}
        assert "dy" not in vector.arrays
        assert not load_inputs(tmp_path, vector).dy.any()


def test_an_exact_policy_has_an_exact_truth(tmp_path, monkeypatch):
    """Beyond the size where truth is sought by the fast road, what must be correctly rounded is sought exactly."""
    monkeypatch.setattr(import_module("refconv.oracle.truth"), "EXACT_LIMIT", 0)
    cases = [
        Case("conv1d", (1, 2, 5), (1, 2, 2), fill=name, precision="float64") for name in ("two_terms", "cancellation")
    ]
    write(tmp_path, "conv1d", precision="float64", cases=cases)
    exact, bounded = read_manifest(tmp_path).cases
    assert (exact.policy, bounded.policy) == ("exact", "worst_case")
    assert "residual" in exact.truth["y"].arrays
    assert "residual" not in bounded.truth["y"].arrays


def test_progress_is_told(tmp_path, vectors):
    told = []
    write(tmp_path / "more", cases=CASES, progress=lambda *what: told.append(what))
    assert [(done, of) for done, of, _ in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [name for _, _, name in told[:3]] == names(vectors)
    told.clear()
    judged(vectors, progress=lambda *what: told.append(what))
    assert [(done, of) for done, of, _ in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_bad_requests(tmp_path):
    for options, said in (
        ({"op": "conv9d"}, "conv9d"),
        ({"precision": "float7"}, "float7"),
        ({"suite": "huge"}, "huge"),
        ({"cases": CASES, "op": "conv1d"}, "are of conv1d"),
        ({"cases": CASES, "precision": "float16"}, "in float16"),
        ({"cases": []}, "no cases"),
    ):
        with pytest.raises(ArgumentError, match=said):
            write(tmp_path / "none", **options)
        assert not (tmp_path / "none").exists(), options


def test_a_manifest_that_nobody_would_read_is_not_written(tmp_path, monkeypatch):
    write(tmp_path, cases=CASES)
    size = (tmp_path / MANIFEST).stat().st_size
    monkeypatch.setattr(import_module("refconv.oracle.vectors.write"), "MANIFEST_LIMIT", size)
    write(tmp_path, cases=CASES)
    monkeypatch.setattr(import_module("refconv.oracle.vectors.write"), "MANIFEST_LIMIT", size - 1)
    with pytest.raises(ArgumentError, match=f"would have {size} bytes"):
        write(tmp_path, cases=CASES)
    assert not (tmp_path / MANIFEST).exists()


# --- whose folder it is


def test_older_vectors_are_replaced_whole(tmp_path):
    write(tmp_path, cases=CASES)
    write(tmp_path, cases=CASES[:1], npz=True)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        [MANIFEST, "README.txt", "cases.txt", "parameters.txt", "vectors.npz"]
    )
    assert sum(path.is_dir() for path in tmp_path.iterdir()) == 1


@pytest.mark.parametrize("name", ["notes.txt", "other/x.npy", "vectors.npz", MANIFEST, UNFINISHED, "cases.txt"])
def test_what_is_not_ours_is_left_alone(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(VectorError, match="in this folder"):
        write(tmp_path, cases=CASES)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [Path(name).name]


def test_something_of_ones_own_among_older_vectors(tmp_path):
    write(tmp_path, cases=CASES)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    mine = tmp_path / names_of(tmp_path)[0] / "y.npy"
    mine.write_bytes(b"outputs")
    with pytest.raises(VectorError, match=r"did not write: .*y\.npy"):
        write(tmp_path, cases=CASES)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == {**before, mine: b"outputs"}


def test_a_link_to_another_folder_is_not_followed(tmp_path):
    write(tmp_path / "vectors", cases=CASES[:1])
    (name,) = names_of(tmp_path / "vectors")
    shutil.move(tmp_path / "vectors" / name, tmp_path / "elsewhere")
    (tmp_path / "vectors" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VectorError, match="did not write"):
        write(tmp_path / "vectors", cases=CASES)
    assert (tmp_path / "elsewhere" / "x.npy").exists()


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(VectorError, match="not a folder"):
        write(tmp_path / "file", cases=CASES)
    with pytest.raises(VectorError, match="cannot be written"):
        write(tmp_path / "file" / "inner", cases=CASES)


def test_an_interrupted_write_is_seen_and_made_good(tmp_path):
    def interrupt(done, *_):
        if done == 2:
            raise KeyboardInterrupt

    for older in (False, True):
        home = tmp_path / str(older)
        if older:
            write(home, cases=CASES, npz=True)
        with pytest.raises(KeyboardInterrupt):
            write(home, cases=CASES, progress=interrupt)
        assert not (home / MANIFEST).exists()
        assert (home / UNFINISHED).exists()
        with pytest.raises(VectorError, match="no such file"):
            read_manifest(home)
        (home / "mine.txt").write_bytes(b"")
        with pytest.raises(VectorError, match=r"did not write: mine\.txt"):
            write(home, cases=CASES)
        (home / "mine.txt").unlink()
        write(home, cases=CASES)
        write(tmp_path / "fresh", cases=CASES)
        first, second = ({path.relative_to(h) for path in h.rglob("*")} for h in (home, tmp_path / "fresh"))
        assert first == second


# --- how outputs are judged


def test_right_outputs_pass(vectors):
    report = judged(vectors)
    assert report.passed
    assert (report.cases, report.failures, report.diagnosis, report.left_out, report.notes) == (3, (), (), (), ())
    assert report.results == {"y": 3, "dx": 3, "dw": 3, "db": 2}
    assert (report.op, report.suite, report.precision, report.seed) == ("conv2d", "quick", "float32", 0)
    assert report.target == "outputs"


@pytest.mark.parametrize("precision", PRECISIONS)
def test_right_outputs_pass_in_every_precision_and_accepted_type(tmp_path, precision):
    home, kept = tmp_path / "vectors", PRECISIONS[precision]
    write(home, "conv1d", precision=precision, cases=suite("quick", "conv1d", precision=precision)[::7])
    folder = read_manifest(home)
    for dtype in accepted_types(kept)[: 1 if precision == "int64" else None]:  # its sums would not fit in int32
        shutil.rmtree(tmp_path / "outputs", ignore_errors=True)
        asked = kept.numpy_dtype if dtype == "uint16" else np.dtype(dtype)
        for vector in folder.cases:
            inputs = load_inputs(home, vector)
            truths = {of: load_truth(home, vector, of, inputs) for of in vector.truth}
            put(tmp_path / "outputs", vector.name, {of: np.asarray(t.rounded(asked)) for of, t in truths.items()})
        report = judged(tmp_path)
        assert report.passed, report.failures[0].message
        assert sum(report.results.values()) == sum(len(vector.truth) for vector in folder.cases)
        wider = not kept.is_integer and asked != kept.numpy_dtype
        assert bool(report.notes) == wider


def test_outputs_may_be_archives(vectors):
    outputs = vectors / "outputs"
    together = {}
    for name in names(vectors):
        results = {path.stem: np.load(path) for path in (outputs / name).iterdir()}
        together |= {f"{name}/{of}": array for of, array in results.items()}
        shutil.rmtree(outputs / name)
        np.savez_compressed(outputs / f"{name}.npz", **results)
    assert judged(vectors).results == {"y": 3, "dx": 3, "dw": 3, "db": 2}
    for path in outputs.iterdir():
        path.unlink()
    np.savez(outputs / "outputs.npz", **together)
    report = judged(vectors)
    assert report.passed
    assert report.results == {"y": 3, "dx": 3, "dw": 3, "db": 2}
    assert check(vectors / "vectors", outputs / "outputs.npz").results == report.results


def big_endian(array):
    return array.astype(array.dtype.newbyteorder(">"))


@pytest.mark.parametrize("change", [np.asfortranarray, big_endian])
def test_order_and_byte_order_of_outputs_do_not_matter(vectors, change):
    for path in (vectors / "outputs").rglob("*.npy"):
        np.save(path, change(np.load(path)))
    report = judged(vectors)
    assert report.passed
    assert sum(report.results.values()) == 11


def spoil(path, change):
    np.save(path, change(np.load(path)))


WRONG = {
    "wrong": lambda a: a + (np.arange(a.size).reshape(a.shape) == 3),
    "shape": lambda a: a[..., 1:],
    "type": lambda a: a.astype(np.int32),
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("of", ["y", "dx", "dw"])
def test_wrong_outputs_are_failures(vectors, kind, of):
    spoil(vectors / "outputs" / names(vectors)[1] / f"{of}.npy", WRONG[kind])
    report = judged(vectors)
    (failure,) = report.failures
    assert not report.passed
    assert (failure.kind, failure.of, failure.case.name) == (kind, of, names(vectors)[1])
    assert of in failure.message
    if kind == "wrong":
        assert failure.error > 1
        shape = {"y": failure.case.y_shape, "dx": failure.case.x_shape, "dw": failure.case.w_shape}[of]
        assert failure.index == np.unravel_index(3, shape)
        assert np.max(failure.picture) == failure.error


MISFITS = {
    "one axis more": lambda a: a[None],
    "transposed": lambda a: a.transpose(0, 2, 3, 1),
    "a scalar": lambda a: a.reshape(-1)[0],
    "nothing": lambda a: a[:0],
    "much too large": lambda a: np.zeros(100_000, np.float32),
    "half precision": lambda a: a.astype(np.float16),
    "unsigned": lambda a: a.view(np.uint32),
    "bools": lambda a: a > 0,
    "complex numbers": lambda a: a.astype(complex),
    "objects": lambda a: a.astype(object),
    "text": lambda a: a.astype("U"),
}


@pytest.mark.parametrize("what", MISFITS)
def test_misfits_are_failures_and_never_errors(vectors, what, monkeypatch):
    monkeypatch.setattr("refconv.oracle.vectors.judge.diagnosed", lambda *_: ())  # it takes seconds
    path = vectors / "outputs" / names(vectors)[0] / "y.npy"
    np.save(path, MISFITS[what](np.load(path)), allow_pickle=True)
    (failure,) = judged(vectors).failures
    assert failure.kind in ("shape", "type", "unreadable")
    assert failure.message


def test_damaged_and_missing_outputs_are_failures(vectors, tmp_path):
    first, second, third = (vectors / "outputs" / name for name in names(vectors))
    (first / "y.npy").write_bytes((first / "y.npy").read_bytes()[:-1])
    (second / "y.npy").unlink()
    (third / "y.npy").unlink()
    (third / "y.npy").symlink_to(tmp_path / "secret")
    (first / "dx.npy").unlink()
    (first / "dx.npy").mkdir()
    report = judged(vectors)
    assert [(failure.of, failure.kind) for failure in report.failures] == [
        ("y", "unreadable"),
        ("dx", "unreadable"),
        ("y", "missing"),
        ("y", "unreadable"),
    ]
    assert "cut short" in report.failures[0].message
    assert "leads out of the folder" in report.failures[3].message
    assert report.results["y"] == 0


def test_a_damaged_archive_is_a_failure(vectors):
    outputs, name = vectors / "outputs", names(vectors)[0]
    shutil.rmtree(outputs / name)
    (outputs / f"{name}.npz").write_bytes(b"PK no more")
    assert {failure.kind for failure in judged(vectors).failures} == {"unreadable"}


def test_kinds_that_are_not_written_at_all_are_left_out(vectors):
    for path in (vectors / "outputs").rglob("d*.npy"):
        path.unlink()
    report = judged(vectors)
    assert report.passed
    assert report.results == {"y": 3}
    assert [line[:2] for line in report.left_out] == ["dx", "dw", "db"]


def test_skipped_cases_are_left_out(vectors):
    outputs = vectors / "outputs"
    shutil.rmtree(outputs / names(vectors)[1])
    (outputs / "skipped.txt").write_text(f"{names(vectors)[1]} no dilation here\n\n", encoding="utf-8")
    report = judged(vectors)
    assert report.passed
    assert report.cases == 2
    assert report.left_out == ("skipped by the program: no dilation here (1 case)",)
    for text, said in (
        (b"no-such-case why", "no case 'no-such-case'"),
        (b"\xff", "UTF-8"),
        (b" " * 2**21, "more"),
    ):
        (outputs / "skipped.txt").write_bytes(text)
        with pytest.raises(VectorError, match=said):
            judged(vectors)


def test_an_output_that_is_not_there_is_not_read(vectors):
    with pytest.raises(VectorError, match=r"nowhere/y\.npy: there is no such output"):
        Outputs(vectors / "outputs").read("nowhere", "y", print)


def test_no_outputs_at_all(vectors):
    outputs = vectors / "outputs"
    every = "\n".join(names(vectors))
    (outputs / "skipped.txt").write_text(every, encoding="utf-8")
    with pytest.raises(VectorError, match="skipped all cases"):
        judged(vectors)
    shutil.rmtree(outputs)
    with pytest.raises(VectorError, match="no such folder of outputs"):
        judged(vectors)
    outputs.mkdir()
    with pytest.raises(VectorError, match="no output for any case"):
        judged(vectors)
    (outputs / "Y.npy").write_bytes(b"")
    with pytest.raises(VectorError, match="no output for any case"):
        judged(vectors)


def test_changed_vectors_are_not_judged_by(vectors):
    for file in ("x.npy", "y.truth.npy", "dx.magnitude.npy"):
        path = vectors / "vectors" / names(vectors)[0] / file
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(VectorError, match="not those that were written"):
            judged(vectors)
        spoil(path, lambda a: a[:, :1])
        with pytest.raises(VectorError, match="but the manifest says"):
            judged(vectors)
        path.unlink()
        with pytest.raises(VectorError, match="no such file"):
            judged(vectors)
        path.write_bytes(whole)
    assert judged(vectors).passed


def test_a_truth_that_is_none_is_refused(vectors):
    """A stranger can make the digests agree."""
    folder = vectors / "vectors"
    path = folder / names(vectors)[0] / "y.magnitude.npy"
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    for change in (lambda a: -a, lambda a: a * np.nan):
        spoil(path, change)
        new = hashlib.sha256(path.read_bytes()).hexdigest()
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        (folder / MANIFEST).write_text(text.replace(old, new), encoding="utf-8")
        old = new
        with pytest.raises(VectorError, match="entries below 0"):
            judged(vectors)


def test_the_limit_is_kept(vectors):
    with pytest.raises(VectorError, match="limit of 1000"):
        judged(vectors, limit=1000)


def test_a_wrong_kernel_is_named(tmp_path):
    """A program that ignores dilation along W, as a file of outputs."""
    write(tmp_path / "vectors", suite="quick", gradients=False)
    for vector in read_manifest(tmp_path / "vectors").cases:
        case = vector.case
        dilation = (case.options["dilation"][0], 1)
        x, w, b, _ = case.arrays()
        y = case.operation.forward(x, w, b, **{**case.options, "dilation": dilation})
        put(tmp_path / "outputs", vector.name, {"y": y})
    report = judged(tmp_path)
    assert not report.passed
    assert any("dilation" in cause.sentence and "W" in cause.sentence for cause in report.diagnosis), report.diagnosis


# --- whatever the bytes


def test_a_signalling_nan_is_a_wrong_result_and_no_warning(vectors):
    path = vectors / "outputs" / names(vectors)[0] / "y.npy"
    raw = np.load(path).view(np.uint32)
    raw[..., 0] = 0x7F800001
    np.save(path, raw.view(np.float32))
    (failure,) = judged(vectors).failures
    assert failure.kind == "wrong"
    assert failure.error == np.inf


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Vectors of one small case, and right outputs."""
    home = tmp_path_factory.mktemp("small")
    case = Case("conv1d", (1, 2, 4), (2, 2, 2), {"padding": ((1, 0),)}, fill="normal")
    write(home / "vectors", "conv1d", cases=[case])
    put(home / "outputs", case.name, outputs_of(case))
    return home


@given(data=st.data())
def test_any_bytes_are_judged_or_refused(small, data):
    """Flips and cuts in some files; the digests made to agree, sometimes, as a stranger could."""
    manifest = small / "vectors" / MANIFEST
    files = sorted(path for path in small.rglob("*.*") if path.suffix in (".npy", ".json"))
    chosen = data.draw(st.lists(st.sampled_from(files), min_size=1, max_size=3, unique=True))
    before = {path: path.read_bytes() for path in {*chosen, manifest}}
    changed = {path: damaged(before[path], data) for path in chosen}
    if data.draw(st.booleans()):
        text = changed.get(manifest, before[manifest])
        for path, raw in changed.items():
            old, new = (hashlib.sha256(content).hexdigest().encode() for content in (before[path], raw))
            text = text.replace(old, new)
        changed[manifest] = text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("refconv.oracle.vectors.judge.diagnosed", lambda *_: ())
        tracemalloc.start()
        try:
            for path, raw in changed.items():
                path.write_bytes(raw)
            with contextlib.suppress(VectorError):
                assert isinstance(judged(small, limit=2**20), Report)
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            for path, content in before.items():
                path.write_bytes(content)
    assert peak < 2**23


def damaged(raw, data):
    """A file with some of its bytes changed, or cut short."""
    new = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        new[data.draw(st.integers(0, len(new) - 1))] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    return bytes(new[: data.draw(st.integers(0, len(new)))] if data.draw(st.integers(0, 4)) == 0 else new)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_is_none(tmp_path, seed):
    with pytest.raises(ArgumentError, match=r"2\*\*63 - 1"):
        write(tmp_path / "v", seed=seed)
    assert not (tmp_path / "v").exists()


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are others there")
def test_a_list_that_is_no_file_is_left_alone(tmp_path):
    home, secret = tmp_path / "v", tmp_path / "secret.txt"
    home.mkdir()
    secret.write_text(FIRST_LINE + "\n", encoding="utf-8")
    unfinished = home / "unfinished.txt"
    unfinished.symlink_to(secret)
    with pytest.raises(VectorError, match="it is a link"):
        write(home, cases=CASES)
    assert secret.read_text(encoding="utf-8") == FIRST_LINE + "\n"
    unfinished.unlink()
    os.mkfifo(unfinished)
    with pytest.raises(VectorError, match="ordinary"):
        write(home, cases=CASES)


def test_a_manifest_from_elsewhere_is_not_read(vectors, tmp_path):
    manifest = vectors / "vectors" / MANIFEST
    manifest.rename(tmp_path / "elsewhere.json")
    manifest.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(VectorError, match="leads out"):
        judged(vectors)


def test_skipped_may_begin_with_a_mark_of_its_encoding(vectors):
    name = names(vectors)[0]
    (vectors / "outputs" / "skipped.txt").write_text(f"{name} no bias\n", encoding="utf-8-sig")
    assert judged(vectors).cases == len(CASES) - 1


def test_one_archive_is_opened_once(vectors, monkeypatch):
    arrays = {}
    for vector, case in zip(read_manifest(vectors / "vectors").cases, CASES, strict=True):
        arrays |= {f"{vector.name}/{of}": array for of, array in outputs_of(case).items()}
    np.savez(vectors / "all.npz", **arrays)
    opened = []
    monkeypatch.setattr(outputs, "Archive", lambda *args, **how: opened.append(args) or Archive(*args, **how))
    assert check(vectors / "vectors", vectors / "all.npz").passed
    assert len(opened) == 1
