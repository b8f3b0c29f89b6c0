""".npy and .npz files from strangers: read right, or refused in one clear sentence, and never at the cost of memory."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refconv.errors import RefconvError
from refconv.oracle.vectors.archive import Archive
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.paths import check_name, inside
from refconv.oracle.vectors.untrusted import LONGEST_HEADER, Header, load, read_array

TYPES = ["?", *(f"{order}{kind}" for order in "<>" for kind in ("f2", "f4", "f8", "i2", "i8", "u4")), "|i1", "|u1"]


def saved(array, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def read(data, **options):
    return read_array(io.BytesIO(data), "x.npy", len(data), **options)


def with_header(text, data=b"", version=(1, 0)):
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + data


def header(descr="'<f4'", order="False", shape="(2,)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}}}\n".encode()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_type_and_order_comes_back(dtype, version, order):
    array = np.asarray(np.arange(24).reshape(2, 3, 4) % 2 if dtype == "?" else np.arange(24).reshape(2, 3, 4))
    array = np.asarray(array.astype(dtype), order=order)
    got = read(saved(array, version=version))
    assert got.dtype == array.dtype.newbyteorder("=")
    assert got.dtype.isnative
    np.testing.assert_array_equal(got, array)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,) * 16, (300, 1000)])
def test_every_shape_comes_back(tmp_path, shape):
    array = np.random.default_rng(0).standard_normal(shape)
    np.save(tmp_path / "x.npy", array)
    got = load(tmp_path / "x.npy")
    assert got.shape == shape
    np.testing.assert_array_equal(got, array)


DAMAGED = {
    "an empty file": (b"", "empty"),
    "text": (b"1.0 2.0 3.0", "no .npy file"),
    "a pickle": (b"\x80\x04\x95\x0b\x00\x00\x00", "no .npy file"),
    "a zip": (b"PK\3\4" + bytes(60), "no .npy file"),
    "magic alone": (b"\x93NUMPY\x01\x00", "ends within its header"),
    "version 3": (with_header(header(), bytes(8), (3, 0)), "version 3.0"),
    "version 9": (with_header(header(), bytes(8), (9, 9)), "version 9.9"),
    "a header cut short": (with_header(header())[:40], "header is damaged"),
    "a header of 4 GB": (b"\x93NUMPY\2\0" + b"\xff" * 4 + bytes(50), f"more than {LONGEST_HEADER}"),
    "a header of 64 KB": (with_header(header() + b" " * 60000, bytes(8)), f"more than {LONGEST_HEADER}"),
    "a header that is code": (with_header(b"__import__('os').abort()"), "header is damaged"),
    "a header that is nested": (with_header(b"-" * 900 + b"1"), "damaged"),
    "a header of parentheses": (with_header(b"(" * 900), "header is damaged"),
    "a header with keys of two kinds": (with_header(b"{1: 2, 'a': 3}"), "header is damaged"),
    "a header of Python 2": (with_header(header(shape="(2L,)"), bytes(8)), "header is damaged"),
    "a header in no encoding": (with_header(b"\xff\xfe" + header()), "damaged"),
    "no shape": (with_header(b"{'descr': '<f4', 'fortran_order': False}"), "header is damaged"),
    "a negative size": (with_header(header(shape="(-2,)"), bytes(8)), "no size"),
    "two negative sizes": (with_header(header(shape="(-2, -1)"), bytes(8)), "no size"),
    "a size that is a bool": (with_header(header(shape="(True, 2)"), bytes(8)), "no size"),
    "a size that is a float": (with_header(header(shape="(2.0,)"), bytes(8)), "damaged"),
    "17 axes": (with_header(header(shape=str((1,) * 17)), bytes(4)), "17 axes"),
    "a huge size": (with_header(header(shape=f"({10**30},)"), bytes(8)), "limit"),
    "a product that wraps to 0": (with_header(header(shape=f"({2**32}, {2**32})"), bytes(8)), "limit"),
    "a product of 0 that NumPy refuses": (with_header(header(shape=f"(0, {2**62})")), "limit"),
    "objects": (saved(np.array([{}, None]), allow_pickle=True), "objects"),
    "objects in a structure": (with_header(header(descr="[('a', '|O')]"), bytes(16)), "objects"),
    "a structure": (saved(np.zeros(2, [("a", "<f4")])), "structured"),
    "a subarray": (with_header(header(descr="('<f4', (2,))"), bytes(16)), "type"),
    "text elements": (saved(np.array(["a"])), "type"),
    "times": (saved(np.zeros(1, "M8[s]")), "type"),
    "complex": (saved(np.zeros(2, complex)), "type"),
    "longdouble": (saved(np.zeros(2, np.longdouble)), "type"),
    "raw bytes": (saved(np.zeros(2, "V2")), "type"),
    "a type unheard of": (with_header(header(descr="'<q9z'"), bytes(8)), "damaged"),
    "a type that is a number": (with_header(header(descr="7"), bytes(8)), "damaged"),
    "Fortran order 1": (with_header(header(order="1"), bytes(8)), "damaged"),
    "one byte missing": (saved(np.ones(5))[:-1], "cut short"),
    "no data": (saved(np.ones(5))[:128], "cut short"),
    "one byte too many": (saved(np.ones(5)) + b"\0", "something follows"),
    "a second array": (saved(np.ones(5)) * 2, "something follows"),
    "a bool of 2": (saved(np.ones(3, bool))[:-1] + b"\2", "other than 0 and 1"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_each_damage_has_its_error(what):
    data, said = DAMAGED[what]
    with pytest.raises(VectorError, match=r"x\.npy: ") as caught:
        read(data)
    assert said in str(caught.value)
    assert len(caught.value.args[0].splitlines()) >= 2, "what to do is said"


def test_damage_is_a_refconv_error_and_a_value_error():
    assert issubclass(VectorError, RefconvError)
    assert issubclass(VectorError, ValueError)


def test_a_wrong_digest_is_told():
    data = saved(np.ones(3))
    with pytest.raises(VectorError, match="not those that were written"):
        read(data, sha256="0" * 64)


def test_the_limit_is_on_the_data():
    data = saved(np.ones(100))
    assert read(data, limit=800).size == 100
    with pytest.raises(VectorError, match="limit of 799 bytes"):
        read(data, limit=799)


def test_the_check_comes_before_the_memory():
    def refuse(found: Header):
        assert found.shape == (2**24,)
        raise VectorError("x.npy", "not asked for")

    class Pretended(io.BytesIO):
        """A stream that never gets to its data."""

    data = with_header(header(shape=f"({2**24},)"))
    tracemalloc.start()
    with pytest.raises(VectorError, match="not asked for"):
        read_array(Pretended(data), "x.npy", len(data) + 4 * 2**24, check=refuse)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_a_file_that_shrinks_while_it_is_read():
    data = saved(np.ones(1000))
    with pytest.raises(VectorError, match="became shorter"):
        read_array(io.BytesIO(data[:-8]), "x.npy", len(data))


@given(st.data())
def test_flipped_bytes_and_cuts_are_read_or_refused(data):
    """Whatever the bytes say, no more memory is taken than the file itself is long, and some."""
    original = bytearray(saved(np.arange(60, dtype=data.draw(st.sampled_from(TYPES[1:]))).reshape(3, 20)))
    for _ in range(data.draw(st.integers(1, 6))):
        original[data.draw(st.integers(0, len(original) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(original[: data.draw(st.integers(0, len(original)))] if data.draw(st.booleans()) else original)
    tracemalloc.start()
    try:
        got = read(cut)
        assert got.nbytes <= len(cut)
    except VectorError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2**20


SCRAPS = [
    "'descr'",
    "'fortran_order'",
    "'shape'",
    ":",
    ",",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "'<f4'",
    "'|O'",
    "False",
    "-1",
]


@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from([*SCRAPS, "2", "\\x", "\n"])).map(" ".join)))
def test_any_header_is_read_or_refused(text):
    text = text if isinstance(text, bytes) else text.encode()
    try:
        found = read(with_header(text, bytes(8)))
    except VectorError:
        return
    assert found.nbytes == 8


BAD_NAMES = [
    *("", "/etc/passwd", "../x.npy", "a/../../x.npy", "a/..", "./x.npy", "a//x.npy", "a/", "C:/x.npy", "C:x.npy"),
    *(
        "a\\x.npy",
        "\\\\host\\x",
        "x\0.npy",
        "x\n.npy",
        "x.npy\n",
        ".hidden",
        "~/x.npy",
        "-rf",
        "x y",
        "\u202e",
        "a" * 201,
    ),
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=range(len(BAD_NAMES)))
def test_names_that_could_lead_elsewhere_are_refused(tmp_path, name):
    with pytest.raises(VectorError, match="not allowed"):
        check_name("manifest.json", name)
    with pytest.raises(VectorError, match="not allowed"):
        inside(tmp_path, name)


def test_links_may_not_lead_out_of_the_folder(tmp_path):
    folder = tmp_path / "vectors"
    folder.mkdir()
    (tmp_path / "secret.npy").write_bytes(saved(np.ones(1)))
    (folder / "x.npy").symlink_to(tmp_path / "secret.npy")
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "own.npy").write_bytes(saved(np.ones(1)))
    (folder / "inner.npy").symlink_to(folder / "own.npy")
    for name in ("x.npy", "up/secret.npy"):
        with pytest.raises(VectorError, match="leads out"):
            inside(folder, name)
    with pytest.raises(VectorError, match="loop"):
        load(inside(folder, "loop"), "loop")
    assert load(inside(folder, "inner.npy")).size == 1


def test_only_ordinary_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.npy")
    (tmp_path / "folder.npy").mkdir()
    for name, said in (("pipe.npy", "ordinary"), ("folder.npy", "ordinary"), ("none.npy", "no such file")):
        with pytest.raises(VectorError, match=said):
            load(tmp_path / name)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(VectorError, match="cannot be opened"):
        load(tmp_path / "file" / "x.npy")


# --- .npz


def zipped(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_comes_back(tmp_path, save):
    arrays = {"x": np.arange(6.0).reshape(2, 3), "w": np.ones(3, ">i4"), "case-1/y": np.zeros((0, 2))}
    save(tmp_path / "a.npz", **arrays)
    with Archive(tmp_path / "a.npz") as archive:
        assert set(archive.members) == set(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(archive.read(name), array)
        with pytest.raises(VectorError, match=r"a.npz\[v\]: there is no such member"):
            archive.read("v")


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    """Many zeros in few bytes, behind a header that asks for eight of them, and behind one that asks for all."""
    size = 2**26
    small = with_header(header()) + bytes(size)
    honest = with_header(header(shape=f"({size // 4},)")) + bytes(size)
    path = zipped(tmp_path / "a.npz", [("s.npy", small), ("h.npy", honest)], compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < size / 100
    del small, honest
    tracemalloc.start()
    with Archive(path) as archive:
        with pytest.raises(VectorError, match="something follows"):
            archive.read("s")
        with pytest.raises(VectorError, match="limit"):
            archive.read("h", limit=2**20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22


def patched(path, find, offset, new):
    """Change the zip's own records: `new` at `offset` after each occurrence of a signature."""
    data = bytearray(path.read_bytes())
    at = data.find(find)
    while at >= 0:
        data[at + offset : at + offset + len(new)] = new
        at = data.find(find, at + 1)
    path.write_bytes(bytes(data))
    return path


CENTRAL = b"PK\1\2"


@pytest.mark.parametrize("declared", [0, 100, 2**31 - 1, 2**32 - 2])
def test_a_member_that_lies_about_its_size(tmp_path, declared):
    path = zipped(tmp_path / "a.npz", [("x.npy", saved(np.ones(10)))], compression=zipfile.ZIP_DEFLATED)
    patched(path, CENTRAL, 24, struct.pack("<I", declared))
    with pytest.raises(VectorError, match=r"a.npz"), Archive(path) as archive:
        archive.read("x")


def test_members_with_names_that_lead_elsewhere(tmp_path):
    for name in ("../x.npy", "/x.npy", "a\\x.npy", "C:x.npy", ".x.npy"):
        path = zipped(tmp_path / "a.npz", [(name, saved(np.ones(1)))])
        with pytest.raises(VectorError, match="not allowed"):
            Archive(path)


def test_a_name_with_a_nul_is_refused(tmp_path):
    path = zipped(tmp_path / "a.npz", [("abcd.npy", saved(np.ones(1)))])
    path.write_bytes(path.read_bytes().replace(b"abcd.npy", b"a\0cd.npy"))
    with pytest.raises(VectorError, match="not allowed"):
        Archive(path)


GOOD = io.BytesIO()
with zipfile.ZipFile(GOOD, "w") as writer:
    writer.writestr("x.npy", saved(np.ones(10)))
GOOD = GOOD.getvalue()
END = GOOD.rindex(b"PK\5\6")
LAST_BYTE = GOOD.index(b"PK\1\2") - 1

ARCHIVES = {
    "an empty file": (b"", "does not end"),
    "two letters": (b"PK", "does not end"),
    "a .npy file": (saved(np.ones(3)), "does not end"),
    "cut short": (GOOD[:-1], "does not end"),
    "something behind it": (GOOD + b"x", "does not end"),
    "a comment": (GOOD[:-2] + b"\1\0c", "does not end"),
    "a comment that is not there": (GOOD[:-2] + b"\1\0", "list of its members"),
    "a directory of a gigabyte": (
        GOOD[: END + 12] + struct.pack("<I", 2**30) + GOOD[END + 16 :],
        "list of its members",
    ),
    "64 bits": (GOOD[:END] + b"PK\6\7" + bytes(16) + GOOD[END:], "list of its members"),
    "no directory": (GOOD[END:], "damaged"),
    "a changed byte of data": (GOOD[:LAST_BYTE] + b"\1" + GOOD[LAST_BYTE + 1 :], "damaged"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_each_damage_of_an_archive_has_its_error(tmp_path, what):
    data, said = ARCHIVES[what]
    (tmp_path / "b.npz").write_bytes(data)
    with pytest.raises(VectorError, match=r"b\.npz: ") as caught, Archive(tmp_path / "b.npz") as archive:
        archive.read("x")
    assert said in str(caught.value)


def test_twice_the_same_member(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path / "a.npz", [("x.npy", b""), ("x.npy", b"")])
    with pytest.raises(VectorError, match="two members"):
        Archive(path)
    with pytest.raises(VectorError, match="two members"):
        Archive(zipped(tmp_path / "b.npz", [("x.npy", b""), ("x", b"")]))


def test_encrypted_or_strangely_compressed(tmp_path):
    path = zipped(tmp_path / "a.npz", [("x.npy", saved(np.ones(1)))])
    with pytest.raises(VectorError, match="encrypted"):
        Archive(patched(path, CENTRAL, 8, b"\1\0"))
    path = zipped(tmp_path / "b.npz", [("x.npy", saved(np.ones(1)))], compression=zipfile.ZIP_LZMA)
    with pytest.raises(VectorError, match="compressed"):
        Archive(path)


def test_a_zip_of_folders_and_text(tmp_path):
    path = zipped(tmp_path / "a.npz", [("folder/", b""), ("notes", b"read me")])
    with Archive(path) as archive:
        assert list(archive.members) == ["notes"]
        with pytest.raises(VectorError, match=r"no \.npy file"):
            archive.read("notes")


ARCHIVE = io.BytesIO()
np.savez_compressed(ARCHIVE, x=np.arange(50.0), y=np.ones((3, 4), np.float32))


@given(st.data())
def test_flipped_bytes_of_an_archive(tmp_path_factory, data):
    original = bytearray(ARCHIVE.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        original[data.draw(st.integers(0, len(original) - 1))] = data.draw(st.integers(0, 255))
    length = data.draw(st.one_of(st.just(len(original)), st.integers(0, len(original))))
    path = Path(tmp_path_factory.getbasetemp(), "flipped.npz")
    path.write_bytes(bytes(original[:length]))
    tracemalloc.start()
    try:
        with Archive(path) as archive:
            for member in archive.members:
                archive.read(member, limit=2**16)
    except VectorError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2**22


def test_members_without_a_name_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive, archive.open(zipfile.ZipInfo(""), "w") as member:
        member.write(b"x")
    with pytest.raises(VectorError, match="not allowed"):
        Archive(path)


@pytest.mark.parametrize(("count", "said"), [(11, "11 members, more than 10"), (300, "longer than that of 10")])
def test_a_long_list_of_members_is_not_read(tmp_path, count, said):
    path = zipped(tmp_path / "a.npz", [(f"{i}.npy", b"") for i in range(count)])
    with pytest.raises(VectorError, match=said):
        Archive(path, most=10)
