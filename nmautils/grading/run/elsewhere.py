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
