"""What shows that a line works only elsewhere: names of places, errors, and fetchers.

The sandbox and the grader both read it, so it imports nothing of either.
"""

import re

__all__ = [
    "FOLDER_OF_A_PLATFORM",
    "GUARDED",
    "INSTALLER",
    "NOTHING_FOUND",
    "NO_FOLDER",
    "NO_NETWORK",
    "PLATFORM",
    "is_cut_short",
    "missing_program",
]

# Commands that need the network or the rights of an administrator; they are not even tried.
INSTALLER = re.compile(
    r"\s{0,40}(?:(?:sudo|yes ?\||uv|\S{0,200}python[\d.]{0,9} -m|\{?sys\.executable\}? -m) ){0,3}"
    r"(?:pip3?|conda|mamba|uv|apt|apt-get|brew|npm|wget|curl|gdown|kaggle|git\s+clone)\b"
)
PLATFORM = re.compile(r"\b(?:colab|kaggle)\b", re.IGNORECASE)
FOLDER_OF_A_PLATFORM = re.compile(r"[\"'](?:/content|/kaggle)(?![\w-])")
# What a condition asks for before a notebook goes on.
GUARDED = re.compile(
    rf"{PLATFORM.pattern}|{FOLDER_OF_A_PLATFORM.pattern}|\b(?:COLAB|KAGGLE)_|\b(?:cuda|gpu|mps|tpu)\b",
    re.IGNORECASE,
)
# Errors of what expects files in a folder that is empty here.
NOTHING_FOUND = {"IndexError", "StopIteration", "ValueError"}
# torch has no error of its own for these two.
NO_FOLDER = re.compile(r"\AParent directory .+ does not exist")
NO_NETWORK = re.compile(r"\bno internet connection\b")


def is_cut_short(error: str, message: str) -> bool:
    """Tell whether an error, by its name and text, comes from a file that nobody has filled."""
    return error == "EmptyDataError" or (
        error == "EOFError" and message.startswith(("No data left in file", "Ran out of input"))
    )


# Programs that hosted notebooks have: those of films, of formulas in figures and of graphs.
_PROGRAMS = ("convert", "dot", "dvipng", "ffmpeg", "ffprobe", "gs", "latex", "magick", "pdflatex")
_NOT_FOUND = (
    re.compile(r"\ARequested MovieWriter \((\w{1,20})\) not available"),
    re.compile(r"\AFailed to process string with tex because (\w{1,20}) could not be found"),
    re.compile(rf"\A\[Errno 2\] No such file or directory: '({'|'.join(_PROGRAMS)})'"),
    re.compile(r"\Afailed to execute \w*\(?'(\w{1,20})'"),
)
_WHICH = re.compile(r"\bwhich\([\"'](\w{1,20})[\"']")


def missing_program(error: str, message: str, code: str) -> str:
    """Give the program that an error, by its name and text, says is not there; or nothing.

    Parameters
    ----------
    error, message : str
        Name and text of the error.
    code : str
        The statement that it comes from.
    """
    if error in {"FileNotFoundError", "RuntimeError", "ExecutableNotFound"}:
        found = next(filter(None, (pattern.match(message) for pattern in _NOT_FOUND)), None)
        return found[1] if found else ""
    # What looks for a program and does not find it goes on with nothing.
    looked = _WHICH.search(code) if "NoneType" in message else None
    return looked[1] if looked else ""
