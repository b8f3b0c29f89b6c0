"""One more test for those that `test_suite` runs elsewhere: it is the installed refconv that they test."""

from __future__ import annotations

import sys
from pathlib import Path

import refconv


def test_refconv_is_the_installed_one():
    home = Path(refconv.__file__).parent
    assert home.parent.name == "site-packages"
    assert home.is_relative_to(sys.prefix)
    assert not (Path(__file__).parents[2] / "refconv").exists()
