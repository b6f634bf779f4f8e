"""What a file is, told from its first bytes and not from its name."""

import re
import zlib

from nmautils.errors import HandInError
from nmautils.grading.model.limits import HEAD_BYTES, MIB, NOTEBOOK_FILE_BYTES

__all__ = ["GZIP", "gunzip", "looks_like", "may_be_notebook", "signature_of"]

GZIP = b"\x1f\x8b"
_DOWNLOAD = "use File > Download > Download .ipynb"

# First bytes of what people hand in instead of a notebook.
_SIGNATURES = {
    b"PK": "a zip archive: unpack it and hand in the .ipynb file",
    b"BZh": "a bzip2 archive: unpack it and hand in the .ipynb file",
    b"\xfd7zXZ": "an xz archive: unpack it and hand in the .ipynb file",
    b"7z\xbc\xaf": "a 7z archive: unpack it and hand in the .ipynb file",
    b"Rar!": "a rar archive: unpack it and hand in the .ipynb file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text of a word processor",
    b"\xd0\xcf\x11\xe0": "a document of a word processor",
    b"version https://git-lfs": "a Git LFS pointer, which only names a file",
    b"[InternetShortcut]": "a link to a page: hand in the .ipynb file itself",
}
# How the exports of a notebook begin, and other texts.
_TEXTS = (
    (("%pdf",), f"it is a PDF: {_DOWNLOAD}"),
    (("<!doctype", "<html", "<?xml", "from: <saved by"), f"it is a web page: {_DOWNLOAD}"),
    (
        ("#", "import ", "from ", "%", '"""', "'''", "def ", "class "),
        f"it looks like a Python program: hand in the .ipynb file ({_DOWNLOAD})",
    ),
    (("---\njupyter", "---\njupytext"), f"it is a text made from a notebook: {_DOWNLOAD}"),
    (("\\documentclass",), f"it is a text for LaTeX: {_DOWNLOAD}"),
)
# In a file of JSON, in JSON within a string, and however deep it is quoted.
_CELLS = re.compile(rb'["\\](?:cells|worksheets)\\{0,15}"\s{0,9}:')


def signature_of(raw: bytes) -> str:
    """Say what the first bytes are instead of a notebook's; nothing if that is not known."""
    return next((what for start, what in _SIGNATURES.items() if raw.startswith(start)), "")


def looks_like(text: str) -> str:
    """Say what a text is instead of JSON; nothing if that is not known."""
    start = text[:1000].lstrip()[:200].lower()
    for beginnings, what in _TEXTS:
        if start.startswith(beginnings):
            return what
    if "\n<<<<<<< " in text and "\n>>>>>>> " in text:
        return "it holds a Git merge conflict that nobody has resolved"
    return ""


def may_be_notebook(head: bytes) -> bool:
    """Whether a file that begins so may be a notebook, whatever it is called."""
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, HEAD_BYTES)
        except zlib.error:
            return False
    head = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")  # UTF-16 and marks
    return head[:1] in (b"{", b"[", b'"') and _CELLS.search(head) is not None


def gunzip(raw: bytes) -> bytes:
    """Unpack a file that was packed by gzip, never more than a notebook may have.

    Raises
    ------
    HandInError
        If it is damaged or too large.
    """
    unpacker = zlib.decompressobj(31)
    try:
        unpacked = unpacker.decompress(raw, NOTEBOOK_FILE_BYTES)
    except zlib.error as error:
        raise HandInError(f"the file is a damaged gzip archive ({error})") from None
    if unpacker.unconsumed_tail:
        raise HandInError(
            f"the file is a gzip archive with more than {NOTEBOOK_FILE_BYTES // MIB} MB in it"
        )
    return unpacked
