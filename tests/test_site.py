"""docs/site: links that hold on the site, files from npm that are what was pinned, and a check that finds faults."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from refconv import networks

DOCS = Path(__file__).parent.parent / "docs"
sys.path.insert(0, str(DOCS / "site"))

import check_site  # noqa: E402
import pages  # noqa: E402
import vendor  # noqa: E402
import zip_refconv  # noqa: E402

# -- pages


@pytest.mark.parametrize(
    ("origin", "place", "text", "on_the_site"),
    [
        ("docs/learning.md", None, "[00](../notebooks/00_start_here.ipynb)", "[00](tutorials/00_start_here.ipynb)"),
        ("docs/oracle.md", None, "[bounds](tolerance.md#rounding)", "[bounds](tolerance.md#rounding)"),
        (
            "docs/oracle.md",
            None,
            "[a kernel](../examples/broken_kernel.py)",
            "[a kernel](../examples/broken_kernel.py)",
        ),
        ("docs/oracle.md", None, "[bugs](../examples/bug_museum)", "bugs (`examples/bug_museum`)"),
        ("docs/oracle.md", None, "[bugs](../examples/c/README.md)", "bugs (`examples/c/README.md`)"),
        ("docs/oracle.md", None, "[`examples/c`](../examples/c)", "`examples/c`"),
        ("docs/oracle.md", None, "[first](../README.md)", "[first](index.md)"),
        (
            "docs/oracle.md",
            None,
            "[paper](https://arxiv.org/abs/1603.07285)",
            "[paper](https://arxiv.org/abs/1603.07285)",
        ),
        ("docs/oracle.md", None, "`rows[0](x)`", "`rows[0](x)`"),
        (
            "notebooks/10_numbers.ipynb",
            "docs/tutorials/10_numbers.ipynb",
            "[bounds](../docs/tolerance.md), [13](13_the_oracle.ipynb)",
            "[bounds](../tolerance.md), [13](13_the_oracle.ipynb)",
        ),
        (
            "CONTRIBUTING.md",
            "docs/project/contributing.md",
            "[learning](docs/learning.md), [changes](CHANGELOG.md)",
            "[learning](../learning.md), [changes](changelog.md)",
        ),
    ],
)
def test_links_are_turned_to_where_the_site_has_the_page(origin, place, text, on_the_site):
    origin = pages.ROOT / origin
    assert pages.relink(text, origin, pages.ROOT / place if place else origin) == on_the_site


def test_sessions_are_named_and_other_fences_are_left():
    text = "```python\n>>> 1\n1\n```\n```\n$ refconv size\n```\n```python\nx = 1\n```\n```\nplain\n```\n"
    wanted = "```pycon\n>>> 1\n1\n```\n```console\n$ refconv size\n```\n```python\nx = 1\n```\n```\nplain\n```\n"
    assert pages.name_lexers(text) == wanted


def test_every_link_of_the_notebooks_holds_in_tutorials():
    made = pages.copies()
    assert {place.name for place in made} >= {path.name for path in pages.NOTEBOOKS.glob("[0-9]*.ipynb")}
    links = 0
    for place, text in made.items():
        if place.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
            assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1, place.name
            for path in re.findall(r"\]\(([^)#:]+\.(?:md|ipynb))\)", prose):
                target = (place.parent / path).resolve()
                assert target in made or target.exists(), (place.name, path)
                links += 1
    assert links > 30


def test_a_widget_that_was_kept_is_refused(tmp_path):
    output = {"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {}}, "metadata": {}}
    book = tmp_path / "01.ipynb"
    book.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "", "outputs": [output]}]}))
    with pytest.raises(SystemExit, match="no scripts for widgets"):
        pages.notebook(book, book)


# -- vendor


def tarball(folder, files):
    path = folder / "some-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def test_a_tarball_that_is_not_what_was_pinned_is_refused(tmp_path):
    path = tarball(tmp_path, {"a.js": b"1"})
    digest = hashlib.sha512(path.read_bytes()).digest()
    vendor.verify(path, "sha512-" + base64.b64encode(digest).decode())
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(SystemExit, match="not what was pinned"):
        vendor.verify(path, "sha512-" + base64.b64encode(digest).decode())


def test_only_the_files_that_are_named_are_taken(tmp_path):
    files = {"a.js": b"1", "fonts/b.woff": b"22", "fonts/c.ttf": b"3", "../d.js": b"4"}
    place = tmp_path / "place"
    (place / "old").mkdir(parents=True)
    assert vendor.unpack(tarball(tmp_path, files), ["a.js", "fonts/*.woff"], place) == 3
    assert {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()} == {
        "a.js",
        "fonts/b.woff",
    }
    with pytest.raises(SystemExit, match=re.escape("has no e.js")):
        vendor.unpack(tarball(tmp_path, files), ["a.js", "e.js"], place)
    with pytest.raises(SystemExit, match="has no"):  # a path may not lead out of the package
        vendor.unpack(tarball(tmp_path, files), ["../d.js"], place)
    assert not (tmp_path / "d.js").exists()


def test_pins_name_no_place():
    for package in json.loads(vendor.PINS.read_text(encoding="utf-8")):
        assert set(package) == {"name", "version", "integrity", "files"}
        assert len(base64.b64decode(package["integrity"].removeprefix("sha512-"))) == 64


# -- zip_refconv


def test_the_zip_is_the_same_each_time_and_runs_without_numpy(tmp_path):
    one, two = zip_refconv.write(tmp_path / "one.zip"), zip_refconv.write(tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    program = f"""
import sys
sys.path[:] = [path for path in sys.path if "site-packages" not in path and "refconv" not in path]
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
sys.path.insert(0, {str(one)!r})
import explorer, refconv.arithmetic, refconv.networks
assert explorer.__file__.startswith({str(one)!r}), explorer.__file__
assert {str(one)!r} in refconv.__file__, refconv.__file__
net = refconv.networks.network("vgg16")
print(refconv.arithmetic.output_size(33, 3, 1, 2, 2, 2), refconv.networks.receptive_fields(net)[-1].axes[0].size)
presets = __import__("json").loads(explorer.presets())
assert not [each for each in presets if __import__("json").loads(explorer.answer(each["query"]))["errors"]]
"""
    run = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    net = networks.network("vgg16")
    assert run.stdout.split() == ["33", str(networks.receptive_fields(net)[-1].axes[0].size)]


# -- check_site


@pytest.fixture
def site(tmp_path):
    """A site of two pages without a fault."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "a.css").write_text("body { background: url(p.png) }")
    (tmp_path / "_static" / "p.png").write_bytes(b"")
    (tmp_path / "_static" / "a.js").write_text('import { b } from "./b.js";\nconst text = "https://example.org/";')
    (tmp_path / "_static" / "b.js").write_text("export const b = 1;")
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="_static/a.css"><script type="module" src="_static/a.js"></script>'
        '<a href="other.html#here">x</a><a href="https://example.org/">leaving is allowed</a>'
        '<img src="data:image/png;base64,AA==" srcset="_static/p.png 2x">'
    )
    (tmp_path / "other.html").write_text('<h1 id="here"><a href="index.html">back</a><a href="#">top</a></h1>')
    (tmp_path / "searchindex.js").write_text(
        'Search.setIndex({"docnames": ["index", "other"], "titles": ["i", "o"], "terms": {"x": 0}})'
    )
    return tmp_path


def test_a_site_without_a_fault_passes(site, capsys):
    assert check_site.faults(site) == []
    assert check_site.main(site) == 0
    assert capsys.readouterr().out.startswith("2 pages, 7 files")


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("other.html", '<script src="https://cdn.example/x.js"></script>', "from elsewhere"),
        ("other.html", '<script src="//cdn.example/x.js"></script>', "from elsewhere"),
        ("other.html", '<link rel="preconnect" href="https://fonts.example">', "from elsewhere"),
        ("other.html", '<img src="https://badge.example/x.svg">', "from elsewhere"),
        ("other.html", '<img src="_static/p.png" srcset="_static/p.png 1x, https://e.example/p.png 2x">', "elsewhere"),
        ("other.html", '<iframe src="https://e.example"></iframe>', "from elsewhere"),
        ("other.html", '<p style="background: url(https://e.example/p.png)">', "from elsewhere"),
        ("other.html", '<style>@import "https://e.example/p.css";</style>', "from elsewhere"),
        ("other.html", '<script>import("https://e.example/p.js")</script>', "from elsewhere"),
        ("other.html", '<i id="here"><a href="lost.html">', "no such file"),
        ("other.html", '<i id="here"><a href="index.html#lost">', "no such anchor"),
        ("other.html", '<i id="here"><a href="#lost">', "no such anchor"),
        ("other.html", '<i id="here"><a href="/index.html">', "not relative"),
        ("other.html", '<i id="here"><img src="lost.png">', "no such file"),
        ("_static/a.css", "@font-face { src: url('https://e.example/f.woff') }", "from elsewhere"),
        ("_static/a.js", 'import "./lost.js";', "no such file"),
        ("_static/a.js", 'const a = await fetch("https://e.example/a.json");', "from elsewhere"),
        ("searchindex.js", 'Search.setIndex({"docnames": [], "titles": [], "terms": {}})', "no terms"),
        ("searchindex.js", 'Search.setIndex({"docnames": ["gone"], "titles": ["g"], "terms": {"x": 0}})', "no page"),
    ],
)
def test_a_fault_is_found(site, file, content, fault, capsys):
    (site / file).write_text(content)
    assert any(fault in line for line in check_site.faults(site))
    assert check_site.main(site) == 1
    assert "faults" in capsys.readouterr().out
