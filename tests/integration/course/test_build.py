"""build and verify on the tiny course: each promise kept, each broken promise found."""

import json
import shutil
from datetime import datetime

import nbformat
import pytest

from nmautils.course import build as build_module
from nmautils.course import contract
from nmautils.course import verify as verify_module
from nmautils.course.build import build, load_notebook
from nmautils.course.settings import read_settings
from nmautils.course.stamp import dumps, source_notebook
from nmautils.course.verify import runs, verify
from nmautils.course.verify.leaks import secret_lines
from nmautils.course.verify.stubs import signatures
from nmautils.errors import CourseError
from tests.support.paths import TINY_COURSE

RELEASE, SOLUTION = "release/tiny/tiny.ipynb", "solutions/tiny/tiny.ipynb"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("built") / "course"
    shutil.copytree(TINY_COURSE, root)
    shutil.copy(TINY_COURSE.parents[2] / "nbgrader_config.py", root)
    build(root)
    return root


@pytest.fixture
def course(built, tmp_path):
    shutil.copytree(built, tmp_path / "course")
    return tmp_path / "course"


@pytest.fixture
def no_run(monkeypatch):
    """Fail if a notebook is run."""

    def refuse(*args, **kwargs):
        raise AssertionError("the notebook was run")

    monkeypatch.setattr(build_module.expected, "execute", refuse)


def edit(course, old, new, name="source/tiny/tiny.md"):
    path = course / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def files(course):
    return {
        path.relative_to(course).as_posix(): path.read_bytes()
        for folder in ["source", "release", "solutions"]
        for path in (course / folder).rglob("*")
        if path.is_file()
    }


def cells(course, name=RELEASE):
    return {cell.id: cell for cell in load_notebook(course / name).cells}


# --- build ---------------------------------------------------------------------------------------


def test_build_notes_each_release_by_what_students_got(course, no_run):
    noted = (course / "releases.csv").read_text()
    names = {line.split(",")[2] for line in noted.splitlines()[1:]}
    assert names == set(cells(course))
    assert build(course) == []
    edit(course, "Which of the two", "Which one of the two")
    build(course)
    new = (course / "releases.csv").read_text().removeprefix(noted).splitlines()
    # Such a cell is named after its text: there is one more, and one less.
    assert [bool(line.split(",")[4]) for line in new] == [True, False]


def test_build_writes_source_solutions_and_release(built):
    assert sorted(files(built)) == [
        RELEASE,
        "solutions/tiny/mean.py",
        SOLUTION,
        "source/tiny/expected/key.json",
        "source/tiny/expected/mean.png",
        "source/tiny/expected/mean.txt",
        "source/tiny/tiny.ipynb",
        "source/tiny/tiny.md",
    ]


def test_building_again_changes_nothing_and_runs_nothing(course, no_run):
    before = files(course)
    assert build(course) == []
    assert files(course) == before


def test_every_notebook_is_written_in_the_same_way(built):
    for name, content in files(built).items():
        if name.endswith(".ipynb"):
            assert dumps(load_notebook(built / name)) == content


def test_the_student_sees_stub_visible_tests_expected_picture_and_blank_question(built):
    made = cells(built)
    assert made["mean"].source.startswith('raise NotImplementedError("Exercise: complete mean")')
    assert "total = ..." in made["mean"].source
    assert "without weights" in made["mean_test"].source
    assert "with weights" not in made["mean_test"].source
    assert made["think_median"].source == "*Your answer here.*"
    assert "mean: 3.00" in made["mean-expected"].source
    assert "![Five points on a rising line" in made["mean-expected"].source
    order = list(made)
    assert order[order.index("mean-expected") - 1].startswith("demo-")
    assert not any(cell.get("outputs") for cell in made.values())


def test_the_release_holds_nbgraders_checksums_and_locks(built):
    made = cells(built)
    for name in ["mean", "mean_test", "think_median"]:
        assert len(made[name].metadata.nbgrader.checksum) == 32
        assert made[name].metadata.deletable is False
    assert made["mean_test"].metadata.editable is False


def test_the_solution_notebook_has_plain_answers_and_outputs(built):
    made = cells(built, SOLUTION)
    assert "blank" not in made["mean"].source
    assert made["mean_test"].outputs[0].data["text/plain"] == "2.0"
    assert "**Mark scheme**" in made["think_median"].source
    namespace = {}
    exec((built / "solutions/tiny/mean.py").read_text(), namespace)
    assert namespace["mean"]([1, 2], [1, 3]) == 1.75


def test_the_gradebook_knows_assignment_and_due_date(built):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{built}/gradebook.db") as gradebook:
        assignment = gradebook.find_assignment("tiny")
        assert assignment.duedate == datetime(2031, 1, 31, 11, 0)
        assert assignment.max_score == 5


def test_a_change_of_prose_is_built_without_running_anything(course, no_run):
    edit(course, "Which of the two", "Which one of the two")
    changed = {path.relative_to(course).as_posix() for path in build(course)}
    assert changed == {"source/tiny/tiny.ipynb", RELEASE, SOLUTION, "releases.csv"}
    assert cells(course, SOLUTION)["mean_test"].outputs


def test_a_changed_course_toml_is_built_as_a_whole_and_runs_nothing(course, no_run):
    before = files(course)
    for old, new in [
        ('owner = "someone"', 'owner = "fork"'),
        ('title = "Means & medians"', 'title = "Averages"'),
        ('feedback_prefix = "TINY"', 'feedback_prefix = "SMALL"'),
        ('slides = "abcde"', 'slides = "fghij"'),
        ("[repository]", "[grading]\npackages = []\n[repository]"),
    ]:
        edit(course, old, new, "course.toml")
    changed = {path.relative_to(course).as_posix() for path in build(course)}
    assert changed == {"releases.csv", "source/tiny/tiny.ipynb", RELEASE, SOLUTION}
    for name in changed - {"releases.csv"}:
        text = (course / name).read_text()
        assert all(word in text for word in ["github.com/fork/tiny-course", "Averages", "SMALL"])
    assert {name: files(course)[name] for name in before if "expected" in name} == {
        name: content for name, content in before.items() if "expected" in name
    }
    assert cells(course, SOLUTION)["mean_test"].outputs
    assert found(course) == []
    assert build(course) == []


def test_a_changed_due_date_reaches_the_gradebook_and_is_told(course, no_run):
    from nbgrader.api import Gradebook

    said = []
    edit(course, "due = 2031-01-31T12:00:00+01:00", "due = 2031-02-01T12:00:00Z", "course.toml")
    assert build(course, say=said.append) == []
    assert [line for line in said if "due" in line] == [
        "tiny: the gradebook says now that it is due 2031-02-01 12:00:00+00:00"
    ]
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert gradebook.find_assignment("tiny").duedate == datetime(2031, 2, 1, 12, 0)
    said.clear()
    build(course, say=said.append)
    assert [line for line in said if "due" in line] == []


def test_packages_for_answers_are_built_without_running_anything(course, no_run):
    edit(course, "[repository]", '[grading]\npackages = ["numpy"]\n[repository]', "course.toml")
    build(course)
    for name in ["source/tiny/tiny.ipynb", RELEASE, SOLUTION]:
        made = load_notebook(course / name)
        assert made.metadata.nmautils.packages == ["numpy"], name
    assert found(course) == []


def test_packages_for_answers_stand_in_a_solution_that_was_run(course):
    edit(course, "[repository]", '[grading]\npackages = ["numpy"]\n[repository]', "course.toml")
    build(course, refresh=True)
    assert found(course) == []


def test_what_a_cell_shows_says_what_its_stamps_say_now(tmp_path):
    def notebook(source, *outputs):
        cell = nbformat.v4.new_code_cell(source, id="explore-1", outputs=[*outputs])
        return nbformat.v4.new_notebook(cells=[cell])

    data = {"text/html": "<a>o/vb7</a> vb70", "image/png": "/vb7+"}
    shown = nbformat.v4.new_output("display_data", data)
    file = tmp_path / "old.ipynb"
    file.write_bytes(dumps(notebook('slides("vb7")', shown)))
    unfilled = {"explore-1": 'slides("{{ slides }}")'}
    new = notebook('slides("zzz")')
    assert build_module.changed_tests(new, unfilled, file) == set()
    [cell] = build_module.with_outputs(new, unfilled, file).cells
    assert cell.outputs[0].data == {"text/html": "<a>o/zzz</a> vb70", "image/png": "/vb7+"}
    other = notebook('slides("zzz", 1)')
    unfilled = {"explore-1": 'slides("{{ slides }}", 1)'}
    assert build_module.changed_tests(other, unfilled, file) is None


def test_a_change_of_code_runs_the_solution_again(course, no_run):
    edit(course, "np.arange(1.0, 6.0)", "np.arange(1.0, 7.0)")
    with pytest.raises(AssertionError, match="was run"):
        build(course)


@pytest.fixture
def ran(monkeypatch):
    """Ids of the code cells of each notebook that is run."""
    execute, notebooks = build_module.expected.execute, []

    def note(nb, *args, **kwargs):
        notebooks.append([cell.id for cell in nb.cells if cell.cell_type == "code"])
        return execute(nb, *args, **kwargs)

    monkeypatch.setattr(build_module.expected, "execute", note)
    return notebooks


def test_a_changed_hint_runs_its_test_alone_and_keeps_pictures_and_numbers(course, ran):
    before = cells(course, SOLUTION)
    edit(course, '"without weights"', '"with equal weights"')
    changed = {path.relative_to(course).as_posix() for path in build(course)}
    assert changed == {"source/tiny/tiny.ipynb", RELEASE, SOLUTION, "releases.csv"}
    [names] = ran
    assert [name.split("-")[0] for name in names] == ["setup", "setup", "mean", "mean_test"]
    after = cells(course, SOLUTION)
    assert "with equal weights" in str(after["mean_test"].outputs)
    for name, cell in after.items():
        if name != "mean_test":
            assert cell == before[name]
    assert after["mean_test"].execution_count == before["mean_test"].execution_count
    assert after["mean_test"].outputs[0].execution_count == after["mean_test"].execution_count
    assert found(course) == []
    assert build(course) == []
    assert len(ran) == 1


def test_a_changed_hint_gives_what_a_whole_run_would_give(course):
    edit(course, '"without weights"', '"with equal weights"')
    build(course)
    quickly = files(course)
    build(course, refresh=True)
    assert files(course) == quickly


def test_changed_code_of_a_test_or_of_a_demonstration_runs_all(course, ran):
    for old, new in [("call([1, 2, 3], None), 2", "call([1, 2, 6], None), 3"), ('"o")', '"x")')]:
        edit(course, old, new)
        build(course)
    assert [len(names) for names in ran] == [7, 7]


def test_refresh_runs_the_solution_again(course, no_run):
    with pytest.raises(AssertionError, match="was run"):
        build(course, refresh=True)


def test_only_the_part_asked_for_is_written(course):
    edit(course, "Which of the two", "Which one of the two")
    assert [p.name for p in build(course, parts=["source"])] == ["tiny.ipynb"]
    assert "Which of the two" in (course / RELEASE).read_text()


def test_a_solution_that_fails_is_one_line_and_release_stays(course, monkeypatch):
    before = files(course)[RELEASE]
    edit(course, "values = np.arange(1.0, 6.0)", "values = undefined_name")
    with pytest.raises(CourseError, match="raised NameError: name 'undefined_name'") as caught:
        build(course)
    assert "source/tiny/tiny.md: cell setup-" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert files(course)[RELEASE] == before


def test_a_wrong_solution_cell_is_named_before_anything_is_run(course, no_run):
    edit(course, "### END SOLUTION", "### THE END")
    with pytest.raises(CourseError, match=r"tiny\.md:\d+: cell mean: '### BEGIN SOLUTION' without"):
        build(course)


def test_nbgrader_refuses_changed_cells_once_there_are_submissions(course):
    import warnings

    from nbgrader.api import Gradebook

    with warnings.catch_warnings(), Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        warnings.simplefilter("ignore")  # of SQLAlchemy, about nbgrader's own code
        gradebook.add_student("ada")
        gradebook.add_submission("tiny", "ada")
    before = files(course)[RELEASE]
    assert build(course) == []  # unchanged cells are fine
    edit(course, "think_median", "think_mode")
    with pytest.raises(CourseError, match="has submissions") as caught:
        build(course)
    assert "\n" not in str(caught.value)
    assert files(course)[RELEASE] == before


def test_answers_are_not_released_even_if_the_configuration_forgets_them(course):
    edit(course, '    "*.md",\n', "", "nbgrader_config.py")
    before = files(course)
    with pytest.raises(CourseError, match=r"tiny\.md would be released with the answers"):
        build(course)
    assert files(course) == before
    assert any("holds the answers" in line for line in found(course))


def test_a_missing_or_failing_configuration_is_one_line(course):
    (course / "nbgrader_config.py").write_text("1 / 0")
    with pytest.raises(CourseError, match=r"nbgrader_config\.py fails: ZeroDivisionError"):
        build(course)
    (course / "nbgrader_config.py").unlink()
    with pytest.raises(CourseError, match=r"no nbgrader_config\.py in"):
        build(course)


def test_files_of_former_exercises_disappear(course):
    (course / "release/tiny/old.ipynb").write_text("{}")
    (course / "solutions/tiny/old.py").write_text("")
    build(course)
    assert not (course / "release/tiny/old.ipynb").exists()
    assert not (course / "solutions/tiny/old.py").exists()


# --- verify: generated files ---------------------------------------------------------------------


def found(course, **options):
    return [str(problem) for problem in verify(course, quick=True, **options)]


def test_a_fresh_build_has_no_problems(built):
    assert found(built) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("source/tiny/tiny.ipynb", "Which of", "What of", "source/tiny/tiny.ipynb: is not what"),
        (RELEASE, "Which of", "What of", f"{RELEASE}: is not what the source gives (first at"),
        (SOLUTION, "Which of", "What of", f"{SOLUTION}: is not what"),
        ("solutions/tiny/mean.py", "weights", "w", "solutions/tiny/mean.py: is not what"),
        ("source/tiny/expected/mean.txt", "3.00", "4.00", f"{RELEASE}: is not what"),
        ("source/tiny/expected/key.json", '"code": "', '"code": "0', "made by other code"),
    ],
)
def test_a_generated_file_out_of_step_is_found(course, name, old, new, message):
    edit(course, old, new, name)
    assert any(message in line for line in found(course)), found(course)


@pytest.mark.parametrize("name", ["source/tiny/tiny.ipynb", RELEASE, "solutions/tiny/mean.py"])
def test_a_missing_file_is_found(course, name):
    (course / name).unlink()
    assert f"{name}: is missing; run nmautils build" in found(course)


def test_stray_files_are_found(course):
    (course / "release/tiny/notes.txt").write_text("x")
    (course / "solutions/tiny/old.py").write_text("x")
    lines = found(course)
    assert "release/tiny/notes.txt: does not belong here; run nmautils build" in lines
    assert "solutions/tiny/old.py: belongs to no exercise; run nmautils build" in lines


def test_outputs_of_the_solution_may_differ(course):
    nb = load_notebook(course / SOLUTION)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], 7
    (course / SOLUTION).write_bytes(dumps(nb))
    assert found(course) == []


def test_a_source_that_cannot_be_read_is_one_problem(course):
    edit(course, "tags: [demo]", "tags: [figure]")
    [line] = found(course)
    assert line.startswith("source/tiny/tiny.md:")
    assert "has no kind" in line


# --- verify: source and release, in memory -------------------------------------------------------


@pytest.fixture(scope="module")
def parts(built):
    """Settings, stamped source, places and released notebook of the tiny course."""
    settings = read_settings(built)
    _, stamped, places = source_notebook(settings, "tiny")
    return settings, stamped, places, load_notebook(built / RELEASE)


def source_problems(built, tmp_path, *changes):
    """Problems of the source after textual changes, without any generated file."""
    shutil.copytree(built, tmp_path / "c")
    for old, new in changes:
        edit(tmp_path / "c", old, new)
    settings = read_settings(tmp_path / "c")
    _, stamped, places = source_notebook(settings, "tiny")
    problems = [
        *verify_module.check_structure(settings, "tiny", stamped, places),
        *verify_module.check_probes(stamped, places),
        *verify_module.check_answers("tiny", stamped, places),
    ]
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("grade_id: mean_test", "grade_id: means_test", "cell mean: has no test cell 'mean_test'"),
        ("grade_id: mean_test", "grade_id: means_test", "cell means_test: tests no exercise"),
        ("expected: mean\n", "", "no demo cell has 'expected: mean'"),
        ("### BEGIN MARK SCHEME", "", "a question needs a mark scheme"),
        ("### BEGIN SOLUTION\nThe median", "The median", "a question needs a model answer"),
        ("points: 2", "points: 2.25", "2.25 points are no multiple of 0.5"),
        ("points: 2", "points: 4", "points sum to 7, course.toml says 5"),
        ("checks = Checks", "mean([1])\nchecks = Checks", "line 9 uses mean outside a function"),
        ("@probe\n", "", "uses mean outside a function marked with @probe"),
        ("@probe\n", "", "has no function marked with @probe"),
        ("call([1, 2, 3], None)", "(lambda: mean([2]))()", "uses mean outside"),
        ("checks = Checks", "checks = = Checks", "cell mean_test: does not parse (line 9)"),
        ("def mean(", "import os\n\n\ndef mean(", "only definitions belong here, not 'import os'"),
        ("def mean(", "x = 1\n\n\ndef mean(", "only definitions belong here, not 'x = 1'"),
    ],
)
def test_a_defect_of_the_source_is_found(built, tmp_path, old, new, message):
    lines = source_problems(built, tmp_path, (old, new))
    assert any(message in line for line in lines), lines
    assert all(line.startswith("source/tiny/tiny.md") for line in lines)


def test_the_source_of_the_tiny_course_has_no_defect(built, tmp_path):
    assert source_problems(built, tmp_path) == []


def test_names_of_the_contract_are_demanded(parts, monkeypatch):
    settings, stamped, places, _ = parts
    agreed = {"tiny": {"mean": ("average",), "median": ("median",)}}
    monkeypatch.setattr(contract, "EXERCISES", agreed)
    monkeypatch.setattr(contract, "QUESTIONS", {"tiny": ("think_mode",)})
    lines = [
        str(problem)
        for problem in [
            *verify_module.check_structure(settings, "tiny", stamped, places),
            *verify_module.check_answers("tiny", stamped, places),
        ]
    ]
    for message in [
        "the contract's exercise 'median' is missing",
        "the contract's question 'think_mode' is missing",
        "the contract has no question 'think_median'",
        "defines mean; contract: average",
    ]:
        assert any(message in line for line in lines), lines


def release_problems(parts, change):
    """Problems of the release after `change` was applied to its cells."""
    settings, stamped, _, student = parts
    student = nbformat.from_dict(student)
    change({cell.id: cell for cell in student.cells}, student)
    problems = [
        *verify_module.check_release(settings, "tiny", stamped, student, RELEASE),
        *verify_module.check_leaks(stamped, student, RELEASE),
        *verify_module.check_copies(stamped, student, RELEASE),
        *verify_module.check_stubs(stamped, student, RELEASE),
    ]
    return [str(problem) for problem in problems]


def replace(name, old, new):
    def change(by_id, nb):
        assert old in by_id[name].source
        by_id[name].source = by_id[name].source.replace(old, new, 1)

    return change


def append(name, text):
    def change(by_id, nb):
        by_id[name].source += text

    return change


def swap(by_id, nb):
    nb.cells[3], nb.cells[4] = nb.cells[4], nb.cells[3]


MODEL_ANSWER = "The median barely moves; the mean moves by a share of the error."
COPY = "\nx = y = [1.0]\ns = sum(a * b for a, b in zip(x, y, strict=True))"
LEAK = "\ntotal = sum(v * w for v, w in zip(values, weights, strict=True))"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        # cells
        (lambda by_id, nb: nb.cells.remove(by_id["mean_test"]), "cell mean_test is missing"),
        (lambda by_id, nb: nb.cells.append(by_id["mean"]), "cell mean: id is used twice"),
        (lambda by_id, nb: by_id["mean"].update(id="x"), "cell x: the source has no such cell"),
        (swap, "not in the source's order"),
        (lambda by_id, nb: nb.cells.remove(by_id["mean-expected"]), "mean-expected is missing"),
        (lambda by_id, nb: nb.cells.pop(0), "the badges of this repository"),
        (lambda by_id, nb: nb.cells[3].metadata.update(tags=["demo"]), "is demo, the source has"),
        (lambda by_id, nb: nb.cells[3].metadata.update(tags=[]), "has no kind"),
        # leaks
        (append("mean", "\n### BEGIN SOLUTION"), "'BEGIN SOLUTION' is left"),
        (append("mean_test", "\n### BEGIN HIDDEN TESTS"), "'BEGIN HIDDEN TESTS' is left"),
        (append("think_median", "\n### END MARK SCHEME"), "'END MARK SCHEME' is left"),
        (append("mean", "\nx = 1  # blank: x = ..."), "'# blank:' is left"),
        (append("mean", LEAK), "shows 'total = sum(v * w"),
        (append("mean-expected", LEAK), "shows 'total = sum(v * w"),
        (append("mean_test", COPY), "is part of the answer of exercise mean"),
        (append("mean_test", '\nwith checks("with weights", points=1):'), "of test mean_test"),
        (append("think_median", " " + MODEL_ANSWER),
         "of question think_median"),
        (append("think_median", " Two points for the median, one for the reason."),
         "of question think_median"),
        (lambda by_id, nb: by_id["mean"].update(execution_count=1), "cell mean: has outputs"),
        (lambda by_id, nb: by_id["mean"].update(outputs=[1]), "cell mean: has outputs"),
        # stubs
        (append("mean", "\n)"), "the stub does not parse (line 9)"),
        (replace("mean", "raise NotImplementedError", "raise ValueError"), "must begin by raising"),
        (replace("mean", "complete mean", "complete it"), "must begin by raising"),
        (replace("mean", "weights=None", "weights=1"), "mean is (values, weights=1) in the stub"),
        (replace("mean", "def mean", "def average"), "mean is missing in the stub"),
        (append("mean", "\ndef other(): ..."), "other is () in the stub, missing in the solution"),
    ],
)  # fmt: skip
def test_a_defect_of_the_release_is_found(parts, change, message):
    lines = release_problems(parts, change)
    assert any(message in line for line in lines), lines
    assert all(line.startswith(RELEASE) for line in lines)


def test_the_release_of_the_tiny_course_has_no_defect(parts):
    assert release_problems(parts, lambda by_id, nb: None) == []


def test_methods_and_bases_of_a_class_are_compared():
    import ast

    one, other = (
        signatures(ast.parse(text).body)
        for text in [
            "class Net(Module):\n    def forward(self, r): ...",
            "class Net(object):\n    def forward(self, s): ...",
        ]
    )
    assert one == {"Net": "class(Module)", "Net.forward": "(self, r)"}
    assert {key for key in one if one[key] != other[key]} == {"Net", "Net.forward"}


def test_what_stands_openly_before_an_exercise_is_no_secret(built, tmp_path):
    shutil.copytree(built, tmp_path / "c")
    settings = read_settings(tmp_path / "c")
    line = LEAK.strip()
    assert line in secret_lines(source_notebook(settings, "tiny")[1])
    edit(tmp_path / "c", "*About 2 min from the start.*", f"As in `{line}`.")
    assert line not in secret_lines(source_notebook(settings, "tiny")[1])


# --- verify: runs --------------------------------------------------------------------------------


def cell(name, source, *tags, **nbgrader):
    metadata = {"tags": list(tags)} if tags else {"nbgrader": {"grade_id": name, **nbgrader}}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def graded(name, source):
    return cell(name, source, grade=True, solution=False, points=1)


def exercise(name, source):
    return cell(name, source, grade=False, solution=True)


def notebook(*cells):
    return nbformat.from_dict(
        {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    )


def marked(source):
    return f"def f():\n    ### BEGIN SOLUTION\n    {source}\n    ### END SOLUTION"


def test_a_run_of_the_solution_shows_every_defect():
    nb = notebook(
        exercise("ex", marked("return 1")),
        graded("full_test", "float(f())"),
        graded("partial_test", "0.5"),
        graded("numpy_test", "import numpy as np\nnp.float64(1)"),
        graded("silent_test", "f();"),
        graded("failing_test", "assert f() == 2"),
        graded("warning_test", "import sys\nprint('careful', file=sys.stderr)\n1.0"),
        cell("demo-1", "1 / 0", "demo", "raises-exception"),
    )
    lines = [str(p) for p in verify_module.check_solution_run(nb, "small", SOLUTION)]
    where = f"{SOLUTION} (profile small): cell"
    assert lines == [
        f"{where} partial_test: the solution gets 0.5 of 1 points",
        f"{where} numpy_test: the solution gets None of 1 points",
        f"{where} silent_test: the solution gets None of 1 points",
        f"{where} failing_test: raised AssertionError: ",
        f"{where} failing_test: the solution gets None of 1 points",
        f"{where} warning_test: writes to stderr, which costs all points: careful",
        f"{where} demo-1: raised ZeroDivisionError: division by zero",
    ]


def test_a_run_of_the_student_version_shows_every_defect():
    raises = 'raise NotImplementedError("Exercise: complete f")\ndef f(): ...'
    nb = notebook(
        exercise("ex", raises),
        exercise("silent", "def g(): ..."),
        exercise("wrong", "raise ValueError()"),
        graded("zero_test", "0.0"),
        graded("generous_test", "1.0"),
        graded("broken_test", "f()"),
        cell("demo-told", "print('needs f') if 'f' not in globals() else f()", "demo"),
        cell("demo-mute", "if 'f' in globals():\n    f()", "demo"),
        cell("demo-free", "x = 1", "demo"),
        cell("explore-1", "f()", "explore"),
        cell(
            "explore-2",
            "import sys\nprint('Traceback (most recent call last):\\nOops', file=sys.stderr)",
            "explore",
        ),
    )
    lines = [str(p) for p in verify_module.check_student_run(nb, "small", RELEASE)]
    where = f"{RELEASE} (profile small): cell"
    unknown = "fails in the untouched notebook with NameError: name 'f' is not defined"
    assert lines == [
        f"{where} silent: untouched, it must raise NotImplementedError",
        f"{where} wrong: untouched, it must raise NotImplementedError",
        f"{where} generous_test: untouched gives 1.0 points, must be 0.0",
        f"{where} broken_test: {unknown}",
        f"{where} demo-mute: needs f and must say so while it is missing",
        f"{where} explore-1: {unknown}",
        f"{where} explore-2: a traceback on stderr: Oops",
    ]


def test_notebooks_are_run_at_the_profile_asked_for_on_one_thread_with_simulated_data():
    names = ["PROFILE", "DATA", "OFFLINE"]
    source = (
        "import os\n"
        f"print([os.environ['NMAUTILS_' + name] for name in {names}], os.listdir('.'), "
        "os.environ['OMP_NUM_THREADS'])"
    )
    done = runs.expected.execute(notebook(cell("demo-1", source, "demo")), "full")
    assert done.cells[0].outputs[0].text == "['full', 'simulated', '1'] [] 1\n"
    assert json.loads(dumps(done))["metadata"]["language_info"].keys() == {
        "file_extension",
        "mimetype",
        "name",
        "pygments_lexer",
    }


def test_the_whole_proof_holds_for_the_tiny_course(built):
    assert [str(problem) for problem in verify(built)] == []
