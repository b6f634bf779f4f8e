"""The parts of the benchmark of graders: the class, the comparison of marks, the tables."""

import ast
import os
import re
import subprocess
import sys
import textwrap
import zipfile
from collections import defaultdict

import pytest

from benchmarks import grading
from benchmarks.grading import Results, Timing
from benchmarks.otter_assignment import write_assignment
from nmautils.course.contract import EXERCISES

TUTORIAL = "tutorial2_convolution"


def test_every_other_student_is_right_and_their_marks_are_known():
    students = grading.sample_class(TUTORIAL, 6)
    full = students[0].total
    assert [student.total == full for student in students] == [True, False] * 3
    assert len({student.answers for student in students}) == 6
    assert all(set(student.expected) == set(EXERCISES[TUTORIAL]) for student in students)


def test_otter_gets_a_test_case_with_its_points_for_every_check(tmp_path):
    write_assignment(tmp_path, [TUTORIAL])
    with zipfile.ZipFile(tmp_path / f"{TUTORIAL}.zip") as archive:
        names = [name for name in archive.namelist() if name.startswith("tests/")]
        points = 0.0
        for name in names:
            tree = ast.parse(archive.read(name))
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                points += sum(k.value.value for k in call.keywords if k.arg == "points")
    assert [name[6:-3] for name in names] == list(EXERCISES[TUTORIAL])
    assert points == grading.sample_class(TUTORIAL, 1)[0].total


def test_processor_time_of_orphans_is_counted(tmp_path):
    # In a process of its own: it becomes the parent of all orphans, and waits for every child.
    program = """
        from pathlib import Path
        from benchmarks import grading
        work = "import os, time\\nwhile time.process_time() < 0.3: pass\\nos._exit(0)"
        command = ["sh", "-c", f"(python3 -c '{work}' &) ; exit 3"]
        assert grading.run(command, Path.cwd(), accept=(3,)).cpu >= 0.3
        grading.run(["sh", "-c", "exit 3"], Path.cwd())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(grading.ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"RuntimeError: .* ended with 3: see .*bench\.log", done.stderr), done.stderr


def test_marks_that_differ_are_named():
    way = grading.all_ways([TUTORIAL], [])[0]
    expected = {(TUTORIAL, "s000"): 9.0, (TUTORIAL, "s001"): 4.0, (TUTORIAL, "s002"): 1.0}
    found = grading.differences(way, {(TUTORIAL, "s000"): 9.0}, expected, {TUTORIAL: 2})
    assert found == [f"{way.name}: s001 in {TUTORIAL} got None, not 4"]


def test_tables_compare_by_submission(tmp_path):
    tutorials = list(EXERCISES)
    ways = grading.all_ways(tutorials, tutorials[:2])
    results = Results(defaultdict(list), {}, [], {"jobs1": {"judging": 0.1}})
    for way in ways:
        count = 2 if way.few else 10
        results.graded[way.name] = dict.fromkeys(way.tutorials, count)
        each = Timing(8.0 * count, 4.0 * count)
        took = dict.fromkeys(way.tutorials, each)
        if "nmautils" in way.name:
            took = {"all": Timing(0.4 * count * len(way.tutorials), 1.0)}
        results.timings[way.name].append(took)
    text = grading.tables(results, ways)
    assert "| nbgrader autograde, stock | 8 | 8.00 | 4.00 | 7.5 | 1.0 |" in text
    assert "| nmautils grade, 1 job | 40 | 0.40 | 0.03 | 150.0 | 20.0 |" in text
    assert "(tutorials 1 and 2) | 20 | 0.40 | 0.05 | 150.0 | 20.0 |" in text
    assert "| judging | 0.100 | 25% |" in text
    assert "All marks are those" in text

    page = tmp_path / "page.md"
    page.write_text("before\n{}\nold\n{}\nafter\n".format(*grading.MARKS))
    grading.write(page, text)
    written = page.read_text()
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert text in written
    assert "old" not in written
    page.write_text("no marks")
    with pytest.raises(ValueError, match="has no line"):
        grading.write(page, text)
