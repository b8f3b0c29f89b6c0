"""`refconv learn`: the exercises in a shell, with exit codes that a program can read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from refconv import cli
from refconv.learn import exercise, exercises

FUNCTION, NUMBER = "output-size", "xception-middle-flow"

RIGHT = """
def output_size(n, k, s=1, lo=0, hi=0):
    return (n + lo + hi - k) // s + 1
"""
WRONG = RIGHT.replace("// s + 1", "// s")


def run(*argv):
    return cli.main(["learn", *map(str, argv)])


@pytest.fixture
def answers(tmp_path):
    def written(source):
        path = tmp_path / "answers.py"
        path.write_text(source, encoding="utf-8")
        return f"{path}:output_size"

    return written


def document(capsys):
    return json.loads(capsys.readouterr().out)


def test_the_list_has_all_and_counts_them(capsys):
    assert run() == 0
    text = capsys.readouterr().out
    assert all(f" {each.name} " in text for each in exercises())
    known = sum(len(each.misconceptions) for each in exercises())
    assert f"{len(exercises())} exercises, {known} misconceptions known by name." in text
    assert run("--json") == 0
    listed = document(capsys)
    assert [each["name"] for each in listed["exercises"]] == [each.name for each in exercises()]
    assert listed["totals"]["misconceptions"] == known


def test_the_list_of_one_chapter(capsys):
    assert run("--chapter", 11, "--json") == 0
    listed = document(capsys)
    assert [each["name"] for each in listed["exercises"]] == [each.name for each in exercises(11)]
    assert listed["totals"]["chapters"] == 1
    assert run("--chapter", 11) == 0
    assert "1 chapter, " in capsys.readouterr().out


def test_one_is_shown_with_its_task_and_stub(capsys):
    assert run(FUNCTION) == 0
    text = capsys.readouterr().out
    assert "How many windows fit?" in text
    assert "    def output_size(n, k, s=1, lo=0, hi=0):\n        ...  # your code here\n" in text
    assert f"refconv learn {FUNCTION} --check FILE.py:output_size" in text
    assert run(FUNCTION, "--json") == 0
    shown = document(capsys)
    assert shown["task"] == exercise(FUNCTION).task
    assert shown["stub"] == exercise(FUNCTION).stub


def test_a_number_is_asked_for_as_one(capsys):
    assert run(NUMBER) == 0
    text = capsys.readouterr().out
    assert f"refconv learn {NUMBER} --number VALUE" in text
    assert exercise(NUMBER).stub not in text


def test_a_right_function(answers, capsys):
    assert run(FUNCTION, "--check", answers(RIGHT)) == 0
    assert capsys.readouterr().out.startswith("Right: all ")


def test_a_wrong_function_is_named(answers, capsys):
    target = answers(WRONG)
    assert run(FUNCTION, "--check", target) == 1
    text = capsys.readouterr().out
    assert text.startswith("Not yet: forgets the first window.")
    assert "should be 1" in text
    assert run(FUNCTION, "--check", target, "--json") == 1
    said = document(capsys)
    assert (said["passed"], said["cause"], said["expected"]) == (False, "forgets the first window", "1")


def test_what_an_answer_prints_does_not_mix_with_json(answers, capsys):
    target = answers(WRONG.replace("return", "print('trying'); return"))
    assert run(FUNCTION, "--check", target, "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["passed"] is False
    assert err.startswith("trying\n")


def test_what_an_answer_returns_cannot_steer_the_terminal(answers, capsys):
    assert run(FUNCTION, "--check", answers(RIGHT.replace("return", "raise ValueError('\\x1b[31m') or"))) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert r"\x1b[31m" in out


def test_numbers(capsys):
    right = exercise(NUMBER).right()
    assert run(NUMBER, "--number", right) == 0
    assert capsys.readouterr().out == "Right.\n"
    idea = exercise(NUMBER).misconceptions[0]
    assert run(NUMBER, "--number", idea.answer) == 1
    text = capsys.readouterr().out
    assert text.startswith(f"Not yet: {idea.name}.")
    assert str(right) not in text
    assert run(NUMBER, "--number", "1/2", "--json") == 1
    said = document(capsys)
    assert (said["got"], said["expected"]) == ("1/2", "")


@pytest.mark.parametrize("each", [each for each in exercises() if each.stub.startswith("answer")], ids=lambda e: e.name)
def test_every_number_can_be_typed(each, capsys):
    assert run(each.name, "--number", str(each.right())) == 0


def test_hints(capsys):
    hints = exercise(FUNCTION).hints
    assert run(FUNCTION, "--hint") == 0
    assert capsys.readouterr().out == f"Hint 1 of {len(hints)}: {hints[0]}\n"
    assert run(FUNCTION, "--hint", len(hints), "--json") == 0
    assert document(capsys)["hint"] == hints[-1]
    assert run(FUNCTION, "--hint", len(hints) + 1) == 2
    assert f"Its hints are 1 to {len(hints)}." in capsys.readouterr().err


def test_the_solution_is_right(answers, capsys):
    assert run(FUNCTION, "--solution") == 0
    source = capsys.readouterr().out
    assert run(FUNCTION, "--check", answers(source)) == 0
    capsys.readouterr()
    assert run(FUNCTION, "--solution", "--json") == 0
    assert document(capsys)["solution"] == source


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["outputsize"], "output-size"),
        (["--hint"], "no exercise is named"),
        (["--chapter", 99], "no exercise is in chapter 99"),
        ([FUNCTION, "--chapter", 1], "--chapter is for the list"),
        ([FUNCTION, "--number", 3], "asks for a function"),
        ([NUMBER, "--check", "math:sqrt"], "asks for a number"),
        ([NUMBER, "--number", "many"], "many is no number"),
        ([NUMBER, "--number", "1/0"], "1/0 is no number"),
        ([FUNCTION, "--check", "math:sqrt", "--solution"], "not allowed with"),
        ([FUNCTION, "--check", "nowhere.py:f"], "there is no file nowhere.py"),
    ],
)
def test_what_makes_no_sense(words, said, capsys):
    assert run(*words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_what_the_page_for_readers_types_can_be_typed():
    page = (Path(__file__).parent.parent / "docs" / "learning.md").read_text(encoding="utf-8")
    typed = re.findall(r"^refconv (learn.*?)(?:  .*)?$", page, re.MULTILINE)
    assert len(typed) >= 6
    for words in typed:
        args = cli.parser().parse_args(words.split())
        about = exercise(args.name) if args.name else None
        assert args.number is None or about.stub.startswith("answer")
        assert args.hint is None or args.hint <= len(about.hints)
