"""`make demo` as a person runs it: on its photograph, on other pictures, and with what is not one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
pictures = pytest.importorskip("matplotlib.image", reason="the demo's extra: pip install refconv[demo]")


def demo(*arguments, before=""):
    """Run the demo, after some code of ours, and return what it printed and its exit status."""
    script = (
        "import runpy, sys\n"
        f"sys.argv = ['demo.py', *{[str(a) for a in arguments]!r}]\n"
        f"sys.path.insert(0, {str(ROOT / 'examples')!r})\n"
        f"{before}\n"
        f"runpy.run_path({str(ROOT / 'examples' / 'demo.py')!r}, run_name='__main__')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)


@pytest.fixture
def picture(tmp_path):
    """A small picture with edges in it, and its path."""
    pixels = np.zeros((24, 30, 3), np.uint8)
    pixels[6:18, 8:22] = (200, 90, 30)
    pictures.imsave(tmp_path / "small.png", pixels)
    return tmp_path / "small.png"


def test_the_photograph_as_json():
    run = demo("--json", "--no-picture")
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert said["passed"] is True
    assert len(said["checks"]) == 4
    assert all(check["equal"] == check["values"] > 0 for check in said["checks"])
    assert said["oracle"]["right kernel passed"] is True
    assert said["oracle"]["diagnosis"] == [
        "the dilation of H is used along W too",
        "the last channels of x are dropped when C/G is not a multiple of 4",
    ]
    text = json.dumps(said)
    for figure in ("13/18", "73/576"):
        assert figure in text


def test_a_small_picture_is_drawn(tmp_path, picture):
    out = tmp_path / "drawn" / "demo.png"
    run = demo("--image", picture, "--out", out, "--dilation", "3")
    assert run.returncode == 0, run.stderr
    assert "FAILED" not in run.stdout
    assert out.read_bytes()[:4] == b"\x89PNG"
    assert pictures.imread(out).shape[:2] == (1000, 1600)


def test_bad_input_is_told_kindly(tmp_path, picture):
    words = tmp_path / "words.txt"
    words.write_text("not a picture", encoding="utf-8")
    for arguments, said in (
        (("--image", tmp_path / "nowhere.jpg"), "nowhere.jpg"),
        (("--image", words), "words.txt"),
        (("--image", picture, "--dilation", "0"), "dilation must be at least 1"),
        (("--image", picture, "--out", tmp_path / "demo.xyz"), "xyz"),
    ):
        run = demo(*arguments)
        assert run.returncode == 2, (arguments, run.stderr)
        assert said in run.stderr
        assert "Traceback" not in run.stderr


def test_a_wrong_answer_fails(tmp_path, picture):
    """The demo's checks can fail: with one value off by one, they do, and nothing is drawn."""
    before = (
        "import refconv\n"
        "right = refconv.separable_conv2d\n"
        "def wrong(*arguments, **options):\n"
        "    y = right(*arguments, **options)\n"
        "    y[0, 0, 0, 0] += 1\n"
        "    return y\n"
        "refconv.separable_conv2d = wrong"
    )
    out = tmp_path / "demo.png"
    run = demo("--image", picture, "--out", out, before=before)
    assert run.returncode == 1
    assert "FAILED" in run.stdout
    assert not out.exists()
