"""The wheel of this library, made of what is installed: without a network, a compiler or a builder.

It holds the files of the package `nmautils` and what its installation says of it. There is no
source, test or solution of a course in it, since none lies in the package.
"""

import base64
import hashlib
import io
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import nmautils
from nmautils.errors import CourseError

__all__ = ["library_files", "needed_python", "wheel_name", "wheel_of"]

# What the package is made of; a note or a notebook that somebody left beside it is not.
SUFFIXES = {".css", ".j2", ".mplstyle", ".py", ".pyi", ".typed"}
_WHEEL = "Wheel-Version: 1.0\nGenerator: nmautils\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_THEN = (1980, 1, 1, 0, 0, 0)  # so that the same files give the same wheel


def _installed() -> Distribution:
    try:
        return distribution("nmautils")
    except PackageNotFoundError:
        raise CourseError(
            "nmautils is imported from a folder, but not installed: run `make venv`, or "
            "`python -m pip install --editable .` in that folder"
        ) from None


def wheel_name() -> str:
    """File name of the wheel."""
    return f"nmautils-{_installed().version}-py3-none-any.whl"


def needed_python() -> str:
    """Give the oldest version of Python that the library works with."""
    return str(_installed().metadata["Requires-Python"] or "3").removeprefix(">=")


def library_files() -> dict[str, bytes]:
    """Read all files that go into the wheel, but for the list of them.

    Raises
    ------
    CourseError
        If nmautils is not installed.
    """
    here = Path(nmautils.__file__).resolve().parent
    files = {
        path.relative_to(here.parent).as_posix(): path.read_bytes()
        for path in sorted(here.rglob("*"))
        if path.suffix in SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(here).parts)
        and path.is_file()
    }
    installed = _installed()
    folder = f"nmautils-{installed.version}.dist-info"
    # Its long description is the README of whoever teaches.
    head, _, _ = (installed.read_text("METADATA") or "").partition("\n\n")
    files[f"{folder}/METADATA"] = f"{head}\n".encode()
    files[f"{folder}/WHEEL"] = _WHEEL.encode()
    for name in ("entry_points.txt", "licenses/LICENSE"):
        if text := installed.read_text(name):
            files[f"{folder}/{name}"] = text.encode()
    return files


def wheel_of(files: dict[str, bytes]) -> bytes:
    """Pack the files of :func:`library_files`; the same files give the same bytes."""
    (folder,) = {name.partition("/")[0] for name in files if name.endswith("dist-info/WHEEL")}
    record = f"{folder}/RECORD"
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    everything = {**files, record: "\n".join([*lines, f"{record},,", ""]).encode()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in everything.items():
            entry = zipfile.ZipInfo(name, _THEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
