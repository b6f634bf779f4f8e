"""The proof that a tutorial teaches what it promises.

The generated files are in step with the source; the solution runs from top to bottom and gets
full marks; the untouched student version stops in its exercises and nowhere else; and nothing
of an answer is left in it. Each of these stands in a file of its own.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import nbformat

from nmautils.course.build import check_cells, load_notebook
from nmautils.course.probes import check_probes
from nmautils.course.problems import Problem
from nmautils.course.settings import Settings, read_settings
from nmautils.course.stamp import shown, source_notebook
from nmautils.course.verify.copies import check_copies
from nmautils.course.verify.in_step import check_in_step, regenerate
from nmautils.course.verify.leaks import check_leaks
from nmautils.course.verify.runs import check_solution_run, check_student_run
from nmautils.course.verify.structure import check_release, check_structure
from nmautils.course.verify.stubs import check_answers, check_stubs
from nmautils.errors import CourseError

__all__ = ["verify", "verify_tutorial"]


def verify(
    root: str | Path,
    tutorials: Iterable[str] = (),
    quick: bool = False,
    profiles: Iterable[str] = ("small",),
) -> list[Problem]:
    """Check tutorials.

    Parameters
    ----------
    root
        Folder of the course.
    tutorials
        Names; none means all that have a source.
    quick
        Leave out what needs the notebooks to be run.
    profiles
        Sizes at which they are run.

    Returns
    -------
    list of Problem
        Empty if all is well.
    """
    settings = read_settings(root)
    problems: list[Problem] = []
    for tutorial in settings.select(list(tutorials)):
        problems += verify_tutorial(settings, tutorial, quick, profiles)
    return problems


def verify_tutorial(
    settings: Settings, tutorial: str, quick: bool = False, profiles: Iterable[str] = ("small",)
) -> list[Problem]:
    """All checks of one tutorial; see :func:`verify`."""
    where = shown(settings.source(tutorial), settings.root)
    try:
        raw, stamped, places = source_notebook(settings, tutorial)
        check_cells(stamped, places)
    except CourseError as error:
        return [Problem(*_split(str(error), where))]
    problems = list(check_structure(settings, tutorial, stamped, places))
    problems += check_probes(stamped, places)
    problems += check_answers(tutorial, stamped, places)

    try:
        fresh = regenerate(settings, tutorial, stamped)
    except CourseError as error:
        return [*problems, Problem(f"release/{tutorial}", str(error))]
    problems += check_in_step(settings, tutorial, raw, stamped, fresh)
    name = f"{tutorial}.ipynb"
    released = settings.root / "release" / tutorial / name
    try:
        student = load_notebook(released)
    except CourseError:
        student = nbformat.reads(fresh[name].decode(), as_version=nbformat.NO_CONVERT)
    release = f"release/{tutorial}/{name}"
    problems += check_release(settings, tutorial, stamped, student, release)
    problems += check_leaks(stamped, student, release)
    problems += check_copies(stamped, student, release)
    problems += check_stubs(stamped, student, release)
    if not quick:
        for profile in profiles:
            problems += check_solution_run(stamped, profile, f"solutions/{tutorial}/{name}")
            problems += check_student_run(student, profile, release)
    return problems


def _split(message: str, where: str) -> tuple[str, str]:
    """Cut ``file:line: cell x: text`` into place and text."""
    match = re.match(r"(\S+\.md(?::\d+)?(?:: cell \S+)?): (.*)", message, re.DOTALL)
    return (match[1], match[2]) if match else (where, message)
