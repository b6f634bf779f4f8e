"""A sandbox shows the folders of Python to a submission: none of them may hold a course.

That happens when an environment is made in the course's own folder, or a course is kept in the
folder of an environment. Its tests and solutions could be read then.
"""

import os
from collections.abc import Iterable
from functools import cache

from nmautils.errors import SandboxMissing

__all__ = ["refuse_courses"]

COURSE_FILES = ("course.toml", "gradebook.db")
# A course is looked for this many folders deep, and not where packages lie.
LEVELS = 3
PACKAGES = ("bin", "include", "lib", "lib32", "lib64", "libexec", "pkgs", "share", "src")


@cache
def refuse_courses(folders: Iterable[str]) -> None:
    """Raise `SandboxMissing` if one of these folders holds a course; it is looked up once."""
    for folder in folders:
        found = _course_in(folder, LEVELS)
        if found:
            raise SandboxMissing(
                f"the sandbox would show {found} to every submission, since Python is installed "
                f"in {folder}: make the environment in a folder of its own below the course "
                "(python -m venv .venv), or move the course out of it"
            )


def _course_in(folder: str, levels: int) -> str:
    """Find a course in a folder; give the path of a file of it, or nothing."""
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return ""
    for entry in inside:
        if entry.name in COURSE_FILES:
            return entry.path
    if levels > 1:
        for entry in inside:
            deeper = entry.name not in PACKAGES and entry.is_dir(follow_symlinks=False)
            if deeper and (found := _course_in(entry.path, levels - 1)):
                return found
    return ""
