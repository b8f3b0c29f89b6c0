"""Write the pages of docs/reference that follow from the code: command line, schema, catalogue, networks as JSON.

``python docs/build_reference.py`` writes them; ``--check`` writes nothing, and fails where a page differs.
"""

from __future__ import annotations

import sys

from writing import ROOT, parser, settle

FOLDER = ROOT / "docs" / "reference"
sys.path.insert(0, str(ROOT / "docs" / "site"))

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
    check = parser(__doc__).parse_args().check
    return settle({FOLDER / name: maker.page() for name, maker in PAGES.items()}, "docs-reference", check=check)


if __name__ == "__main__":
    sys.exit(main())
