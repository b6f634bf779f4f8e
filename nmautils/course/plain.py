"""A course that nbgrader made, with its ``nbgrader_config.py`` and without a ``course.toml``.

What ``course.toml`` would say has its default there, and the folders may have other names. This
does not import nbgrader, which takes a second.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nmautils.course.settings import (
    FILE_NAME,
    CourseInfo,
    Feedback,
    Grading,
    Install,
    Late,
    Points,
    Repository,
    Settings,
    read_settings,
)
from nmautils.errors import CourseError

__all__ = ["CONFIG_FILE", "Folders", "folders_of", "how_to_release", "is_plain", "settings_of"]

CONFIG_FILE = "nbgrader_config.py"

_STRUCTURE = "{nbgrader_step}/{student_id}/{assignment_id}"


@dataclass(frozen=True)
class Folders:
    """Where a course keeps its notebooks.

    Attributes
    ----------
    source, release, submitted, autograded, feedback : Path
        As nbgrader calls them.
    plain : bool
        Whether the course has no ``course.toml``.
    """

    source: Path
    release: Path
    submitted: Path
    autograded: Path
    feedback: Path
    plain: bool = False


def is_plain(root: str | Path) -> bool:
    """Tell whether a folder is a course of nbgrader's without a ``course.toml``."""
    root = Path(root)
    return not (root / FILE_NAME).is_file() and (root / CONFIG_FILE).is_file()


def settings_of(root: str | Path) -> Settings:
    """Read ``course.toml``, or give the defaults to a course that has none.

    Raises
    ------
    CourseError
        If there is neither it nor ``nbgrader_config.py``, or it has a mistake.
    """
    root = Path(root).resolve()
    if not is_plain(root):
        return read_settings(root)
    return Settings(
        root=root,
        course=CourseInfo(root.name, root.name, ""),
        repository=Repository("", ""),
        install=Install(""),
        feedback=Feedback(),
        points=Points(),
        late=Late(),
        grading=_grading(root / CONFIG_FILE),
        tutorials={},
    )


def _grading(config: Path) -> Grading:
    """Take the time for a cell that nbgrader is told, if it is told one."""
    said = _read_config(config, config.stat().st_mtime_ns)
    for name in ("Execute", "ExecutePreprocessor"):
        seconds = said.get(name, {}).get("timeout")
        if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds > 0:
            return Grading(cell_seconds=seconds)
    return Grading()


def folders_of(root: str | Path) -> Folders:
    """Find the folders of a course; those of one with ``course.toml`` have nbgrader's names.

    Raises
    ------
    CourseError
        If ``nbgrader_config.py`` fails, or arranges the folders in another way.
    """
    root = Path(root).resolve()
    if not is_plain(root):
        return _folders(root, {}, plain=False)
    config = root / CONFIG_FILE
    said = _read_config(config, config.stat().st_mtime_ns).get("CourseDirectory", {})
    if str(said.get("directory_structure", _STRUCTURE)) != _STRUCTURE:
        raise CourseError(
            f"{config}: only the usual c.CourseDirectory.directory_structure is known, {_STRUCTURE}"
        )
    return _folders(root, said, plain=True)


def _folders(root: Path, said: dict[str, Any], plain: bool) -> Folders:
    def of(step: str) -> Path:
        return root / str(said.get(f"{step}_directory", step))

    return Folders(
        source=of("source"),
        release=of("release"),
        submitted=of("submitted"),
        autograded=of("autograded"),
        feedback=of("feedback"),
        plain=plain,
    )


@lru_cache(maxsize=8)
def _read_config(config: Path, changed: int) -> dict[str, Any]:
    from traitlets.config.loader import PyFileConfigLoader

    try:
        return dict(PyFileConfigLoader(config.name, path=str(config.parent)).load_config())
    except Exception as error:
        raise CourseError(f"{config} fails: {type(error).__name__}: {error}") from None


def how_to_release(root: str | Path, assignment: str) -> str:
    """Give the command that makes the student version."""
    tool = "nbgrader generate_assignment" if is_plain(root) else "nmautils build"
    return f"`{tool} {assignment}`" if assignment else f"`{tool}`"
