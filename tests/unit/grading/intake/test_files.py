"""Files of the inbox: what is looked at, what is refused, and every limit at its edge."""

import gzip
import io
import os
import stat
import struct
import zipfile
from datetime import datetime, timezone

import pytest

from nmautils.errors import HandInError
from nmautils.grading.intake import files
from nmautils.grading.intake.files import Budget, find_files, read_regular
from nmautils.grading.model.limits import (
    ARCHIVE_DIRECTORY_BYTES,
    ARCHIVES_NESTED,
    FILE_NAME_BYTES,
    FOLDERS_NESTED,
    NOTEBOOK_FILE_BYTES,
)

RAW = b'{"cells": []}'


def look(folder):
    refused = []
    found = list(find_files(folder, lambda where, why: refused.append((where, why))))
    return {file.where: file for file in found}, dict(refused)


def pack(entries):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in entries.items():
            archive.writestr(name, raw)
    return packed.getvalue()


def test_notebooks_come_with_their_content_and_other_files_without(tmp_path):
    for name in ("b.ipynb", "a.IPYNB", "c.ipynb.txt", "d.json"):
        (tmp_path / name).write_bytes(RAW)
    for name in ("e.py", "f.txt"):
        (tmp_path / name).write_bytes(b"import this")
    (tmp_path / "z.zip").write_bytes(pack({"x/g.ipynb": RAW, "h.png": b"x"}))
    found, refused = look(tmp_path)
    assert refused == {}
    assert list(found) == [
        "a.IPYNB", "b.ipynb", "c.ipynb.txt", "d.json", "e.py", "f.txt", "z.zip/h.png",
        "z.zip/x/g.ipynb",
    ]  # fmt: skip
    assert {where for where, file in found.items() if file.raw is None} == {
        "e.py", "f.txt", "z.zip/h.png",
    }  # fmt: skip
    assert {file.raw for file in found.values()} == {RAW, None}


def test_what_systems_leave_behind_is_not_mentioned(tmp_path):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "timestamp.txt"):
        (tmp_path / name).write_bytes(RAW)
    for name in ("__MACOSX", ".ipynb_checkpoints", ".git"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.ipynb").write_bytes(RAW)
    entries = {"__MACOSX/a.ipynb": RAW, ".b.ipynb": RAW, "x/.ipynb_checkpoints/c.ipynb": RAW}
    (tmp_path / "z.zip").write_bytes(pack(entries))
    assert look(tmp_path) == ({}, {})


def test_folders_are_followed_down_to_the_limit(tmp_path):
    deep = tmp_path
    for level in range(FOLDERS_NESTED + 1):
        deep = deep / str(level)
    deep.mkdir(parents=True)
    (deep / "too_deep.ipynb").write_bytes(RAW)
    (deep.parent / "a.ipynb").write_bytes(RAW)
    found, refused = look(tmp_path)
    assert list(found) == ["0/1/2/3/4/5/6/7/a.ipynb"]
    assert refused == {"0/1/2/3/4/5/6/7/8": "more than 8 folders deep: move it up"}


def test_paths_in_an_archive_may_be_as_long_as_the_limit(tmp_path):
    deep = "/".join("abcdefgh"[: FOLDERS_NESTED - 1])
    name = "n" * (FILE_NAME_BYTES - len(".ipynb")) + ".ipynb"
    accented = "é" * ((FILE_NAME_BYTES - len(".ipynb")) // 2) + ".ipynb"
    good = {f"{deep}/a.ipynb": RAW, name: RAW, accented: RAW}
    bad = {f"{deep}/x/a.ipynb": RAW, f"n{name}": RAW, f"é{accented}": RAW}
    (tmp_path / "z.zip").write_bytes(pack({**good, **bad}))
    found, refused = look(tmp_path)
    assert set(found) == {f"z.zip/{where}" for where in good}
    assert set(refused) == {f"z.zip/{where}" for where in bad}
    assert set(refused.values()) == {"its path is too long: unpack it yourself"}


def test_archives_within_archives_are_unpacked_down_to_the_limit(tmp_path):
    packed = pack({"deepest.ipynb": RAW})
    for level in range(ARCHIVES_NESTED, -1, -1):
        packed = pack({f"{level}.zip": packed, f"{level}.ipynb": RAW})
    (tmp_path / "z.zip").write_bytes(packed)
    found, refused = look(tmp_path)
    assert set(found) == {"z.zip/0.ipynb", "z.zip/0.zip/1.ipynb", "z.zip/0.zip/1.zip/2.ipynb"}
    where = "z.zip/0.zip/1.zip/2.zip"
    assert refused == {where: "too many archives inside each other: unpack it yourself"}


def test_an_archive_may_have_as_many_files_as_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ARCHIVE_FILES", 3)
    (tmp_path / "three.zip").write_bytes(pack({f"{i}.ipynb": RAW for i in range(3)}))
    (tmp_path / "four.zip").write_bytes(pack({f"{i}.ipynb": RAW for i in range(4)}))
    found, refused = look(tmp_path)
    assert len(found) == 3
    assert refused == {"four.zip": "more than 3 files in it: unpack it yourself"}


def entries_of_one_file(count):
    """An archive whose list names one file again and again, as its end of the form zip64 says."""
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"a"
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, *[0] * 3, 33, 0, 0, 0, 1, *[0] * 6)
    names = (entry + b"a") * count
    at, size = len(local), len(names)
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, at)
    place = struct.pack("<4sIQI", b"PK\6\7", 0, at + size, 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, *[65535] * 2, *[0xFFFFFFFF] * 2, 0)
    return local + names + end64 + place + end


@pytest.mark.parametrize("within", [False, True])
def test_a_list_of_too_many_entries_is_not_read(tmp_path, monkeypatch, within):
    many = entries_of_one_file(ARCHIVE_DIRECTORY_BYTES // 47 + 1)
    if within:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("many.zip", many)
        many = packed.getvalue()
    (tmp_path / "a.zip").write_bytes(many)
    made = []

    class Counted(zipfile.ZipInfo):
        def __init__(self, *of):
            made.append(of)
            super().__init__(*of)

    monkeypatch.setattr(zipfile, "ZipInfo", Counted)
    found, refused = look(tmp_path)
    assert found == {}
    why = "more than 4 MB of names in it: unpack it yourself"
    assert refused == {"a.zip/many.zip" if within else "a.zip": why}
    assert len(made) == within


def test_an_end_that_lies_about_the_list_is_refused_in_a_line(tmp_path):
    sound = bytearray(pack({"a.ipynb": RAW}))
    for name, size in (("long.zip", 10**9), ("all.zip", 0xFFFFFFFF), ("none.zip", 0)):
        struct.pack_into("<I", sound, len(sound) - 10, size)
        (tmp_path / name).write_bytes(sound)
    found, refused = look(tmp_path)
    assert found == {}
    assert set(refused) == {"long.zip", "all.zip"}
    assert not any("\n" in why for why in refused.values())


def test_an_archive_may_have_a_comment_and_a_long_list(tmp_path):
    entries = {f"{i:0200}.txt": b"" for i in range(9_000)}
    packed = io.BytesIO(pack({"a.ipynb": RAW, **entries}))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.comment = b"of a platform" * 4_000
    (tmp_path / "a.zip").write_bytes(packed.getvalue())
    found, refused = look(tmp_path)
    assert refused == {}
    assert len(found) == 9_001
    assert found["a.zip/a.ipynb"].raw == RAW


def test_an_archive_may_hold_as_much_as_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ARCHIVE_BYTES", 300)
    (tmp_path / "a.zip").write_bytes(pack({"a.ipynb": b"0" * 150, "b.ipynb": b"0" * 150}))
    (tmp_path / "b.zip").write_bytes(pack({"a.ipynb": b"0" * 150, "b.ipynb": b"0" * 151}))
    (tmp_path / "c.zip").write_bytes(b"0" * 301)
    found, refused = look(tmp_path)
    assert set(found) == {"a.zip/a.ipynb", "a.zip/b.ipynb", "b.zip/a.ipynb"}
    assert "GB in it" in refused["b.zip"]
    assert "larger than" in refused["c.zip"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_notebook_may_be_as_large_as_the_limit(tmp_path, packed):
    for name, size in (("a.ipynb", NOTEBOOK_FILE_BYTES), ("b.ipynb", NOTEBOOK_FILE_BYTES + 1)):
        raw = b" " * size
        path = tmp_path / (name.replace("ipynb", "zip") if packed else name)
        path.write_bytes(pack({name: raw}) if packed else raw)
    found, refused = look(tmp_path)
    (where,) = found
    assert len(found[where].raw) == NOTEBOOK_FILE_BYTES
    assert list(refused.values()) == [
        "65 MB, more than 64 MB: ask for the notebook without its outputs"
    ]


def test_archives_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "a.tar.gz").write_bytes(b"x")
    (tmp_path / "b.7Z").write_bytes(b"x")
    (tmp_path / "c.zip").write_bytes(b"x")
    locked = bytearray(pack({"a.ipynb": RAW}))
    for signature, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        locked[locked.index(signature) + flags] |= 1
    (tmp_path / "d.zip").write_bytes(locked)
    broken = pack({"a.ipynb": RAW}).replace(struct.pack("<I", len(RAW)), struct.pack("<I", 5))
    (tmp_path / "e.zip").write_bytes(broken)
    found, refused = look(tmp_path)
    assert found == {}
    assert "not a zip" in refused["a.tar.gz"]
    assert "not a zip" in refused["b.7Z"]
    assert "not a readable zip archive" in refused["c.zip"]
    assert refused["d.zip/a.ipynb"] == "locked with a password: unpack it yourself"
    assert "damaged in its archive" in refused["e.zip/a.ipynb"]


@pytest.mark.parametrize(
    "name", [".", "../a.ipynb", "/a.ipynb", "x\\a.ipynb", "C:a.ipynb", "x/../a.ipynb"]
)
def test_paths_that_lead_out_of_an_archive_are_refused(tmp_path, name):
    info = zipfile.ZipInfo("a")
    info.filename = name
    (tmp_path / "z.zip").write_bytes(pack({info: RAW}))
    found, refused = look(tmp_path)
    assert found == {}
    assert "leads out of the archive" in refused[f"z.zip/{name}"]


def test_a_link_in_an_archive_is_refused(tmp_path):
    link = zipfile.ZipInfo("a.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (tmp_path / "z.zip").write_bytes(pack({link: "/etc/passwd"}))
    found, refused = look(tmp_path)
    assert found == {}
    assert "a link or device" in refused["z.zip/a.ipynb"]


def test_times_of_files_are_exact_and_those_in_archives_as_exact_as_they_can_be(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(RAW)
    os.utime(tmp_path / "a.ipynb", (1_900_000_000, 1_900_000_000))
    exact, odd, plain, wrong = (
        zipfile.ZipInfo(f"{name}.ipynb", (2030, 5, 1, 8, 0, 2)) for name in "bcde"
    )
    exact.extra = struct.pack("<HHH", 1, 2, 0) + struct.pack("<HHBI", 0x5455, 5, 1, 1_900_000_001)
    odd.extra = struct.pack(
        "<HHBI", 0x5455, 5, 2, 1_900_000_001
    )  # another time than the last change
    (tmp_path / "z.zip").write_bytes(pack({exact: RAW, odd: RAW, plain: RAW, wrong: RAW}))
    raw = bytearray((tmp_path / "z.zip").read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 14] = 0  # the day and month of the last entry
    raw[raw.rindex(b"PK\x01\x02") + 15] &= 0xFE
    (tmp_path / "z.zip").write_bytes(raw)
    found, _ = look(tmp_path)
    times = [file.time for file in found.values()]
    local = datetime(2030, 5, 1, 8, 0, 2)
    assert times == [
        datetime.fromtimestamp(1_900_000_000, timezone.utc),
        datetime.fromtimestamp(1_900_000_001, timezone.utc),
        local,
        local,
        datetime(1980, 1, 1),
    ]


def test_a_time_outside_of_the_calendar_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "a.ipynb").write_bytes(RAW)
    os.utime(tmp_path / "a.ipynb", (10**13, 10**13))
    found, refused = look(tmp_path)
    if (tmp_path / "a.ipynb").stat().st_mtime == 10**13:  # some file systems store less
        assert found == {}
        assert "out of range" in refused["a.ipynb"]


def test_only_regular_files_are_read(tmp_path):
    (tmp_path / "file").write_bytes(RAW)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    assert read_regular(tmp_path / "file") == RAW
    for name, why in (
        ("link", "a link"), ("pipe", "not a file"), (".", "Is a dir"), ("none", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(HandInError, match=why):
            read_regular(tmp_path / name)


def test_no_more_is_read_than_the_limit(tmp_path):
    (tmp_path / "file").write_bytes(b"x" * 10)
    assert read_regular(tmp_path / "file", 10) == b"x" * 10
    with pytest.raises(HandInError, match="file is too large"):
        read_regular(tmp_path / "file", 9)


# --- any ending, any packing ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "a.ipynb.html", "a.html", "a.txt", "a.ipynb.1", "a", "a.nb", "a.ipynb.part", "a.md",
        "a.ipynb のコピー", "a.IPYNB_", "a.json.txt",
    ],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_a_notebook_is_read_under_any_ending(tmp_path, name, packed):
    path = tmp_path / ("z.zip" if packed else name)
    path.write_bytes(pack({name: RAW}) if packed else RAW)
    found, refused = look(tmp_path)
    assert [file.raw for file in found.values()] == [RAW]
    assert refused == {}


@pytest.mark.parametrize("name", ["a.ipynb.gz", "a.ipynb", "a.gz", "a.json.gz"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_notebook_packed_by_gzip_is_unpacked(tmp_path, name, packed):
    raw = gzip.compress(RAW, mtime=0)
    path = tmp_path / ("z.zip" if packed else name)
    path.write_bytes(pack({name: raw}) if packed else raw)
    found, refused = look(tmp_path)
    assert [file.raw for file in found.values()] == [RAW]
    assert refused == {}


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("a.gz", gzip.compress(b"text", mtime=0), "an archive, but not a zip"),
        ("a.ipynb.gz", b"\x1f\x8b no", "an archive, but not a zip"),
        ("a.tar.gz", gzip.compress(RAW, mtime=0), "an archive, but not a zip"),
        ("a.ipynb", gzip.compress(bytes(65 * 2**20), mtime=0), "gzip archive with more than 64 MB"),
    ],
)
def test_what_gzip_holds_else_is_refused(tmp_path, name, raw, why):
    (tmp_path / name).write_bytes(raw)
    found, refused = look(tmp_path)
    assert found == {}
    assert why in refused[name]


def test_an_archive_that_is_called_a_notebook_is_unpacked(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(pack({"b.ipynb": RAW}))
    (tmp_path / "z.zip").write_bytes(pack({"c.ipynb": pack({"d.ipynb": RAW})}))
    found, refused = look(tmp_path)
    assert list(found) == ["a.ipynb.zip/b.ipynb", "z.zip/c.ipynb.zip/d.ipynb"]
    assert refused == {}


@pytest.mark.parametrize(
    ("name", "raw", "what"),
    [
        ("a.py", b"# %%\nimport os\n", "Python program"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3", "it is a PDF"),
        (
            "a.py",
            b'# -*- coding: utf-8 -*-\n"""Automatically generated by Colab.',
            "Python program",
        ),
        ("a.py", b"# In[1]:\nx = 1", "use File > Download > Download .ipynb"),
        ("a.html", b"<!DOCTYPE html>\n<html><head><title>tutorial1</title>", "web page"),
        ("a.htm", b"<html>" + b" " * 100 + b'{"cells": []}', "web page"),
        ("a.mhtml", b"From: <Saved by Blink>\n", "web page"),
        ("a.md", b"---\njupyter:\n  kernelspec:", "text made from a notebook"),
        ("a.tex", b"\\documentclass{article}", "LaTeX"),
        ("a.txt", b"hello", ""),
        ("a.png", b"\x89PNG", ""),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_stands_in_place_of_a_notebook_is_named(tmp_path, name, raw, what, packed):
    path = tmp_path / ("z.zip" if packed else name)
    path.write_bytes(pack({name: raw}) if packed else raw)
    (file,) = look(tmp_path)[0].values()
    assert file.raw is None
    assert what in file.what
    assert bool(what) == bool(file.what)


# --- one budget for the whole inbox --------------------------------------------------------------


def test_all_archives_of_an_inbox_share_one_budget(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "INBOX_FILES", 5)
    for name in ("a.zip", "b.zip", "c.zip"):
        (tmp_path / name).write_bytes(pack({f"{i}.ipynb": RAW for i in range(3)}))
    refused = []
    found = list(find_files(tmp_path, lambda *why: refused.append(why), budget=Budget(files=5)))
    assert len(found) == 5
    assert [where for where, _ in refused] == ["b.zip", "c.zip"]
    assert all(
        "in all archives of the inbox: the rest of this one was left" in w for _, w in refused
    )


def test_the_budget_counts_bytes_and_files_of_archives_in_archives(tmp_path):
    inner = pack({f"{i}.ipynb": RAW for i in range(10)})
    (tmp_path / "z.zip").write_bytes(pack({f"{i}.zip": inner for i in range(10)}))
    for budget, most in ((Budget(files=30), 29), (Budget(bytes=5 * len(inner)), 50)):
        found = list(find_files(tmp_path, lambda *why: None, budget=budget))
        assert 0 < len(found) <= most


def bomb(levels, count):
    """An archive of a few kilobytes with count ** levels notebooks in it."""
    packed = {f"s{i}/tutorial1_decoding.ipynb": RAW for i in range(count)}
    for level in range(levels - 1):
        raw = pack(packed)
        packed = {f"level{level}-{i}.zip": raw for i in range(count)}
    return pack(packed)


@pytest.mark.parametrize(("levels", "count"), [(2, 50), (2, 200), (3, 60)])
def test_some_kilobytes_do_not_become_thousands_of_notebooks(tmp_path, levels, count):
    packed = pack({"again.zip": bomb(levels, count)})
    assert len(packed) < 7_000
    (tmp_path / "z.zip").write_bytes(packed)
    found, refused = look(tmp_path)
    assert found == {}
    assert "far smaller than archives can be" in refused["z.zip/again.zip"]


def test_entries_that_share_their_bytes_stay_within_the_budget(tmp_path):
    raw = pack({"a.ipynb": RAW})
    at = raw.index(b"PK\x01\x02")
    end = raw.index(b"PK\x05\x06")
    entry, rest = raw[at:end], bytearray(raw[end:])
    rest[8:12] = struct.pack("<HH", 2_000, 2_000)
    rest[12:16] = struct.pack("<I", len(entry) * 2_000)
    (tmp_path / "z.zip").write_bytes(raw[:at] + entry * 2_000 + bytes(rest))
    refused = []
    found = list(find_files(tmp_path, lambda *why: refused.append(why), budget=Budget(files=100)))
    assert len(found) <= 100
    assert refused
