"""The example in C: built here, run over fresh vectors; the right kernel passes, its broken twin is caught, named."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from refconv.oracle.suites import suite
from refconv.oracle.vectors import check, write
from refconv.oracle.vectors.manifest import read_manifest

HERE = Path(__file__).parent.parent / "examples" / "c"
COMPILER = next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)
STRICT = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
SANITIZERS = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

if COMPILER is None:
    print("NO C COMPILER (cc, gcc or clang): the example in C is not tested", file=sys.__stderr__)
pytestmark = pytest.mark.skipif(COMPILER is None, reason="NO C COMPILER (cc, gcc or clang): the example is not tested")


def compiled(target, *arguments):
    command = [COMPILER, *STRICT, *arguments, "-o", str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The two programs, with sanitizers where the compiler has them."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "probe.c").write_text("int main(void) { return 0; }\n", encoding="ascii")
    probe = folder / "probe"
    sane = compiled(probe, *SANITIZERS, str(folder / "probe.c")).returncode == 0
    runs = sane and subprocess.run([str(probe)], capture_output=True, check=False).returncode == 0
    for name in ("conv2d", "conv2d_broken"):
        built = compiled(folder / name, *(SANITIZERS if runs else []), "driver.c", "npy.c", f"{name}.c")
        assert built.returncode == 0, built.stderr
        assert not built.stderr
    return folder


def run(program, vectors, outputs):
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # leaks cannot be looked for under a debugger
    command = [str(program), str(vectors), str(outputs)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "vectors"
    write(folder, suite="default", gradients=False, cases=suite("default"))
    return folder


def test_the_right_kernel_passes_everything_it_supports(programs, vectors, tmp_path):
    done = run(programs / "conv2d", vectors, tmp_path / "outputs")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    report = check(vectors, tmp_path / "outputs")
    assert report.passed, report.failures[0].message
    cases = [vector.case for vector in read_manifest(vectors).cases]
    zeros = [case for case in cases if case.options["padding_mode"] == "zeros"]
    assert report.results == {"y": len(zeros)}
    skipped = len(cases) - len(zeros)
    assert report.left_out == (f"skipped by the program: only zeros are padded here ({skipped} cases)",)


def test_the_broken_twin_is_caught_and_named(programs, vectors, tmp_path):
    assert run(programs / "conv2d_broken", vectors, tmp_path / "outputs").returncode == 0
    report = check(vectors, tmp_path / "outputs")
    assert not report.passed
    for failure in report.failures:
        assert failure.kind == "wrong"
        assert (failure.case.w_shape[1]) % 4 != 0, "only where channels are left over"
    (cause,) = report.diagnosis
    assert "last channels of x are dropped" in cause.sentence
    assert "multiple of 4" in cause.sentence


def test_the_makefile_builds_both(tmp_path):
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make")
    for path in HERE.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    done = subprocess.run([make, f"CC={COMPILER}"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "conv2d").exists()
    assert (tmp_path / "conv2d_broken").exists()


def test_the_commands_of_its_readme_are_the_makefiles():
    text = (HERE / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^cc .*$", text, re.MULTILINE)
    assert set(re.findall(r"\w+\.c", command)) == {"driver.c", "npy.c", "conv2d.c"}
    for name in re.findall(r"`(\w+\.[ch])`", text):
        assert (HERE / name).exists(), name


def one_case(folder, tmp_path):
    """A copy of the vectors with their first case alone."""
    name = (folder / "cases.txt").read_text(encoding="ascii").split()[0]
    shutil.copytree(folder / name, tmp_path / "vectors" / name)
    (tmp_path / "vectors" / "cases.txt").write_text(f"{name}\n", encoding="ascii")
    return tmp_path / "vectors" / name


DAMAGES = {
    "cut short": lambda data: data[:-1],
    "longer": lambda data: data + b"\0",
    "empty": lambda data: b"",
    "a header cut short": lambda data: data[:60],
    "another type": lambda data: data.replace(b"<f4", b"<f8"),
    "another byte order": lambda data: data.replace(b"<f4", b">f4"),
    "Fortran order": lambda data: data.replace(b"False,", b"True, "),
    "another version": lambda data: data.replace(b"NUMPY\1", b"NUMPY\2"),
    "a huge shape": lambda data: re.sub(rb"\(\d+, \d+, ", b"(4294967296, 4294967296, ", data),
    "a shape beyond numbers": lambda data: re.sub(rb"\(\d+", b"(" + b"9" * 40, data),
    "a negative shape": lambda data: re.sub(rb"\(\d+", b"(-1", data),
    "an open shape": lambda data: data.replace(b")", b" "),
    "many axes": lambda data: re.sub(rb"\(\d+", b"(" + b"1, " * 20 + b"1", data),
    "a long header": lambda data: data[:8] + b"\xff\xff" + data[10:],
}


@pytest.mark.parametrize("what", DAMAGES)
def test_the_driver_refuses_damaged_files(programs, vectors, tmp_path, what):
    case = one_case(vectors, tmp_path)
    assert run(programs / "conv2d", case.parent, tmp_path / "outputs").returncode == 0
    damaged = DAMAGES[what]((case / "x.npy").read_bytes())
    assert damaged != (case / "x.npy").read_bytes()
    (case / "x.npy").write_bytes(damaged)
    done = run(programs / "conv2d", case.parent, tmp_path / "outputs")
    assert done.returncode == 1
    assert re.fullmatch(r"driver: .*x\.npy: it.*\n", done.stderr), done.stderr


@pytest.mark.parametrize("line", ["stride", "groups 0", "stride x 1", "y_shape 1 1 -4 4", "padding 99999999999 0 0 0"])
def test_the_driver_refuses_damaged_parameters(programs, vectors, tmp_path, line):
    case = one_case(vectors, tmp_path)
    kept = (case / "parameters.txt").read_text(encoding="ascii")
    (case / "parameters.txt").write_text(kept + line + "\n", encoding="ascii")
    done = run(programs / "conv2d", case.parent, tmp_path / "outputs")
    assert done.returncode == 1
    assert re.fullmatch(r"driver: .*\n", done.stderr), done.stderr


@pytest.mark.parametrize("name", ["../elsewhere", "a/b", ".", "no-such-case"])
def test_the_driver_refuses_names_that_lead_elsewhere(programs, vectors, tmp_path, name):
    case = one_case(vectors, tmp_path)
    (case.parent / "cases.txt").write_text(f"{name}\n", encoding="ascii")
    done = run(programs / "conv2d", case.parent, tmp_path / "outputs")
    assert done.returncode == 1
    assert done.stderr.startswith("driver: ")


def test_its_files_are_those_that_numpy_reads(programs, vectors, tmp_path):
    case = one_case(vectors, tmp_path)
    run(programs / "conv2d", case.parent, tmp_path / "outputs")
    y = np.load(tmp_path / "outputs" / case.name / "y.npy")
    truth = np.load(case / "y.truth.npy")
    assert (y.dtype, y.shape) == (np.float32, truth.shape)
    np.testing.assert_array_equal(y, truth)


def test_how_it_is_used(programs):
    assert subprocess.run([str(programs / "conv2d")], capture_output=True, check=False).returncode == 2
