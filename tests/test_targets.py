"""Names of functions: found in modules and files, and told apart when something is wrong with them."""

from __future__ import annotations

import json
import sys
import textwrap

import pytest

from refconv.errors import ArgumentError
from refconv.oracle import targets


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder to work in; what a test imports is forgotten after it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


def message(target):
    with pytest.raises(ArgumentError) as caught:
        targets.load(target)
    return str(caught.value)


def test_a_function_of_a_file(folder):
    write(folder / "kernels" / "mine.py", "def f(x): return x + 1")
    assert targets.load("kernels/mine.py:f")(2) == 3
    assert targets.load(str(folder / "kernels" / "mine.py") + ":f")(2) == 3
    assert list((folder / "kernels").iterdir()) == [folder / "kernels" / "mine.py"], "nothing is left behind"


def test_a_file_imports_its_siblings(folder):
    write(folder / "kernels" / "helper_of_mine.py", "ONE = 1")
    write(folder / "kernels" / "mine.py", "import helper_of_mine\ndef f(x): return x + helper_of_mine.ONE")
    assert targets.load("kernels/mine.py:f")(2) == 3


def test_a_function_of_a_module_in_the_current_folder(folder):
    write(folder / "package_here" / "__init__.py", "")
    write(folder / "package_here" / "inner.py", "def f(x): return x + 1")
    assert targets.load("package_here.inner:f")(2) == 3


def test_attributes_of_attributes(folder):
    write(folder / "mine.py", "class A:\n    class B:\n        c = staticmethod(len)\n    d = 3")
    assert targets.load("mine.py:A.B.c") is len
    assert "mine.py:A.B has no 'x'" in message("mine.py:A.B.x")
    assert "mine.py:A has no 'C'" in message("mine.py:A.C.c")
    assert "type int, which cannot be called" in message("mine.py:A.d")


def test_a_file_is_executed_once_and_again_after_an_edit(folder):
    write(folder / "mine.py", "def f(): return 1\ndef g(): return 2\ncalls = []\n")
    f, g = targets.load("mine.py:f"), targets.load("mine.py:g")
    assert f.__globals__ is g.__globals__
    write(folder / "mine.py", "def f(): return 10\n")
    assert (f(), targets.load("mine.py:f")()) == (1, 10)
    write(folder / "mine.py", "def f(): return 20\n")
    assert targets.load("mine.py:f")() == 20, "of the same size, and perhaps within the same second"


def test_two_files_of_one_name_and_one_named_like_a_library(folder):
    for name, value in (("one", 1), ("two", 2)):
        write(folder / name / "kernel_of_that_name.py", f"def f(): return {value}")
    write(folder / "json.py", "def f(): return 3")
    assert targets.load("one/kernel_of_that_name.py:f")() == 1
    assert targets.load("two/kernel_of_that_name.py:f")() == 2
    assert targets.load("json.py:f")() == 3
    assert json.loads is sys.modules["json"].loads


def test_a_module_finds_itself_while_it_is_executed(folder):
    write(
        folder / "mine.py",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    n: 'int' = 1\nf = A",
    )
    assert targets.load("mine.py:f")().n == 1


@pytest.mark.parametrize("target", ["mine.py", "mine.py:", "refconv", ":f", ""])
def test_a_target_without_a_function(folder, target):
    write(folder / "mine.py", "def conv(): pass\ndef other(): pass\n_hidden = len")
    said = message(target)
    assert "names no function" in said
    assert "path/to/file.py:function" in said
    if target.startswith("mine"):
        assert "mine.py has conv, other." in said


def test_a_misspelled_function_is_suggested_first(folder):
    write(folder / "mine.py", "from os.path import join\ndef conv2d(): pass\ndef a(): pass\nn = 3")
    assert message("mine.py:conv_2d").endswith("Did you mean conv2d? It has conv2d, a, join.")
    assert "It has a, conv2d, join." in message("mine.py:zzz")
    assert "which cannot be called" in message("mine.py:n")


def test_a_module_without_functions(folder):
    write(folder / "mine.py", "n = 3")
    assert "It has no functions." in message("mine.py:f")


def test_a_long_list_of_functions_is_cut(folder):
    write(folder / "mine.py", "\n".join(f"def f{i}(): pass" for i in range(20)))
    assert message("mine.py:zzz").endswith(" and 8 more.")


def test_files_and_modules_that_are_not_there(folder):
    write(folder / "kernels" / "mine.py", "")
    assert "there is no file kernels/mime.py.\n  Did you mean kernels/mine.py?" in message("kernels/mime.py:f")
    assert "Check the path." in message("nowhere/mine.py:f")
    assert "there is no file kernels/" in message("kernels/:f")
    assert "there is no module not_there_at_all." in message("not_there_at_all:f")
    assert "there is no module refconv.nowhere." in message("refconv.nowhere:f")
    write(folder / "single.py", "")
    assert "there is no module single.nothing.\n  Is it installed? A file is named" in message("single.nothing:f")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("def f(:", "SyntaxError"),
        ("import not_there_at_all", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("1/0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("raise ValueError('two\\nlines')", "ValueError: two"),
    ],
)
@pytest.mark.parametrize("target", ["breaks_on_import.py:f", "breaks_on_import:f"])
def test_what_raises_on_import_is_told_with_its_traceback(folder, text, what, target):
    write(folder / "breaks_on_import.py", text)
    said = message(target)
    assert said.splitlines()[0].startswith(f"target: importing {target[:-2]} raised {what}")
    assert len(said.splitlines()) <= 8
    assert text.splitlines()[0][:5] in said, "the line itself is shown"
    assert "breaks_on_import" not in sys.modules


def test_an_edit_that_breaks_a_file_leaves_the_module_before_it(folder):
    write(folder / "mine.py", "def f(): return 1")
    assert targets.load("mine.py:f")() == 1
    before = sys.modules["mine"]
    write(folder / "mine.py", "def f(): return 1/")
    assert "SyntaxError" in message("mine.py:f")
    assert sys.modules["mine"] is before


def test_ctrl_c_during_import_is_the_callers(folder):
    write(folder / "mine.py", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        targets.load("mine.py:f")


def test_the_exception_itself_is_the_cause(folder):
    write(folder / "mine.py", "raise OSError(5, 'no')")
    with pytest.raises(ArgumentError) as caught:
        targets.load("mine.py:f")
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("target", ["skips.py:f", "skips:f"])
def test_what_is_no_exception_is_told_too(folder, target):
    (folder / "skips.py").write_text("import pytest\npytest.skip(allow_module_level=True)\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match="importing skips"):
        targets.load(target)


def test_a_name_that_is_too_long(folder):
    with pytest.raises(ArgumentError, match="too long"):
        targets.load(f"{'a' * 300}.py:f")
