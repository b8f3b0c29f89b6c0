"""What is in the wheel and the sdist: all of refconv/ and nothing else, the same by either way."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

import refconv
from tests.package.conftest import build
from tests.package.floors import floors, metadata_of
from tests.package.pythons import MINORS, PROJECT, ROOT

pytestmark = pytest.mark.package

DATA = {"py.typed", "oracle/report/page.css", "oracle/vectors/schema.json"}
"""What is not Python, and is read at run time or by type checkers."""


def files_of_refconv():
    files = (path for path in (ROOT / "refconv").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in files}


def files_of_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, version in pins.items()}


def test_the_wheel_holds_refconv_and_nothing_else(built):
    files = files_of_wheel(built.wheel)
    information = {name for name in files if name.startswith(f"refconv-{refconv.__version__}.dist-info/")}
    assert {name: files[name] for name in files.keys() - information} == files_of_refconv()
    assert {f"refconv/{name}" for name in DATA} == {name for name in files_of_refconv() if not name.endswith(".py")}
    kinds = {name.split("/", 1)[1] for name in information}
    assert kinds == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    (licence,) = (files[name] for name in information if name.endswith("/LICENSE"))
    assert licence == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_is_for_every_system_and_has_this_version(built):
    name, version, number, tags = parse_wheel_filename(built.wheel.name)
    assert (name, str(version), number) == ("refconv", refconv.__version__, ())
    assert {str(tag) for tag in tags} == {"py3-none-any"}


def test_the_sdist_holds_what_the_wheel_is_built_from(built):
    with tarfile.open(built.sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    assert {name for name in names if name.startswith("refconv/")} == files_of_refconv().keys()
    others = {name for name in names if not name.startswith("refconv/")}
    assert others == {"PKG-INFO", "LICENSE", "README.md", "pyproject.toml", ".gitignore"}


def test_the_sdist_builds_the_wheel_that_the_tree_builds(built, tmp_path):
    build(ROOT, tmp_path, "--wheel")
    (from_tree,) = tmp_path.iterdir()
    assert from_tree.name == built.wheel.name
    assert from_tree.read_bytes() == built.wheel.read_bytes()


def test_the_metadata_is_valid_and_says_what_the_project_says(built):
    metadata = metadata_of(built.wheel)
    assert (metadata.name, str(metadata.version)) == ("refconv", refconv.__version__)
    assert metadata.license_expression == "BSD-3-Clause"
    assert metadata.license_files == ["LICENSE"]
    assert metadata.description_content_type == "text/markdown"
    assert metadata.description.strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    assert set(metadata.classifiers) == set(PROJECT["classifiers"])


def test_the_pythons_of_the_classifiers_are_those_it_installs_on(built):
    asked = metadata_of(built.wheel).requires_python
    assert [minor for minor in ("3.9", "3.10", *MINORS) if asked.contains(f"{minor}.0")] == MINORS


def test_every_requirement_has_a_lower_bound(built):
    """So that an old version, which does not work, is not taken for one that does; `test_suite` holds them to it."""
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extras[extra])]
    names = {canonicalize_name(Requirement(line).name) for line in lines} - {"refconv"}
    assert len(names) > 10
    assert floors(built.wheel, MINORS[0], *extras).keys() == names


def test_the_versions_that_are_pinned_are_allowed(built):
    pins = pinned()
    for name, version in floors(built.wheel, MINORS[-1], *PROJECT["optional-dependencies"]).items():
        assert Version(pins[name]) >= Version(version), name


def test_the_build_asks_for_what_it_is_built_with():
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    for need in map(Requirement, needs):
        assert need.specifier.contains(pinned()[need.name]), need
