"""A course with released notebooks and an inbox, and ways to put hand-ins there."""

import os
import shutil
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.support.paths import ROOT

T1 = "tutorial1_decoding"
T2 = "tutorial2_convolution"
MORNING = datetime(2030, 5, 1, 8, 0, 0, tzinfo=timezone.utc).timestamp()


def notebook(text: str = "x = 1") -> bytes:
    """A notebook of one cell."""
    return nbformat.writes(new_notebook(cells=[new_code_cell(text, id="one")])).encode()


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with two released assignments and an empty inbox."""
    for name in (T1, T2):
        folder = tmp_path / "release" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_bytes(notebook())
    shutil.copy(ROOT / "course.toml", tmp_path)
    (tmp_path / "inbox").mkdir()
    return tmp_path


def due_at(course: Path, zone: str) -> None:
    """Write the due dates in another time zone, such as ``"+02:00"``."""
    toml = (course / "course.toml").read_text()
    toml = toml.replace("2030-06-30T23:59:00+00:00", f"2030-06-30T23:59:00{zone}")
    (course / "course.toml").write_text(toml)


def put(course: Path, path: str, raw: bytes | None = None, when: float = MORNING) -> Path:
    """Put a file into the inbox, by default a notebook."""
    target = course / "inbox" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(notebook() if raw is None else raw)
    os.utime(target, (when, when))
    return target


def put_zip(
    course: Path,
    name: str,
    files: dict[str | zipfile.ZipInfo, bytes],
    when: tuple[int, int, int, int, int, int] = (2030, 5, 1, 8, 0, 0),
) -> Path:
    """Put an archive into the inbox."""
    path = course / "inbox" / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, raw in files.items():
            info = file if isinstance(file, zipfile.ZipInfo) else zipfile.ZipInfo(file, when)
            archive.writestr(info, raw)
    return path


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of change of every file below a folder."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
