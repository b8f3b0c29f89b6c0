"""Find a Chromium and start it, or say why there is none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-color-profile=srgb",
    # No name but this machine's leads anywhere: a page that asks for a font elsewhere fails, here as offline.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def find(playwright):
    """Return a Chromium: the one that CHROMIUM names, one on the PATH, Playwright's own; None without any."""
    if named := os.environ.get("CHROMIUM"):
        return named
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    return installed or (own if Path(own).exists() else None)


def launch(playwright, executable, **how):
    return playwright.chromium.launch(executable_path=executable, headless=True, args=FLAGS, **how)
