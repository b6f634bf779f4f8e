"""A sandbox shows ``/usr`` and the folders of Python to a submission: none may hold a course.

That happens when an environment is made in the course's own folder, or a course is kept in the
folder of an environment, or in ``/usr/src`` of a container. Its tests could be read then.
"""

import os
from functools import cache
from pathlib import Path

from nmautils.errors import SandboxMissing

__all__ = ["refuse_courses"]

COURSE_FILES = ("course.toml", "gradebook.db", "nbgrader_config.py")
# Here a configuration is that of the whole machine, and no course's.
SETTINGS = f"{os.sep}etc{os.sep}jupyter"
# A course is looked for this many folders deep, and not where packages lie.
LEVELS = 4
PACKAGES = ("bin", "sbin", "include", "lib", "lib32", "lib64", "libx32", "libexec", "pkgs", "share")


@cache
def refuse_courses(folders: tuple[str, ...]) -> None:
    """Raise `SandboxMissing` if one of these folders holds a course.

    Folders below another one of them are not looked at: they hold packages.
    """
    for folder in folders:
        above = {str(path) for path in Path(folder).parents}
        found = "" if above.intersection(folders) else _course_in(folder, LEVELS)
        if found:
            raise SandboxMissing(
                f"the sandbox would show {found} to every submission, since it shows {folder} with "
                "the programs in it: keep the course elsewhere, or Python in a folder of its own "
                "below the course (python -m venv .venv)"
            )


def _course_in(folder: str, levels: int) -> str:
    """Find a course in a folder; give the path of a file of it, or nothing."""
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return ""
    deeper = []
    if folder.endswith(SETTINGS):
        return ""
    for entry in inside:
        if entry.name in COURSE_FILES:
            return entry.path
        if levels > 1 and entry.name not in PACKAGES and entry.is_dir(follow_symlinks=False):
            deeper.append(entry.path)
    return next(filter(None, (_course_in(path, levels - 1) for path in deeper)), "")
