"""What the console blocks of README and docs/ type is typed, in a clone; what they show is what is printed."""

from __future__ import annotations

import re

import pytest

from tests import guides

ALL = [guides.ROOT / "README.md", *sorted((guides.ROOT / "docs").glob("*.md"))]
TYPED = [page for page in ALL if guides.commands(page)]


@pytest.mark.parametrize("page", TYPED, ids=lambda page: page.name)
def test_commands_print_what_is_shown(page, tmp_path):
    (tmp_path / "examples").symlink_to(guides.ROOT / "examples")
    for command in guides.commands(page):
        differs = guides.difference(command, guides.printed(command.typed, tmp_path))
        assert not differs, differs


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_every_command_shown_is_typed_here(page):
    """A `$` in a block of another language would be shown and never run."""
    shown = re.findall(r"^\$ ", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(shown) == len(guides.commands(page))


def test_readme_is_among_them():
    assert len(guides.commands(TYPED[0])) > 4
