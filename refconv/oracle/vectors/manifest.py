"""Reading manifest.json: every field checked by hand, so that nothing beyond this file meets what a stranger wrote.

`schema.json` next to this file says the same to other programs. The reader asks for more than a schema can: that
shapes follow from the parameters, that types are the precision's, that names differ.
"""

from __future__ import annotations

from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

from refconv.arithmetic.integers import product
from refconv.errors import RefconvError
from refconv.oracle.calling_dialects import DIALECTS, wording_of
from refconv.oracle.cases import Case
from refconv.oracle.fills import FILLS
from refconv.oracle.operations import OPERATIONS, Operation, operation
from refconv.oracle.precision import PRECISIONS, precision
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.fields import MANIFEST_LIMIT, Node, read_json
from refconv.oracle.vectors.paths import LONGEST, NAME, inside
from refconv.oracle.vectors.records import (
    FORMAT,
    ITEMSIZE,
    RESULTS,
    TRUTH_ARRAYS,
    VERSION,
    ArrayFile,
    Folder,
    Result,
    Vector,
)
from refconv.oracle.vectors.spoken import tells
from refconv.oracle.vectors.untrusted import LIMIT

__all__ = ["MANIFEST", "folder_of", "read_manifest"]

MANIFEST = "manifest.json"
MOST_CASES = 100_000
SIZE = 2**31 - 1  # the largest number in a case
WORD = r"[a-z0-9_]+"
PART = NAME.partition("(")[0]
FILE = NAME + r"\.np[yz]"
LINE = r"[^\x00-\x1f\x7f\ud800-\udfff]*"
MODES = ("zeros", "reflect", "replicate", "circular")
PER_AXIS = {"stride": 1, "dilation": 1, "output_padding": 0}


def read_manifest(directory: Path, *, limit: int = LIMIT, manifest_limit: int = MANIFEST_LIMIT) -> Folder:
    """Return what a folder of vectors says it holds; no array is read.

    Parameters
    ----------
    directory : Path
        The folder.
    limit : int
        The most bytes that the arrays of one case may have together.
    manifest_limit : int
        The most bytes of manifest.json.

    Raises
    ------
    VectorError
        If there is no manifest, it is damaged, of another version, or does not agree with itself.

    Examples
    --------
    >>> read_manifest(Path("nowhere"))
    Traceback (most recent call last):
        ...
    refconv.oracle.vectors.errors.VectorError: manifest.json: there is no such file.
      Was the folder copied whole, and the writing of it finished?
    """
    return folder_of(read_json(inside(directory, MANIFEST), limit=manifest_limit), limit=limit)


def folder_of(document: Node, *, limit: int = LIMIT) -> Folder:
    """Return what a manifest's document says.

    Examples
    --------
    >>> folder_of(Node("manifest.json", "", {"format": "refconv-vectors", "version": 2}))
    Traceback (most recent call last):
        ...
    refconv.oracle.vectors.errors.VectorError: manifest.json: it is of version 2, and this refconv reads version 1.
      Install a newer refconv, or write the vectors again with this one.
    """
    _check_version(document)
    fields = document.fields(
        ("format", "version", "refconv", "op", "suite", "precision", "seed", "cases"), ("dialect",)
    )
    op = operation(fields["op"].choice(OPERATIONS))
    kept = fields["precision"].choice(PRECISIONS)
    dialect = _dialect(fields["dialect"], op) if "dialect" in fields else "refconv"
    cases = tuple(_vector(node, op, kept, dialect, limit) for node in fields["cases"].items(1, MOST_CASES))
    _check_names(fields["cases"], cases)
    return Folder(
        refconv=fields["refconv"].text(r"[0-9][A-Za-z0-9.+-]*", 40),
        op=op.name,
        suite=fields["suite"].text(WORD, 40),
        precision=kept,
        seed=fields["seed"].integer(0, 2**63 - 1),
        cases=cases,
        dialect=dialect,
    )


def _dialect(node: Node, op: Operation) -> str:
    """Return the dialect's name, once the rest of what is said of it is so."""
    fields = node.fields(("name", "function", "x", "w"))
    name = fields["name"].choice(DIALECTS[1:])
    try:
        wording = wording_of(name, op)
    except RefconvError as error:
        raise node.wrong(f"{node.where}: there is no {op.name} in it.", *str(error).splitlines()) from error
    x, w = wording.layouts
    for key, said in (("function", wording.function), ("x", x.letters), ("w", w.letters)):
        fields[key].choice([said])
    return name


def _check_version(document: Node) -> None:
    """Raise for another kind of document, and for another version of this one, before anything else is asked."""
    value = document.value
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise document.wrong(f'this is no manifest of vectors: its "format" is not {FORMAT!r}.')
    version = value.get("version")
    if type(version) is int and version > VERSION:
        raise VectorError(
            document.file,
            f"it is of version {version}, and this refconv reads version {VERSION}.",
            fix="Install a newer refconv, or write the vectors again with this one.",
        )
    if type(version) is not int or version < 1:
        raise document.wrong(f"version must be {VERSION}.")


def _check_names(node: Node, cases: tuple[Vector, ...]) -> None:
    """Raise if two cases have one name, in letters of whatever size: some file systems see no difference."""
    seen: set[str] = set()
    for vector in cases:
        if vector.name.casefold() in seen:
            raise node.wrong(f"two cases are called {vector.name!r}.")
        seen.add(vector.name.casefold())


def _vector(node: Node, op: Operation, kept: str, dialect: str, limit: int) -> Vector:
    spoken = ("call",) if dialect != "refconv" else ()
    fields = node.fields(("name", "policy", "signs", "parameters", "arrays", "truth", *spoken))
    case = _case(fields["parameters"], op, kept)
    shapes = _shapes(fields["parameters"], case, dialect)
    truth = {
        of: _result(inner, shapes[of[-1]], precision(kept).is_integer)
        for of, inner in fields["truth"].fields((), RESULTS).items()
    }
    if not truth:
        raise fields["truth"].fail("an object with y, dx, dw or db")
    asked = ["x", "w", *(["b"] if case.bias else []), *(["dy"] if set(truth) != {"y"} else [])]
    arrays = {
        name: _array_file(inner, shapes[name], [precision(kept).dtype])
        for name, inner in fields["arrays"].fields(asked).items()
    }
    vector = Vector(
        name=fields["name"].text(PART, LONGEST // 2),
        case=case,
        policy=fields["policy"].choice(("exact", "statistical", "worst_case")),
        signs=fields["signs"].choice(("any", "random")),
        arrays=arrays,
        truth=truth,
        dialect=dialect,
        call=_call(fields["call"], case, dialect) if spoken else None,
    )
    total = sum(array.nbytes for array in vector.files)
    if total > limit:
        raise node.wrong(f"the arrays of {node.where} have {total} bytes, more than the limit of {limit}.")
    return vector


def _case(node: Node, op: Operation, kept: str) -> Case:
    inner = node.fields([each.name for each in fields_of(Case)])
    options = inner["options"].fields(op.parameters)
    return Case(
        op=inner["op"].choice([op.name]),
        x_shape=_shape(inner["x_shape"], op.rank + 2, op.rank + 2),
        w_shape=_shape(inner["w_shape"], op.rank + 2, op.rank + 2),
        options={name: _option(name, option, op.rank) for name, option in options.items()},
        bias=inner["bias"].boolean(),
        fill=inner["fill"].choice(FILLS),
        memory=inner["memory"].choice(["contiguous"]),
        precision=inner["precision"].choice([kept]),
        seed=inner["seed"].integer(0, 2**63 - 1),
        purpose=inner["purpose"].text(LINE, 300),
    )


def _shape(node: Node, least: int, most: int) -> tuple[int, ...]:
    return tuple(size.integer(0, SIZE) for size in node.items(least, most))


def _option(name: str, node: Node, rank: int) -> Any:
    if name == "groups":
        return node.integer(1, SIZE)
    if name == "padding_mode":
        return node.choice(MODES)
    if name == "padding":
        pairs = [pair.items(2, 2) for pair in node.items(rank, rank)]
        return tuple((lo.integer(-SIZE, SIZE), hi.integer(-SIZE, SIZE)) for lo, hi in pairs)
    return tuple(entry.integer(PER_AXIS[name], SIZE) for entry in node.items(rank, rank))


def _call(node: Node, case: Case, dialect: str) -> dict[str, Any]:
    """Return what the dialect's function is told, once it is clear that it is what the parameters say."""
    if not tells(wording_of(dialect, case.operation), case, node.value):
        raise node.wrong(f"{node.where} is not how {dialect} says the parameters of this case.")
    call: dict[str, Any] = node.value
    return call


def _shapes(node: Node, case: Case, dialect: str) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays as they are written, once it is clear that the case can be planned."""
    for name, shape in (("x_shape", case.x_shape), ("w_shape", case.w_shape)):
        if product(max(n, 1) for n in shape) > LIMIT:
            raise node.wrong(f"{node.where}.{name} is larger than any case: {shape}.")
    try:
        y_shape = case.y_shape
    except RefconvError as error:
        raise node.wrong(f"{node.where} cannot be computed.", *str(error).splitlines()) from error
    shapes = {"x": case.x_shape, "w": case.w_shape, "b": (y_shape[1],), "y": y_shape, "dy": y_shape}
    if dialect == "refconv":
        return shapes
    wording = wording_of(dialect, case.operation)
    return {name: wording.shape("y" if name == "dy" else name, shape) for name, shape in shapes.items()}


def _result(node: Node, shape: tuple[int, ...], whole: bool) -> Result:
    fields = node.fields(("terms", *TRUTH_ARRAYS[:-1]), TRUTH_ARRAYS[-1:])
    types = {"value": ["int64"] if whole else ["float64"]}
    return Result(
        terms=fields["terms"].integer(0, 2**53),
        arrays={
            name: _array_file(fields[name], shape, types.get(name, ["float64"]))
            for name in TRUTH_ARRAYS
            if name in fields
        },
    )


def _array_file(node: Node, shape: tuple[int, ...], types: list[str]) -> ArrayFile:
    fields = node.fields(("file", "dtype", "shape", "sha256"), ("member",))
    said = _shape(fields["shape"], 0, 16)
    if said != shape:
        raise node.wrong(f"{node.where}.shape is {said}, but the parameters make it {shape}.")
    dtype = fields["dtype"].choice(ITEMSIZE)
    if dtype not in types:
        raise node.wrong(f"{node.where}.dtype is {dtype}, but it must be {' or '.join(types)}.")
    return ArrayFile(
        file=fields["file"].text(FILE, LONGEST),
        dtype=dtype,
        shape=said,
        sha256=fields["sha256"].text("[0-9a-f]{64}", 64),
        member=fields["member"].text(NAME, LONGEST) if "member" in fields else None,
    )
