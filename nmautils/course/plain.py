"""A course that nbgrader made, with its ``nbgrader_config.py`` and without a ``course.toml``.

What ``course.toml`` would say has its default there, and the folders may have other names. This
does not import nbgrader, which takes a second.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from traitlets.config import Config

__all__ = [
    "CONFIG_FILE",
    "Folders",
    "config_fails",
    "folders_of",
    "how_to_release",
    "is_plain",
    "read_config",
    "settings_of",
]

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
    said = _said(config, config.stat().st_mtime_ns)
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
    said = _said(config, config.stat().st_mtime_ns).get("CourseDirectory", {})
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
def _said(config: Path, changed: int) -> dict[str, Any]:
    return dict(read_config(config.parent))


def read_config(root: Path) -> "Config":
    """Run ``nbgrader_config.py`` of a course.

    Raises
    ------
    CourseError
        If it is missing or fails: one line on why.
    """
    from traitlets.config.loader import PyFileConfigLoader

    if not (root / CONFIG_FILE).is_file():
        raise CourseError(f"no {CONFIG_FILE} in {root}; copy the one of the course's repository")
    try:
        return PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
    except CourseError:
        raise
    except (Exception, SystemExit) as error:
        raise config_fails(root, error) from None


def config_fails(root: Path, error: BaseException) -> CourseError:
    """Make an error of ``nbgrader_config.py`` one line."""
    why = " ".join(f"{type(error).__name__}: {error}".split())
    return CourseError(f"{root / CONFIG_FILE} fails: {why}")


def how_to_release(root: str | Path, assignment: str) -> str:
    """Give the command that makes the student version."""
    tool = "nbgrader generate_assignment" if is_plain(root) else "nmautils build"
    return f"`{tool} {assignment}`" if assignment else f"`{tool}`"
