"""The course's assignments for otter-grader: the same checks, as otter's test files.

Each exercise becomes one test file, each of its named checks one test case with its points. The
first test case that is run executes our whole test cell among the student's variables, as the
notebook itself does; the others look up what it found. So otter and nbgrader run the same code
the same number of times.

Run by otter's own Python as ``otter_assignment.py AUTOGRADER MARKS NOTEBOOK...``, this grades
notebooks one after the other in one process, which is the fastest that otter offers without
containers (``otter run`` starts anew for each).
"""

import json
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OTTER = ROOT / "build" / "bench-venv" / "bin" / "python"

TEST_FILE = """\
from otter.test_files import test_case

OK_FORMAT = False
name = {exercise!r}
SOURCE = {source!r}
KEPT = "_found_by_" + name


def require(env, number):
    if KEPT not in env:
        env[KEPT] = []
        exec(compile(SOURCE, "<test>", "exec"), env)
        env[KEPT] = env["checks"].results
    result = env[KEPT][number]
    assert result.passed, result.hint
"""
TEST_CASE = """

@test_case(points={points!r}, name={name!r})
def check_{number}(env):
    require(env, {number})
"""


def write_assignment(folder: Path, tutorials: list[str]) -> None:
    """Write ``TUTORIAL.zip``, otter's autograder, for each tutorial."""
    from nmautils.course.contract import EXERCISES
    from tests.support.answers_runner import all_answers, graded_cells, run

    answers = {(a.tutorial, a.exercise): a for a in all_answers() if a.right}
    for tutorial in tutorials:
        with zipfile.ZipFile(folder / f"{tutorial}.zip", "w") as archive:
            config = {"show_stdout": False, "print_summary": False, "print_score": False}
            archive.writestr("otter_config.json", json.dumps(config))
            for exercise in EXERCISES[tutorial]:
                solved = run(tutorial, exercise, answers[tutorial, exercise].source)
                source = graded_cells(tutorial)[f"{exercise}_test"]
                text = TEST_FILE.format(exercise=exercise, source=source)
                for number, result in enumerate(solved.results):
                    text += TEST_CASE.format(number=number, points=result.points, name=result.name)
                archive.writestr(f"tests/{exercise}.py", text)


def grade_with_otter(folder: Path, tutorial: str) -> list[str]:
    """Give the command that grades a tutorial's hand-ins into ``marks-TUTORIAL.json``."""
    notebooks = sorted(folder.glob(f"submitted/*/{tutorial}/*.ipynb"))
    files = [folder / f"{tutorial}.zip", folder / f"marks-{tutorial}.json", *notebooks]
    return [str(OTTER), __file__, *map(str, files)]


def main(autograder: str, target: str, *notebooks: str) -> None:
    """Grade notebooks; write the points of each student."""
    from otter.run import main as otter_run

    marks = {}
    for notebook in notebooks:
        results = otter_run(notebook, autograder=autograder, output_dir=None, no_logo=True)
        marks[Path(notebook).parts[-3]] = results.total
    Path(target).write_text(json.dumps(marks))


if __name__ == "__main__":
    main(*sys.argv[1:])
