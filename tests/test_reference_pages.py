"""The pages of docs/reference: what they show runs, what they link to exists, and what programs write is current."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from refconv import cli, pytest_plugin
from tests import pages

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "reference"
PAGES = sorted(FOLDER.glob("*.md"))
sys.path.insert(0, str(ROOT / "docs" / "site"))

import page_catalogue  # noqa: E402 - what writes them
import page_cli  # noqa: E402
import page_network_json  # noqa: E402
import page_schema  # noqa: E402


def text_of(name):
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_run(page):
    assert pages.run(pages.examples(page)).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    assert pages.broken(page) == []


def test_every_page_is_in_the_index():
    index = text_of("index.md")
    listed = re.findall(
        r"^(?!:)[\w-]+$", "".join(re.findall(r"```\{toctree\}(.*?)```", index, re.DOTALL)), re.MULTILINE
    )
    assert sorted(listed) == sorted(page.stem for page in PAGES if page.stem != "index")
    assert set(listed) == set(re.findall(r"\]\((\w[\w-]*)\.md\)", index))


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("catalogue.md", page_catalogue),
        ("network-json.md", page_network_json),
        ("vectors-schema.md", page_schema),
    ],
)
def test_a_written_page_is_current(name, maker):
    """Otherwise: `python docs/build_reference.py`."""
    assert text_of(name) == maker.page()


def without_outputs(page):
    """Return a page whose sessions have nothing but what is typed."""
    sessions = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
    return sessions.sub(lambda found: "".join(re.findall(r"^\$ .*\n", found[0], re.MULTILINE)), page)


def test_every_command_and_option_is_described(monkeypatch):
    """All but what the examples print, which `python docs/build_reference.py --check` compares."""
    monkeypatch.setattr(page_cli, "output", lambda line: "")
    assert without_outputs(text_of("cli.md")) == without_outputs(page_cli.page())
    for command in cli.COMMANDS:
        assert f"\n## refconv {command}\n" in text_of("cli.md")


def test_examples_of_the_command_line_are_those_of_the_help_texts():
    helped = "\n".join(command.epilog or "" for command in page_cli.commands(cli.parser()).values())
    for line in page_cli.SHOWN:
        assert f"  {line}\n" in f"{helped}\n"


def test_environment_variables():
    named = set(re.findall(r"^\| `(\w+)`", text_of("environment.md"), re.MULTILINE))
    read = set()
    for folder in ("refconv", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            read |= set(re.findall(r"[\"'](REFCONV_[A-Z_]+)[\"']", path.read_text(encoding="utf-8")))
    assert {name for name in named if name.startswith("REFCONV_")} == read


def test_the_plugins_fixtures_marker_and_options(request):
    page = text_of("pytest.md")
    fixtures = {name for name, value in vars(pytest_plugin).items() if "Fixture" in type(value).__name__}
    assert fixtures == set(re.findall(r"^- `(\w+)`: ", page, re.MULTILINE))
    words = {
        word for head in re.findall(r"^\| (`\w+`.*?) \|", page, re.MULTILINE) for word in re.findall(r"`(\w+)`", head)
    }
    assert words == {*pytest_plugin._DEFAULTS, *pytest_plugin._PASSED_ON}
    defaults = re.findall(r"^\| `(\w+)` \| `(\S+)` \|", page, re.MULTILINE)
    assert all(pytest_plugin._DEFAULTS[name] == ast.literal_eval(value) for name, value in defaults)
    assert len(defaults) == 4
    for option in re.findall(r"^\| `(--[\w-]+) \w+`", page, re.MULTILINE):
        assert request.config.getoption(option) is None
