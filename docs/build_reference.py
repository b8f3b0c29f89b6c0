"""Write the pages of docs/reference that follow from the code: command line, schema, catalogue, networks as JSON.

``python docs/build_reference.py`` writes them; ``--check`` writes nothing, and fails where a page differs.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
FOLDER = DOCS / "reference"
sys.path.insert(0, str(DOCS / "site"))

import page_catalogue  # noqa: E402
import page_cli  # noqa: E402
import page_network_json  # noqa: E402
import page_schema  # noqa: E402

PAGES = {
    "catalogue.md": page_catalogue,
    "cli.md": page_cli,
    "network-json.md": page_network_json,
    "vectors-schema.md": page_schema,
}
"""The pages, and what makes each of them."""


def main() -> int:
    """Write the pages, or say which differ."""
    options = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    options.add_argument("--check", action="store_true", help="write nothing; fail where a page differs")
    check = options.parse_args().check
    stale = 0
    for name, maker in PAGES.items():
        path, new = FOLDER / name, maker.page()
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if check:
            stale += new != old
            sys.stdout.writelines(
                difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"{name}, as it is", "as it would be")
            )
        elif new != old:
            path.write_text(new, encoding="utf-8")
    if stale:
        sys.stdout.write(f"\n{stale} of {len(PAGES)} pages differ: run make docs-reference.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
