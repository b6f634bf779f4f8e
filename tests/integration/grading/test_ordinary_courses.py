"""Courses as nbgrader teaches them get the marks here that nbgrader gives, and nothing leaks."""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook

from nmautils.course.gradebook import open_gradebook
from nmautils.course.plain import settings_of
from nmautils.errors import CourseError
from nmautils.grading.grade_class import Lines, Local, grade_class
from nmautils.grading.model.limits import Limits
from nmautils.grading.model.results import EventKind
from nmautils.grading.record.marks import marks_of
from nmautils.grading.record.records import read_record
from nmautils.grading.report.feedback import feedback_page, read_page
from nmautils.grading.run import pool
from tests.support.amount import some
from tests.support.grading_class import TEST, nbgrader_here
from tests.support.ordinary_courses import (
    COURSES,
    MARKS,
    OrdinaryCourse,
    answer,
    hand_in,
    make_course,
    solved,
    tests,
    text,
)

pytestmark = pytest.mark.timeout(300)


class Quiet(Lines):
    def say(self, line):
        pass


def grade(root, students=()):
    limits = Limits.of(settings_of(root).grading)

    def place():
        return Local(1, pool.grade, limits=limits)

    report = grade_class(root, students=students, place=place, lines=Quiet())
    assert not report.failed
    return report


def rows(root):
    """All that nbgrader holds of the cells: points, who has to look, comments."""
    found = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    where = notebook.name, submission.student.id
                    for grade in notebook.grades:
                        given = grade.auto_score, grade.needs_manual_grade, grade.max_score
                        found[(*where, grade.name)] = given
                    for comment in notebook.comments:
                        found[(*where, comment.name, "comment")] = comment.auto_comment
    return found


def automatic(found):
    """Automatic points of each student."""
    points = {}
    for (_, student, *_), row in found.items():
        if isinstance(row, tuple):
            points[student] = points.get(student, 0) + (row[0] or 0)
    return points


@pytest.mark.parametrize("name", COURSES)
def test_the_marks_are_those_of_nbgrader(tmp_path, name):
    root = make_course(tmp_path, COURSES[name])
    report = grade(root)
    assert automatic(rows(root)) == MARKS[name]
    # One who imports a module that is not here: stock gives nothing, here a person is asked too.
    asked = {("error", "data/heights")} if name == "data" else set()
    assert report.needs_person.keys() == asked


# Of the others, MARKS are what this test found when all of them were run.
@pytest.mark.parametrize("name", some(list(COURSES), 4))
def test_nbgrader_itself_writes_the_same_rows(tmp_path, name):
    course = COURSES[name]
    (tmp_path / "ours").mkdir()
    ours = make_course(tmp_path / "ours", course)
    stock = shutil.copytree(ours, tmp_path / "stock")
    students = some(list(course.answers), 2)
    grade(ours, students)
    for student in students:
        nbgrader_here(stock, "autograde", course.name, f"--student={student}")
    assert rows(ours) == rows(stock)


def test_a_gradebook_that_is_new_says_what_helps_and_it_does(tmp_path):
    root = make_course(tmp_path, SMALL)
    hand_in(root, OrdinaryCourse("small", {}, {"ann": {"double": RIGHT}}), "ann")
    (root / "gradebook.db").unlink()
    with pytest.raises(CourseError) as caught:
        grade(root)
    advice = "nbgrader generate_assignment small --force"
    assert str(caught.value) == (
        f"the gradebook does not know small as it is in release/; run `{advice}`"
    )
    nbgrader_here(root, *advice.split()[1:])
    grade(root)
    assert automatic(rows(root)) == {"ann": 5}


# --- one notebook, many ways to hand it in -------------------------------------------------------

SECRET = "assert double(21) == 42"
HIDDEN = f"""assert double(2) == 4, "twice 2"
### BEGIN HIDDEN TESTS
{SECRET}
### END HIDDEN TESTS
"""
PART = "share = [double(1) == 2, double(3) == 6]\n3 * sum(share) / 2"
RIGHT = "def double(x):\n    return 2 * x"
SMALL = OrdinaryCourse(
    "small",
    {
        "small": [
            text("# Small"),
            answer(solved("return 2 * x", "def double(x):"), "double"),
            tests(HIDDEN, "double_test", 2),
            tests(PART, "double_part", 3),
        ]
    },
    {},
)
# What is handed in as the answer, and the points of the two tests.
ANSWERS = {
    "right": (RIGHT, 2, 3),
    "half": ("def double(x):\n    return 2 if x == 1 else 0", 0, 1.5),
    "ends the process": ("def double(x):\n    import os\n    os._exit(0)", 0, 0),
    "leaves": (f"{RIGHT}\nexit_code = 3", 2, 3),
    "raises at once": (f"{RIGHT}\nraise SystemExit", 2, 3),
    "floods": ("def double(x):\n    print('x' * 60_000)\n    return 0", 0, 0),
    "prints a number": ("def double(x):\n    print(3.0)\n    return 0", 0, 0),
    "displays a number": (
        "from IPython.display import display\n\ndef double(x):\n    display(3.0)\n    return 0",
        0,
        0,
    ),
    "warns": (
        "import sys\n\ndef double(x):\n    print('!', file=sys.stderr)\n    return 2 * x",
        0,
        0,
    ),
    # No line of a test may be left out because of what is missing here.
    "needs what is not there": ("import not_there\n\ndouble = not_there.double", 0, 0),
    "takes a line that fails": ("double = open('/content/double.pkl').read", 0, 0),
    "is no function": ("%not_there\ndouble = None", 0, 0),
    "asks": ("def double(x):\n    return int(input()) * x", 0, 0),
    "too deep": ("def double(x):\n    return double(x)", 0, 0),
    "too much": (
        "class Many(int):\n    def __radd__(self, other):\n        return 100\n"
        "    def __eq__(self, other):\n        return Many(1)\n    __hash__ = None\n\n"
        "def double(x):\n    return Many(2 * x)",
        2,
        0,
    ),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("small"), SMALL)
    release = nbformat.read(root / "release" / "small" / "small.ipynb", as_version=4)

    def hand_in(student, source, *more, between=()):
        notebook = nbformat.from_dict(release)
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells[1:]}
        before, cells["double"].source = cells["double"].source, source
        notebook.cells += [nbformat.v4.new_code_cell(source) for source in more]
        notebook.cells[3:3] = [nbformat.v4.new_code_cell(source) for source in between]
        folder = root / "submitted" / student / "small"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "small.ipynb")
        cells["double"].source = before
        del notebook.cells[4:]

    return root, hand_in


@pytest.mark.parametrize("name", ANSWERS)
def test_the_points_of_answers_that_behave_in_every_way(small, name):
    root, hand_in = small
    source, first, second = ANSWERS[name]
    hand_in(name, source)
    report = grade(root, [name])
    graded = read_record(root, "small", name)
    assert [exercise.score for exercise in graded.exercises] == [first, second]
    assert all(exercise.inside for exercise in graded.exercises)
    elsewhere = {"needs what is not there", "takes a line that fails"}
    assert bool(report.needs_person) == (name in {"floods", "too much", *elsewhere})


# Each looks for the hidden part where it is: in the process, from the moment its test runs.
THEFTS = {
    "history": (RIGHT, "print(In)", "print(get_ipython().user_ns['_ih'])"),
    "frames": (
        "import sys\n\ndef double(x):\n    frame = sys._getframe(1)\n    import linecache\n"
        "    raise AssertionError(''.join(linecache.getlines(frame.f_code.co_filename)))",
    ),
    "printed": (
        "import sys, linecache\n\ndef double(x):\n"
        "    print(linecache.getlines(sys._getframe(1).f_code.co_filename))\n    return 2 * x",
    ),
    "kept for later": (
        "import sys, linecache\nseen = []\n\ndef double(x):\n"
        "    seen.append(linecache.getlines(sys._getframe(1).f_code.co_filename))\n"
        "    open('seen', 'a').write(str(seen))\n    return 2 * x",
        "print(seen, open('seen').read())",
    ),
    "name of an error": (
        "import sys, linecache\n\ndef double(x):\n"
        "    text = ''.join(linecache.getlines(sys._getframe(1).f_code.co_filename))\n"
        "    raise type(text, (Exception,), {})(text)",
    ),
}


# Each says it in another form, or in a place where nobody looks for it.
LOOK = (
    "import sys, linecache\n\ndef look():\n    frame = sys._getframe(2)\n"
    "    return ''.join(linecache.getlines(frame.f_code.co_filename))\n"
)
# Its own process says what the student likes, whatever happens in it.
SAY = """
import sys, linecache
from nmautils.grading.run.student_kernel import Outlet
kernel = get_ipython().kernel
seen, honest = [""], type(kernel)._run

def said(loop, source):
    return None

def run(self, loop, source):
    if "BEGIN " + "HIDDEN" in source:
        seen[0] = source.split("HIDDEN TESTS\\n")[1].split("\\n")[0]
    return said(source) or honest(self, loop, source)

def failed(name, message, line):
    content = {"ename": name, "evalue": message, "traceback": []}
    Outlet.current.send({"kind": "error", "content": content})
    return {"kind": "reply", "content": {"status": "error", "line": line}}

type(kernel)._run = run
def double(x): return 2 * x
"""
LEFT_OUT = """
def said(source):
    if source.strip() == "double_part" and seen[0]:
        row = [1, "x", "OSError", seen[0], []]
        return {"kind": "reply", "content": {"status": "ok", "left_out": [row]}}
"""
IN_OTHER_WORDS = {
    "in another test": (
        f"{LOOK}kept = []\ndef double(x):\n    kept.append(look())\n"
        "    if x == 3:\n        raise AssertionError(kept[0])\n    return 2 * x",
    ),
    "backwards": (
        f"{LOOK}def double(x):\n    if x == 2:\n        raise AssertionError(look()[::-1])\n"
        "    return 2 * x",
    ),
    "in digits": (
        f"{LOOK}def double(x):\n    if x == 2:\n"
        "        raise ValueError(look().split('HIDDEN TESTS')[1].encode().hex())\n"
        "    return 2 * x",
    ),
    "as the name of an error": (
        f"{SAY}\ndef said(source):\n    if 'BEGIN ' + 'HIDDEN' in source:\n"
        "        return failed('x' + seen[0].encode().hex(), '', 3)\n",
    ),
    "at a line of its choice": (
        f"{SAY}\ndef said(source):\n    if 'BEGIN ' + 'HIDDEN' in source:\n"
        "        return failed('AssertionError', seen[0].encode().hex(), 1)\n",
    ),
    "as a line that was left out": (f"{SAY}{LEFT_OUT}",),
}
FORMS = (SECRET, "double(21)", SECRET[::-1], SECRET.encode().hex())


@pytest.mark.parametrize("name", [*THEFTS, *IN_OTHER_WORDS])
def test_the_hidden_part_does_not_reach_the_students_page(small, name):
    root, hand_in = small
    # Between the two tests is a cell of the student's own, with the name of the second.
    hand_in(name, *{**THEFTS, **IN_OTHER_WORDS}[name], between=["double_part"])
    grade(root, [name])
    graded = read_record(root, "small", name)
    with open_gradebook(root) as gradebook:
        page = feedback_page(graded, marks_of(gradebook, "small", name))
    told = [c.hint for e in graded.exercises for c in e.checks] + [e.text for e in graded.events]
    for form in FORMS:
        assert form not in page
        assert not any(form in text for text in told)


def test_an_own_cell_with_the_name_of_a_test_is_told_of_as_an_own_cell(small):
    root, hand_in = small
    long = (
        "class Long:\n    def __repr__(self):\n        return 'x' * 60_000\n\ndouble_part = Long()"
    )
    hand_in("namesake", f"{RIGHT}\n\n{long}", between=["double_part"])
    grade(root, ["namesake"])
    graded = read_record(root, "small", "namesake")
    assert [(event.cell, event.kind) for event in graded.events] == [
        ("own cell 1, `double_part`", EventKind.CUT)
    ]
    with open_gradebook(root) as gradebook:
        page = read_page(graded, marks_of(gradebook, "small", "namesake"))
    assert page.events == [f"Your own cell 1, `double_part`: {graded.events[0].text}"]
    assert not any(exercise.events for exercise in page.exercises)


MIXED = OrdinaryCourse(
    "mixed",
    {
        "mixed": [
            answer(solved("return 2 * x", "def double(x):"), "double"),
            tests(HIDDEN, "double_asserts", 1),
            tests(TEST.format(name="double", at4=8, at10=20, athalf=1.0), "double_test", 2),
        ]
    },
    {
        "looks": {
            "double": "import gc, linecache\n\ndef double(x):\n"
            "    seen = str(linecache.cache) + str(get_ipython().user_ns['In'])\n"
            "    return 0 if 'double' + '(21)' in seen else 2 * x"
        }
    },
)


def test_no_hidden_assert_is_in_the_process_while_probes_are_asked(tmp_path):
    root = make_course(tmp_path, MIXED)
    report = grade(root)
    graded = read_record(root, "mixed", "looks")
    found = {exercise.grade_id: exercise for exercise in graded.exercises}
    assert found["double_test"].score == 2  # asked first, though its cell stands below
    assert found["double_asserts"].score == 0  # there it is
    assert [found[name].inside for name in ("double_asserts", "double_test")] == [True, False]
    assert report.inside == {"mixed": ("double_asserts",)}
