"""Classes whose marks are made up: as plain values, or in a gradebook and records on disk."""

import os
import time
import warnings
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from nmautils.course.gradebook import open_gradebook
from nmautils.course.settings import (
    CourseInfo,
    Feedback,
    Grading,
    Install,
    Late,
    Points,
    Repository,
    Settings,
    Tutorial,
)
from nmautils.grading.model.results import ExerciseResult, Graded
from nmautils.grading.record.records import write_record
from nmautils.handback.earned import Class, Mark
from nmautils.people.collected import Collected
from nmautils.people.roster import Person, Roster

T1, T2 = "tutorial1_decoding", "tutorial2_convolution"
TITLES = {T1: "Decoding Neural Responses", T2: "Convolutional Neural Networks"}
MOST = 10.0

CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'made-up'\n"
TOML = """[course]
id = "made-up"
title = "A made-up course"
credit = ""
[repository]
owner = "someone"
name = "made-up"
[install]
requirement = "nmautils"
"""
TUTORIAL = """[tutorials.{name}]
order = {order}
title = "{title}"
minutes = 10
feedback_prefix = "T{order}"
creators = "Somebody"
"""


def settings(root: Path = Path(), titles: Mapping[str, str] = TITLES) -> Settings:
    """Settings with these tutorials, and nothing else said."""
    tutorials = {
        name: Tutorial(name, order, title, 10, f"T{order}", "Somebody")
        for order, (name, title) in enumerate(titles.items(), 1)
    }
    return Settings(
        root,
        CourseInfo("made-up", "A made-up course", ""),
        Repository("", ""),
        Install(""),
        Feedback(),
        Points(),
        Late(),
        Grading(),
        tutorials,
    )


def class_of(
    *people: Person,
    scores: Mapping[tuple[str, str], float | None] | None = None,
    titles: Mapping[str, str] = TITLES,
    collected: list[Collected] | None = None,
    marks: Mapping[tuple[str, str], Mark] | None = None,
) -> Class:
    """A class as plain values; whom `scores` does not have, or with None, handed nothing in."""
    earned = {(person.id, name): Mark(0.0, MOST) for person in people for name in titles}
    for key, score in (scores or {}).items():
        if score is not None:
            earned[key] = Mark(score, MOST, handed_in=True)
    earned |= marks or {}
    came = {(one.student, one.assignment): one for one in collected or []}
    return Class(settings(titles=titles), tuple(titles), Roster(people), earned, came)


def write_class(
    root: Path,
    scores: Mapping[str, Mapping[str, float | None]],
    people: Mapping[str, tuple[str, str, str]] | None = None,
    *,
    plain: bool = False,
    toml: str = "",
    waiting: tuple[tuple[str, str], ...] = (),
) -> Path:
    """A course on disk, with its gradebook and a record of each hand-in.

    Parameters
    ----------
    root : Path
        Where.
    scores : mapping
        For each assignment, from students to points; None: nothing handed in.
    people : mapping, optional
        For each student last name, first name and address, as in the gradebook.
    plain : bool
        Whether it has no ``course.toml``.
    toml : str
        What that says besides.
    waiting : tuple
        (student, assignment) of which a person has yet to mark a part.
    """
    (root / "nbgrader_config.py").write_text(CONFIG)
    if not plain:
        tutorials = [
            TUTORIAL.format(name=name, order=order, title=TITLES.get(name, name))
            for order, name in enumerate(scores, 1)
        ]
        (root / "course.toml").write_text("\n".join([TOML, toml, *tutorials]))
    students = dict.fromkeys(student for of_it in scores.values() for student in of_it)
    for name in scores:
        folder = root / "release" / name
        folder.mkdir(parents=True)
        empty = new_notebook(cells=[new_code_cell("1", id="one")])
        (folder / f"{name}.ipynb").write_text(nbformat.writes(empty))
    with warnings.catch_warnings(), open_gradebook(root) as gradebook:
        warnings.simplefilter("ignore")  # at how nbgrader adds rows
        for student in students:
            last, first, email = (people or {}).get(student, ("", "", ""))
            gradebook.add_student(
                student, last_name=last or None, first_name=first or None, email=email or None
            )
        for name, of_it in scores.items():
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("sum_test", name, name, max_score=MOST, cell_type="code")
            for student, score in of_it.items():
                if score is not None:
                    hand_in(root, gradebook, name, student, score, (student, name) in waiting)
        gradebook.db.commit()
    # Pages are as new as marks only if they are written later.
    past = time.time() - 60
    os.utime(root / "gradebook.db", (past, past))
    return root


def hand_in(root: Path, gradebook, name: str, student: str, score: float, waits: bool) -> None:
    """Put a hand-in into gradebook and records."""
    gradebook.add_submission(name, student, timestamp=datetime(2031, 1, 1))
    grade = gradebook.find_grade("sum_test", name, name, student)
    grade.auto_score, grade.needs_manual_grade = score, waits
    result = ExerciseResult("sum_test", MOST, score, title="The sum")
    path = write_record(root, Graded(student, name, "", "", 1, exercises=(result,)))
    past = time.time() - 60
    os.utime(path, (past, past))
