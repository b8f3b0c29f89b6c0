"""The command line: what it passes on, what it prints and where, and what its exit code says.

What runs behind the commands is put in place of the real `check` and its kin, so that each way to end can be had.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import signal
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

import refconv
from refconv import cli
from refconv.errors import ArgumentError, ShapeError
from refconv.oracle.operations import OPERATIONS
from refconv.oracle.precision import PRECISIONS
from tests.reports import CAUSE, FAILING, PASSING, report_of, wrong

SUITES = ("quick", "default", "exhaustive", "gradients", "precision")


class Backstage:
    """Stands in for `refconv.oracle.check` and its kin: remembers how it was called, and does what it is told."""

    def __init__(self):
        self.calls, self.result = [], PASSING

    def __call__(self, *args, **options):
        self.calls.append((args, options))
        if options.get("progress"):
            for done in range(3):
                options["progress"](done, 3, f"case {done} \x1b[31m")
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result() if inspect.isfunction(self.result) else self.result


@pytest.fixture
def stage(monkeypatch):
    backstage = Backstage()
    for module, names in (("check", ["check"]), ("identify", ["identify"]), ("vectors", ["write", "check"])):
        fake = ModuleType(module)
        for name in names:
            setattr(fake, name, backstage)
        monkeypatch.setitem(sys.modules, f"refconv.oracle.{module}", fake)
    suites = ModuleType("suites")
    suites.SUITES = dict.fromkeys(SUITES)
    monkeypatch.setitem(sys.modules, "refconv.oracle.suites", suites)
    return backstage


class Terminal:
    def isatty(self):
        return True


def run(*argv):
    return cli.main([str(word) for word in argv])


def test_a_kernel_that_passes(stage, capsys):
    assert run("check", "kernel.py:f") == 0
    assert capsys.readouterr() == (str(PASSING) + "\n", "")


def test_a_kernel_that_fails(stage, capsys):
    stage.result = FAILING
    assert run("check", "kernel.py:f") == 1
    assert capsys.readouterr() == (str(FAILING) + "\n", "")


def test_the_defaults_of_check(stage):
    run("check", "kernel.py:f")
    assert stage.calls == [
        (
            ("kernel.py:f", "conv2d"),
            dict(backward=None, suite="default", precision="float32", seed=0, convention="auto", algorithm="direct",
                 isolate=False, timeout=None, strict=False, shrink=True, target="kernel.py:f", progress=None),
        )
    ]  # fmt: skip


def test_all_options_of_check_are_passed_on(stage, tmp_path):
    run("check", "a:f", "--backward", "a:g", "--op", "conv1d", "--precision", "float16", "--suite", "quick",
        "--seed", 7, "--convention", "torch", "--algorithm", "winograd", "--isolate", "--timeout", 2.5,
        "--strict", "--no-shrink", "--json", "--quiet",
        "--junit", tmp_path / "a.xml", "--html", tmp_path / "a.html")  # fmt: skip
    assert stage.calls == [
        (
            ("a:f", "conv1d"),
            dict(backward="a:g", suite="quick", precision="float16", seed=7, convention="torch", algorithm="winograd",
                 isolate=True, timeout=2.5, strict=True, shrink=False, target="a:f", progress=None),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("report", "code"), [(PASSING, 0), (FAILING, 1)])
def test_json_is_the_only_thing_on_stdout(stage, capsys, report, code):
    def kernel():
        print("a kernel prints")
        return report

    stage.result = kernel
    assert run("check", "kernel.py:f", "--json") == code
    out, err = capsys.readouterr()
    assert json.loads(out) == report.to_dict()
    assert err == "a kernel prints\n"


def test_files_are_written_and_hold_the_report(stage, tmp_path, capsys):
    stage.result = FAILING
    assert run("check", "k.py:f", "--junit", tmp_path / "r.xml", "--html", tmp_path / "r.html", "--quiet") == 1
    assert (tmp_path / "r.xml").read_text(encoding="utf-8") == FAILING.to_junit()
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == FAILING.to_html()
    ET.parse(tmp_path / "r.xml")  # noqa: S314 - our own text
    assert capsys.readouterr().out.splitlines() == [str(FAILING).splitlines()[1], CAUSE.sentence]


@pytest.mark.parametrize("option", ["--junit", "--html"])
def test_a_file_that_cannot_be_written_is_told_before_the_run(stage, tmp_path, capsys, option):
    for name, why in ((tmp_path, "it is a folder"), (tmp_path / "no" / "r.xml", "there is no folder")):
        assert run("check", "kernel.py:f", option, name) == 2
        assert why in capsys.readouterr().err
    assert not stage.calls


def test_a_file_that_cannot_be_written_in_the_end(stage, capsys, tmp_path):
    stage.result = lambda: (tmp_path / "r.xml").mkdir() or PASSING
    assert run("check", "kernel.py:f", "--junit", tmp_path / "r.xml") == 2
    out, err = capsys.readouterr()
    assert "r.xml cannot be written: Is a directory." in err
    assert "PASSED" in out, "the verdict is not lost"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["check", "k:f", "--op", "conf2d"], "there is no op 'conf2d'.\n  Did you mean conv2d? Known: conv1d"),
        (["check", "k:f", "--suite", "quik"], "there is no suite 'quik'.\n  Did you mean quick?"),
        (["check", "k:f", "--precision", "float31"], "there is no precision 'float31'.\n  Did you mean float3"),
        (["check", "k:f", "--precision", "zzz"], "there is no precision 'zzz'.\n  Known: float64"),
        (["check", "k:f", "--precison", "float32"], "Did you mean --precision?"),
        (["check", "k:f", "--sead=3"], "Did you mean --seed?"),
        (["check", "k:f", "--convention", "tourch"], "Did you mean torch?"),
        (["check", "k:f", "--seed", "x"], "--seed: invalid seed value: 'x'"),
        (["check", "k:f", "--timeout", "x"], "--timeout: invalid seconds value: 'x'"),
        (["check", "k:f", "--timeout", "-1"], "--timeout: -1 is not a length of time"),
        (["check", "k:f", "--timeout", "nan"], "--timeout: nan is not a length of time"),
        (["check"], "the following arguments are required: TARGET"),
        (["check", "k:f", "k:g"], "unrecognized arguments: k:g"),
        (["chek", "k:f"], "Did you mean check?"),
        (["vectors", "wriet", "d"], "Did you mean write?"),
        (["vectors", "write", "d", "--op", "zzz"], "there is no op 'zzz'.\n  Known"),
        (["identify", "k:f", "--op", "conv_2d"], "Did you mean conv"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_few_lines(stage, capsys, argv, said):
    assert run(*argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err
    assert not stage.calls


@pytest.mark.parametrize("error", [ArgumentError("target", "there is no file.", fix="Look."), ShapeError("a", "b")])
@pytest.mark.parametrize("command", [["check", "k:f"], ["identify", "k:f"], ["vectors", "write", "d"]])
def test_errors_of_refconv_are_usage(stage, capsys, error, command):
    stage.result = error
    assert run(*command) == 2
    assert capsys.readouterr() == ("", f"{error}\n")


def test_a_defect_is_no_verdict(stage, capsys):
    stage.result = RuntimeError("inside")
    assert run("check", "k:f") == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "RuntimeError: inside" in err
    assert "please report it" in err


def test_ctrl_c(stage, capsys):
    stage.result = KeyboardInterrupt()
    assert run("check", "k:f", "--json") == 130
    assert capsys.readouterr() == ("", "refconv: interrupted\n")


@pytest.mark.parametrize("command", [[], ["vectors"]])
def test_without_a_command_there_is_help(capsys, command):
    assert run(*command) == 2
    out = capsys.readouterr().out
    assert out.startswith(f"usage: {' '.join(['refconv', *command])} [-h]")
    assert "example" in out


def test_the_version(capsys):
    assert run("--version") == 0
    assert capsys.readouterr().out == f"refconv {refconv.__version__}\n"


COMMANDS = [["check"], ["identify"], ["vectors", "write"], ["vectors", "check"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_option_has_a_help_text_and_there_is_an_example(capsys, command):
    assert run(*command, "--help") == 0
    text = capsys.readouterr().out
    assert re.search(rf"example.*\n  refconv {command[0]}", text)
    assert max(map(len, text.splitlines())) <= 120
    options = text.partition("\noptions:\n")[2].partition("\n\n")[0]
    for option in re.findall(r"^  (?:-h, )?(--[\w-]+)", options, re.MULTILINE):
        assert re.search(rf"{option}( [A-Z]+| {{[\w,]+}})?\s+[a-z]", options), option
    assert "--json" in options


def test_the_names_in_the_help_are_all_there_are(capsys):
    run("check", "--help")
    text = " ".join(capsys.readouterr().out.split())
    for known, option in ((PRECISIONS, "--precision"), (SUITES, "--suite")):
        part = re.search(rf"{option} [A-Z]+ (.*?) --", text)[1]
        assert {name for name in known if re.search(rf"\b{name}\b", part)} == set(known)
    listed = re.search(r"--op OP (.*?) --", text)[1]
    named = set(re.findall(r"\b\w+\dd\b", listed)) - {"1d", "3d"}
    assert named <= set(OPERATIONS)
    assert {name[:-2] for name in named} == {name[:-2] for name in OPERATIONS}


def test_choices_are_those_of_the_oracle():
    from refconv.oracle.calling import CONVENTIONS

    parsed = cli.parser().parse_args
    for convention in CONVENTIONS:
        assert parsed(["check", "k:f", "--convention", convention]).convention == convention
        assert parsed(["identify", "k:f", "--convention", convention]).convention == convention


class Behaviour(SimpleNamespace):
    def __str__(self):
        return "it is flipped \x1b[31m"


@pytest.mark.parametrize(("right", "code"), [(True, 0), (False, 1)])
def test_identify(stage, capsys, right, code):
    stage.result = Behaviour(right=right, to_dict=lambda: {"op": "conv2d", "sentences": ["a"], "shift": float("nan")})
    assert run("identify", "k:f", "--op", "conv2d", "--convention", "plain") == code
    options = dict(of="y", gradients=None, convention="plain", precision="float32")
    assert stage.calls == [(("k:f", "conv2d"), options)]
    assert capsys.readouterr().out == "it is flipped \\x1b[31m\n"
    assert run("identify", "k:f", "--json", "--of", "dx", "--backward", "k:g", "--precision", "float64") == code
    assert stage.calls[-1][1] == dict(of="dx", gradients="k:g", convention="auto", precision="float64")
    document = json.loads(capsys.readouterr().out)
    assert document == {"right": right, "target": "k:f", "op": "conv2d", "sentences": ["a"], "shift": "NaN"}


def test_vectors_write(stage, capsys):
    stage.result = SimpleNamespace(cases=3)
    assert run("vectors", "write", "d") == 0
    options = dict(suite="quick", precision="float32", seed=0, gradients=True, npz=False, progress=None)
    assert stage.calls == [(("d", "conv2d"), options)]
    assert "d: 3 cases (conv2d, float32, suite quick, seed 0)." in capsys.readouterr().out
    assert run("vectors", "write", "d", "--op", "conv1d", "--suite", "default", "--precision", "int8", "--seed", 5,
               "--no-gradients", "--npz", "--json") == 0  # fmt: skip
    options = dict(suite="default", precision="int8", seed=5, gradients=False, npz=True, progress=None)
    assert stage.calls[-1] == (("d", "conv1d"), options)
    document = json.loads(capsys.readouterr().out)
    assert document == dict(directory="d", op="conv1d", suite="default", precision="int8", seed=5, cases=3)


def test_vectors_check(stage, capsys, tmp_path):
    stage.result = FAILING
    assert run("vectors", "check", "d", "outputs", "--junit", tmp_path / "r.xml") == 1
    assert stage.calls == [(("d", "outputs"), {"progress": None})]
    assert capsys.readouterr().out == str(FAILING) + "\n"
    assert (tmp_path / "r.xml").exists()
    stage.result = PASSING
    assert run("vectors", "check", "d", "outputs", "--json") == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True


@pytest.mark.parametrize("command", [["check", "k:f"], ["vectors", "check", "d", "o"], ["vectors", "write", "d"]])
@pytest.mark.parametrize("option", [None, "--json", "--quiet"])
def test_a_progress_bar_only_where_somebody_sees_it(stage, capsys, monkeypatch, command, option):
    if option == "--quiet" and "write" in command:
        option = "--json"
    stage.result = SimpleNamespace(cases=0) if "write" in command else PASSING
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    assert run(*command, *([option] if option else [])) == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out
    if option:
        assert err == ""
    else:
        assert "case 2 \\x1b[31m" in err
        assert "\x1b[31m" not in err.replace("\\x1b[31m", "")


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from types import ModuleType
from refconv import cli
from tests.reports import PASSING, FAILING, report_of, wrong

def check(*args, **options):
{body}
for name, value in (("check", ("check", check)), ("suites", ("SUITES", {{"default": None}}))):
    module = ModuleType(name)
    setattr(module, *value)
    sys.modules["refconv.oracle." + name] = module
sys.exit(cli.main(["check", "k:f"] + sys.argv[1:]))
"""


def process(body, *argv, **options):
    """Start a process of its own that runs `refconv check`, with `body` in place of the check."""
    root = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - for a script
    script = SCRIPT.format(root=root, body="\n".join(f"    {line}" for line in body.splitlines()))
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen([sys.executable, "-W", "error", "-c", script, *argv], **streams)


PRINTS = """
import ctypes, os, subprocess
print("from python")
os.write(1, b"from the system\\n")
ctypes.CDLL(None).printf(b"from C, still in its buffer\\n")
subprocess.run([sys.executable, "-c", "print('from a child')"])
return PASSING
"""


@pytest.mark.skipif(os.name == "nt", reason="C's printf is reached by another road there")
def test_what_others_print_never_reaches_stdout():
    out, err = (running := process(PRINTS, "--json")).communicate()
    assert running.returncode == 0
    assert json.loads(out) == PASSING.to_dict()
    for line in ("from python", "from the system", "from C, still in its buffer", "from a child"):
        assert line in err


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send there")
def test_ctrl_c_in_a_process():
    heard = "import signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)"  # a shell may ignore it
    running = process(f"{heard}\nprint('begun', flush=True)\ntime.sleep(60)")
    assert running.stderr.readline() == "begun\n"
    running.send_signal(signal.SIGINT)
    assert running.communicate() == ("", "refconv: interrupted\n")
    assert running.returncode == 130


@pytest.mark.skipif(os.name == "nt", reason="pipes close in another way there")
@pytest.mark.parametrize("body", ["return PASSING", "return report_of(*(wrong(str(i)) for i in range(2000)))"])
def test_nobody_reads_the_output(body):
    reader, writer = os.pipe()
    os.close(reader)
    running = process(body, "--json", stdout=writer)
    os.close(writer)
    assert running.communicate()[1] == ""
    assert running.returncode == 141


@pytest.mark.skipif(os.name == "nt", reason="descriptors are not handed on there")
def test_standard_error_may_be_closed():
    root = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - for a script
    script = SCRIPT.format(root=root, body="    print('lost')\n    return FAILING")
    command = ["/bin/sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", script, "--json"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert json.loads(ended.stdout) == FAILING.to_dict()


def test_an_output_that_cannot_hold_every_character():
    body = "return report_of(wrong('\\u03c3'))"
    out, err = (running := process(body, env={**os.environ, "PYTHONIOENCODING": "ascii"})).communicate()
    assert (running.returncode, err) == (1, "")
    assert "\\u03c3" in out


def test_help_loads_no_numpy():
    code = "import sys; from refconv import cli; cli.main(['check', '--help']); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_a_report_in_a_notebook_goes_to_its_stream(stage, monkeypatch):
    import io

    page = io.StringIO()
    monkeypatch.setattr(sys, "stdout", page)
    stage.result = report_of(wrong())
    assert run("check", "k:f") == 1
    assert page.getvalue() == str(stage.result) + "\n"


FLIPPED = """
import refconv
print("loading")
def f(x, w, b=None, **options):
    print("calling")
    return refconv.conv2d(x, w[..., ::-1], b, **options)
def g(dy, x, w, **options):
    return refconv.conv2d_backward(dy, x, w, **options)
"""


def test_a_kernel_from_a_file_is_checked_and_diagnosed(tmp_path, capsys, monkeypatch):
    """Nothing stands in for anything here."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "flipped.py").write_text(FLIPPED, encoding="utf-8")
    f, g = (f"{tmp_path / 'flipped.py'}:{name}" for name in "fg")
    assert run("check", f, "--backward", g, "--suite", "quick", "--json") == 1
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["passed"] is False
    assert [cause["sentence"] for cause in document["diagnosis"]] == ["the kernel is flipped along W"]
    assert {failure["of"] for failure in document["failures"]} == {"y"}
    assert "loading" in err
    assert run("identify", f) == 1
    assert "flipped along W" in capsys.readouterr().out
    assert run("check", "refconv:conv2d", "--backward", "refconv:conv2d_backward", "--suite", "quick") == 0
    assert "PASSED" in capsys.readouterr().out


@pytest.mark.parametrize("target", ["nowhere.py:f", "nowhere:f", "refconv:conv_2d", "refconv", "refconv:__version__"])
@pytest.mark.parametrize("command", ["check", "identify"])
def test_a_target_that_cannot_be_had(capsys, command, target):
    assert run(command, target) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("target: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("option", [["--backward", "refconv:nothing"], ["--isolate"], ["--timeout", "5"]])
def test_a_target_that_cannot_be_had_in_other_ways(capsys, option):
    target = "refconv:conv2d" if "--backward" in option else "refconv:nothing"
    assert run("check", target, *option) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "refconv has no 'nothing'" in err


def test_vectors_go_round(tmp_path, capsys):
    assert run("vectors", "write", tmp_path / "v", "--op", "conv1d", "--json") == 0
    assert json.loads(capsys.readouterr().out)["cases"] > 10
    assert run("vectors", "check", tmp_path / "v", tmp_path / "nowhere") == 2
    assert "there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--seed", "-1", "-1 is not a seed"),
        ("--seed", str(2**63), "is not a seed"),
        ("--timeout", "86401", "more than a day"),
        ("--html", "a" * 300 + ".html", "File name too long"),
    ],
)
def test_values_out_of_range(stage, capsys, option, value, said):
    assert run("check", "k:f", option, value) == 2
    assert said in capsys.readouterr().err
    assert not stage.calls


def test_bfloat16_without_its_package(stage, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    assert run("check", "k:f", "--precision", "bfloat16") == 2
    assert "pip install 'refconv[bfloat16]'" in capsys.readouterr().err
    assert not stage.calls


def test_what_the_system_refuses_is_no_defect(stage, capsys):
    stage.result = PermissionError(13, "Permission denied", "some/file")
    assert run("check", "k:f") == 2
    assert capsys.readouterr() == ("", "refconv: some/file: Permission denied.\n")


def test_a_gradient_needs_its_function(capsys):
    assert run("identify", "refconv:conv2d", "--of", "dx") == 2
    assert "Give --backward" in capsys.readouterr().err


def test_what_is_printed_at_the_end_of_the_process(tmp_path):
    (tmp_path / "late.py").write_text(
        "import atexit, refconv\natexit.register(print, 'late')\nf = refconv.conv1d\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "refconv", "identify", f"{tmp_path / 'late.py'}:f", "--op", "conv1d", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["right"]
    assert "late" in ended.stderr
