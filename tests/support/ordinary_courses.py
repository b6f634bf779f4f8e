"""Courses as nbgrader teaches them: asserts, hidden or not, and no `course.toml`.

`make_course` writes one of them with its release and its hand-ins. Each hand-in is one of a class:
who solved it, who solved a half, and so on; `MARKS` has the points that stock nbgrader gives.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import nbgrader
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.course.build import generate_assignment

# Seconds for a cell, in both graders; one hand-in of each course has a loop that never ends.
SECONDS = 3
CONFIG = """c = get_config()
c.CourseDirectory.course_id = "{name}"
c.ExecutePreprocessor.timeout = {seconds}
c.Execute.timeout = {seconds}
"""
OTHER_DATA = "other data"  # hands in its own data, with which the tests would not hold


def given(source: str, name: str = "") -> NotebookNode:
    """Make a code cell of the course; with a name it is read-only."""
    return _cell(source, name, locked=True) if name else new_code_cell(source)


def answer(source: str, name: str, points: float | None = None) -> NotebookNode:
    """Make a solution cell; with points a person marks it."""
    return _cell(source, name, solution=True, points=points)


def tests(source: str, name: str, points: float) -> NotebookNode:
    """Make a test cell."""
    return _cell(source, name, locked=True, points=points)


tests.__test__ = False


def question(name: str, points: float, model: str = "Because.") -> NotebookNode:
    """Make a cell of text that a person marks."""
    return _cell(model, name, solution=True, points=points, kind="markdown")


def task(source: str, name: str, points: float) -> NotebookNode:
    """Make a task: it is answered in other cells."""
    return _cell(source, name, locked=True, points=points, kind="markdown", task=True)


def _cell(
    source: str,
    name: str,
    *,
    solution: bool = False,
    locked: bool = False,
    points: float | None = None,
    kind: str = "code",
    task: bool = False,
) -> NotebookNode:
    cell = new_code_cell(source) if kind == "code" else new_markdown_cell(source)
    cell.metadata.nbgrader = {
        "grade": points is not None and not task,
        "grade_id": name,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": task,
        "cell_type": kind,
    }
    if points is not None:
        cell.metadata.nbgrader["points"] = points
    return cell


def solved(body: str, head: str = "") -> str:
    """Make the source of a solution cell: what stays, and what students write."""
    indent = "    " if head else ""
    lines = "\n".join(f"{indent}{line}" for line in body.split("\n"))
    marks = f"{indent}### BEGIN SOLUTION\n{lines}\n{indent}### END SOLUTION"
    return f"{head}\n{marks}" if head else marks


def text(source: str) -> NotebookNode:
    """Make a cell of text."""
    return new_markdown_cell(source)


@dataclass(frozen=True)
class OrdinaryCourse:
    """One assignment, and what a class hands in.

    Attributes
    ----------
    name : str
        Of the assignment's folder.
    notebooks : dict
        Cells of each notebook of the source, by its name.
    files : dict
        What lies beside them.
    answers : dict
        For each hand-in, the source of its changed cells, by grade id.
    """

    name: str
    notebooks: dict[str, list[NotebookNode]]
    answers: dict[str, dict[str, str]]
    files: dict[str, str] = field(default_factory=dict)


# --- a problem set on Python ---------------------------------------------------------------------

_BASICS = [
    text("# Lists and words"),
    given("import math\nNAME = ''"),
    text("## Mean\nWrite a function that gives the mean of a list; an empty list has the mean 0."),
    answer(
        solved("return sum(values) / len(values) if values else 0", "def mean(values):"), "mean"
    ),
    given("print(mean([1, 2, 3]))"),
    tests(
        '"""The mean of some lists"""\n'
        'assert mean([1, 2, 3]) == 2, "the mean of 1, 2 and 3 is 2"\n'
        "assert mean([5]) == 5\n"
        "### BEGIN HIDDEN TESTS\n"
        'assert mean([]) == 0, "think of an empty list"\n'
        "assert math.isclose(mean([0.1, 0.2]), 0.15)\n"
        "### END HIDDEN TESTS",
        "mean_test",
        2,
    ),
    text("## Palindromes\nTell whether a word reads the same backwards, whatever its capitals."),
    answer(
        solved("word = word.lower()\nreturn word == word[::-1]", "def is_palindrome(word):"),
        "palindrome",
    ),
    given("def passed(checks):\n    return sum(map(bool, checks)) / len(checks)", "helper"),
    tests(
        "right = [is_palindrome('anna'), not is_palindrome('anne')]\n"
        "### BEGIN HIDDEN TESTS\n"
        "right += [is_palindrome('Otto'), is_palindrome('')]\n"
        "### END HIDDEN TESTS\n"
        "4 * passed(right)",
        "palindrome_part",
        4,
    ),
    tests("%%time\nassert is_palindrome('level')", "palindrome_timed", 1),
    text("## A total\nPut the sum of the squares from 1 to 10 into `total`."),
    answer(solved("total = sum(i**2 for i in range(1, 11))"), "total"),
    tests("assert total == 385, f'total is {total}'", "total_now", 1),
    text("## Later\nNow let `total` be a text."),
    answer(solved("total = str(total)"), "later"),
    tests("assert total == '385'\nassert isinstance(total, str)", "total_later", 1),
]
_BASICS_SOLVED = {
    "mean": "def mean(values):\n    return sum(values) / len(values) if values else 0",
    "palindrome": "def is_palindrome(word):\n    w = word.lower()\n    return w == w[::-1]",
    "total": "total = 0\nfor i in range(1, 11):\n    total += i**2",
    "later": "total = f'{total}'",
}
BASICS = OrdinaryCourse(
    "basics",
    {"basics": _BASICS},
    {
        "solved": _BASICS_SOLVED,
        "half": {
            **_BASICS_SOLVED,
            "mean": "def mean(values):\n    return sum(values) / len(values)",
            "palindrome": "def is_palindrome(word):\n    return word == word[::-1]",
        },
        "wrong": {
            "mean": "def mean(values):\n    return max(values)",
            "palindrome": "def is_palindrome(word):\n    return False",
            "total": "total = 100",
            "later": "total = [total]",
        },
        "untouched": {},
        "error": {
            **_BASICS_SOLVED,
            "mean": "def mean(values)\n    return 1",
            "total": "totl = 385",
        },
        "endless": {
            **_BASICS_SOLVED,
            "mean": "def mean(values):\n    while True:\n        pass",
        },
    },
)

# --- numbers, and what a person reads ------------------------------------------------------------

_DATA = [
    text("# Heights"),
    given("import numpy as np\n\nheights = np.array([1.62, 1.71, 1.80, 1.93, 1.55])", "set_up"),
    text("## Standardise"),
    answer(
        solved("return (values - values.mean()) / values.std()", "def standardise(values):"),
        "standardise",
    ),
    tests(
        "z = standardise(heights)\n"
        "np.testing.assert_allclose(z.mean(), 0, atol=1e-9)\n"
        "### BEGIN HIDDEN TESTS\n"
        "np.testing.assert_allclose(standardise(np.array([1.0, 3.0])), [-1, 1])\n"
        "### END HIDDEN TESTS",
        "standardise_test",
        3,
    ),
    tests("round(float(np.std(z)), 6) == 1", "standardise_bool", 1),
    text("## Above\nPut the heights above the mean into `tall`."),
    answer(solved("tall = heights[heights > heights.mean()]"), "tall"),
    tests(
        "assert len(tall) == 2\nassert tall.min() > 1.7\nprint('well done')",
        "tall_test",
        2,
    ),
    text("## Why?"),
    question("why", 2),
    text("## Plot\nDraw them as you like."),
    answer(solved("print(sorted(heights))"), "plot", 3),
    task("## Look\nFind another data set and say what you see.", "look", 4),
]
_DATA_SOLVED = {
    "standardise": "def standardise(x):\n    return (x - np.mean(x)) / np.std(x)",
    "tall": "mean = heights.mean()\ntall = np.array([h for h in heights if h > mean])",
    "why": "Since the mean is taken off.",
    "plot": "print(heights)",
}
DATA = OrdinaryCourse(
    "data",
    {"heights": _DATA},
    {
        "solved": _DATA_SOLVED,
        "half": {"standardise": _DATA_SOLVED["standardise"], "why": "I do not know."},
        "wrong": {
            "standardise": "def standardise(values):\n    return values - 1",
            "tall": "tall = heights",
            "plot": "print('nothing')",
        },
        "untouched": {},
        "error": {**_DATA_SOLVED, "standardise": "import not_there", "tall": "tall = 1 / 0"},
        "warned": {
            **_DATA_SOLVED,
            "standardise": "import warnings\ndef standardise(values):\n"
            "    warnings.warn('slow')\n    return (values - values.mean()) / values.std()",
        },
    },
)

# --- several notebooks, and data beside them -----------------------------------------------------

_ONE = [
    text("# Rain"),
    given("rain = [float(line) for line in open('data/rain.csv').read().split()[1:]]"),
    answer(solved("return sum(day > 0 for day in rain)", "def wet_days(rain):"), "wet"),
    tests(
        "assert wet_days([0, 1, 2]) == 2\nassert wet_days(rain) == 4, 'four days were wet'",
        "wet_test",
        2,
    ),
]
_TWO = [
    text("# Rain again"),
    given("import csv\n\nwith open('data/rain.csv') as file:\n    rows = list(csv.reader(file))"),
    answer(solved("wettest = max(float(row[0]) for row in rows[1:])"), "wettest"),
    tests(
        "assert wettest == 12.5\n### BEGIN HIDDEN TESTS\nassert isinstance(wettest, float)\n"
        "### END HIDDEN TESTS",
        "wettest_test",
        1,
    ),
    question("dry", 1, "It rained."),
]
_SEVERAL_SOLVED = {
    "wet": "def wet_days(rain):\n    return len([d for d in rain if d > 0])",
    "wettest": "wettest = max(float(r[0]) for r in rows[1:])",
    "dry": "It seldom rains.",
}
SEVERAL = OrdinaryCourse(
    "rain lab",
    {"part one": _ONE, "part two": _TWO},
    {
        "solved": _SEVERAL_SOLVED,
        "half": {"wet": _SEVERAL_SOLVED["wet"]},
        "wrong": {"wet": "def wet_days(rain):\n    return 0", "wettest": "wettest = 3"},
        "untouched": {},
        "error": {"wet": "def wet_days(rain):\n    return rain.sum()", "wettest": "wettest ="},
        OTHER_DATA: _SEVERAL_SOLVED,
    },
    {"data/rain.csv": "mm\n0\n3.5\n12.5\n0\n1\n7.25\n"},
)

# --- nbgrader's own ------------------------------------------------------------------------------

_QUICKSTART_SOLVED = {
    "squares": "def squares(n):\n    if n < 1:\n        raise ValueError(n)\n"
    "    return [i**2 for i in range(1, n + 1)]",
    "sum_of_squares": "def sum_of_squares(n):\n    return sum(squares(n))",
    "sum_of_squares_equation": "$\\sum_i i^2$",
    "sum_of_squares_application": "print(sum_of_squares(4))",
    "part-a": "It gives the numbers of Fibonacci.",
    "part-b": "It never ends for numbers below 0.",
}
QUICKSTART = OrdinaryCourse(
    "ps1",
    {},
    {
        "solved": _QUICKSTART_SOLVED,
        "half": {
            **_QUICKSTART_SOLVED,
            "squares": "def squares(n):\n    return [i**2 for i in range(1, n + 1)]",
            "part-b": "YOUR ANSWER HERE",
        },
        "wrong": {
            "squares": "def squares(n):\n    return list(range(n))",
            "sum_of_squares": "def sum_of_squares(n):\n"
            "    return sum(i**2 for i in range(1, n + 1))",
        },
        "untouched": {},
        "error": {**_QUICKSTART_SOLVED, "squares": "def squares(n)\n    return []"},
        "no value error": {
            **_QUICKSTART_SOLVED,
            "squares": "def squares(n):\n    assert n > 0\n"
            "    return [i**2 for i in range(1, n + 1)]",
        },
    },
)

COURSES = {course.name: course for course in (QUICKSTART, BASICS, DATA, SEVERAL)}

# Automatic points of each hand-in, all notebooks together, as nbgrader 0.9.5 gives them.
MARKS = {
    "ps1": {
        "solved": 3,
        "half": 2,
        "wrong": 0.5,
        "untouched": 0,
        "error": 0,
        "no value error": 2,
    },
    "basics": {
        "solved": 9,
        "half": 6,
        "wrong": 1,
        "untouched": 0,
        "error": 5,
        "endless": 7,
    },
    "data": {"solved": 6, "half": 4, "wrong": 1, "untouched": 0, "error": 0, "warned": 3},
    "rain lab": {
        "solved": 3,
        "half": 2,
        "wrong": 0,
        "untouched": 0,
        "error": 0,
        OTHER_DATA: 3,
    },
}


def make_course(root: Path, course: OrdinaryCourse) -> Path:
    """Write a course, its release and gradebook, and what its class has handed in."""
    (root / "nbgrader_config.py").write_text(CONFIG.format(name="course", seconds=SECONDS))
    source = root / "source" / course.name
    if course is QUICKSTART:
        example = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source"
        shutil.copytree(example / "ps1", source)
        shutil.copy(example / "header.ipynb", root / "source")
        with (root / "nbgrader_config.py").open("a") as config:
            config.write('c.IncludeHeaderFooter.header = "source/header.ipynb"\n')
    for name, content in course.files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    for name, cells in course.notebooks.items():
        source.mkdir(parents=True, exist_ok=True)
        spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = new_notebook(cells=cells, metadata={"kernelspec": spec})
        nbformat.write(notebook, source / f"{name}.ipynb")
    generate_assignment(root, course.name, root / "release")
    for student in course.answers:
        hand_in(root, course, student)
    return root


def hand_in(root: Path, course: OrdinaryCourse, student: str) -> None:
    """Hand in what a student changed of each notebook, with the files beside it."""
    folder = root / "submitted" / student / course.name
    shutil.copytree(root / "release" / course.name, folder)
    for path in folder.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = course.answers[student].get(name, cell.source)
            if cell.source.startswith("NAME ="):
                cell.source = f"NAME = '{student}'\nCOLLABORATORS = 'none'"
        nbformat.write(notebook, path)
    if student == OTHER_DATA:
        (folder / "data" / "rain.csv").write_text("mm\n1\n")
