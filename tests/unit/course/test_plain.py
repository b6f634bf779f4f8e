"""Courses that nbgrader made, without a course.toml: their folders, limits and names."""

import json
import shutil

import pytest

from nmautils.cli import main
from nmautils.course.gradebook import find_gradebook, nbgrader_directory
from nmautils.course.plain import CONFIG_FILE, folders_of, how_to_release, is_plain, settings_of
from nmautils.course.settings import FILE_NAME, Grading, find_root
from nmautils.errors import CourseError, UsageError
from nmautils.grading.grade_class import grade_class
from nmautils.grading.intake.collect import collect
from nmautils.grading.intake.submissions import find_hand_ins, submitted_path
from nmautils.grading.model.assignment import freeze
from nmautils.grading.model.names import folder_and_notebook, name_of, released_names
from nmautils.grading.model.results import Graded
from nmautils.grading.record.records import write_record
from tests.support.grading_class import graded
from tests.support.paths import TINY_COURSE


@pytest.fixture
def course(tmp_path):
    def write(config="c = get_config()\n"):
        (tmp_path / CONFIG_FILE).write_text(config)
        return tmp_path

    return write


def notebook(*tests, language="python", ids=True):
    cells = [dict(graded(source, name, test=True)) for name, source in tests]
    if not ids:
        for cell in cells:
            del cell["id"]
    metadata = {"kernelspec": {"name": "x", "display_name": "x", "language": language}}
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5 if ids else 4}
    )


def put(root, *names, text=None, steps=("source", "release")):
    for step in steps:
        for name in names:
            folder, its_name = folder_and_notebook(name)
            path = root / step / folder / f"{its_name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text or notebook(("one", "assert 1")))


# --- which course --------------------------------------------------------------------------------


def test_a_course_is_plain_if_it_has_only_nbgraders_configuration(course):
    root = course()
    assert is_plain(root)
    assert settings_of(root).tutorials == {}
    assert settings_of(root).grading == Grading()
    assert find_root(root) == root
    shutil.copy(TINY_COURSE / FILE_NAME, root)
    assert not is_plain(root)
    assert settings_of(root).tutorials


def test_a_folder_that_is_no_course_is_told(tmp_path):
    with pytest.raises(CourseError, match=f"no {FILE_NAME}"):
        settings_of(tmp_path)


def test_the_nearest_course_counts_of_either_kind(course):
    root = course()
    shutil.copy(TINY_COURSE / FILE_NAME, root)
    inner = root / "inner"
    (inner / "source").mkdir(parents=True)
    assert find_root(inner / "source") == root
    (inner / CONFIG_FILE).write_text("")
    assert find_root(inner / "source") == inner
    (inner / CONFIG_FILE).unlink()
    (inner / FILE_NAME).touch()
    assert find_root(inner / "source") == inner


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("", 30),
        ("c.Execute.timeout = 7", 7),
        ("c.ExecutePreprocessor.timeout = 60", 60),
        ("c.Execute.timeout = 2.5\nc.ExecutePreprocessor.timeout = 60", 2.5),
        ("c.Execute.timeout = None", 30),
        ("c.Execute.timeout = 0", 30),
        ("c.Execute.timeout = -1", 30),
        ("c.Execute.timeout = True", 30),
        ("c.Execute.timeout = 'long'", 30),
        ("c.Execute.interrupt_on_timeout = True", 30),
    ],
)
def test_the_time_for_a_cell_is_what_nbgrader_is_told(course, line, seconds):
    root = course(f"c = get_config()\n{line}\n")
    assert settings_of(root).grading.cell_seconds == seconds


# --- its folders ---------------------------------------------------------------------------------


def test_folders_have_the_names_that_the_configuration_gives(course, tmp_path):
    root = course(
        "c = get_config()\n"
        "c.CourseDirectory.source_directory = 'instructor/source'\n"
        f"c.CourseDirectory.submitted_directory = '{tmp_path}/elsewhere'\n"
    )
    folders = folders_of(root)
    assert folders.source == root / "instructor" / "source"
    assert folders.submitted == tmp_path / "elsewhere"
    assert folders.release == root / "release"
    assert folders.plain
    assert submitted_path(root, "ps1/one", "ann") == tmp_path / "elsewhere/ann/ps1/one.ipynb"


def test_a_changed_configuration_is_read_again(course):
    root = course()
    assert folders_of(root).release == root / "release"
    course("c = get_config()\nc.CourseDirectory.release_directory = 'for_students'\n")
    assert folders_of(root).release == root / "for_students"


@pytest.mark.parametrize("read", [folders_of, find_gradebook, nbgrader_directory])
@pytest.mark.parametrize(
    "config",
    [
        "c = ",
        "1 / 0",
        "import not_there",
        "raise OSError('no')",
        "raise OSError('two\\nlines')",
        "import sys; sys.exit(3)",
    ],
)
def test_a_configuration_that_fails_is_told_in_one_line(course, config, read):
    root = course(config)
    with pytest.raises(CourseError, match=f"{CONFIG_FILE} fails") as caught:
        read(root)
    assert "\n" not in str(caught.value)


def test_another_structure_of_folders_is_refused(course):
    root = course(
        "c = get_config()\n"
        "c.CourseDirectory.directory_structure = '{assignment_id}/{nbgrader_step}/{student_id}'\n"
    )
    with pytest.raises(CourseError, match="directory_structure"):
        folders_of(root)


def test_a_course_with_course_toml_keeps_its_folders(course):
    root = course("c = get_config()\nc.CourseDirectory.source_directory = 'other'\n")
    shutil.copy(TINY_COURSE / FILE_NAME, root)
    assert folders_of(root).source == root / "source"
    assert how_to_release(root, "tiny") == "`nmautils build tiny`"


# --- its assignments -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "folder", "its_notebook"),
    [
        ("ps1", "ps1", "ps1"),
        ("ps1/problem1", "ps1", "problem1"),
        ("week 2/part one", "week 2", "part one"),
        ("a.b/c-d", "a.b", "c-d"),
    ],
)
def test_a_name_is_that_of_a_folder_and_a_notebook(name, folder, its_notebook):
    assert folder_and_notebook(name) == (folder, its_notebook)
    assert name_of(folder, its_notebook) == name


def test_every_released_notebook_is_an_assignment(course):
    root = course()
    put(root, "ps1/problem1", "ps1/problem2", "basics", "week 2/part one")
    wanted = ["basics", "ps1/problem1", "ps1/problem2", "week 2/part one"]
    assert released_names(root) == wanted
    shutil.copy(TINY_COURSE / FILE_NAME, root)
    assert released_names(root) == ["basics"]


def test_unknown_and_missing_assignments_are_told(course):
    root = course()
    with pytest.raises(
        UsageError, match=r"^nothing is released; run `nbgrader generate_assignment`"
    ):
        grade_class(root, place=None)
    with pytest.raises(UsageError, match=r"none; `nbgrader generate_assignment` makes one"):
        grade_class(root, ["ps1"], place=None)
    put(root, "ps1/problem1")
    with pytest.raises(CourseError, match=r"run `nbgrader generate_assignment ps2` first"):
        freeze(root, "ps2")
    with pytest.raises(UsageError, match="released are: ps1/problem1"):
        grade_class(root, ["ps2"], place=None)
    with pytest.raises(UsageError, match="nobody has handed in ps1"):
        grade_class(root, ["ps1"], place=None)


def test_the_name_of_a_folder_means_all_its_notebooks(course, capsys):
    root = course("c = get_config()\n")
    put(root, "ps1/problem1", "ps1/problem2", "ps2")
    put(root / "submitted", "ps1/problem1", "ps1/problem2", steps=["ann"])
    put(root / "submitted", "ps2", steps=["ann"])
    grade_class(root, ["ps1"], place=None)
    assert capsys.readouterr().out.split("\n")[:2] == [
        "ann  ps1/problem1  new",
        "ann  ps1/problem2  new",
    ]
    grade_class(root, ["ps1/problem2"], place=None)
    assert capsys.readouterr().out == "ann  ps1/problem2  new\n"


def test_a_summary_is_of_all_notebooks_of_a_folder(course, capsys):
    root = course()
    put(root, "ps1/problem1", "ps1/problem2", "ps2")
    for name in ("ps1/problem1", "ps1/problem2", "ps2"):
        write_record(root, Graded("ann", name, "", "", 1))
    assert main(["summary", "ps1", "ps1/problem2", "--root", str(root)]) == 0
    pages = capsys.readouterr().out.split()
    assert len(pages) == 2
    assert ["problem1" in page for page in pages] == [True, False]
    assert main(["summary", "ps3", "--root", str(root)]) == 2
    assert "unknown assignment 'ps3'" in capsys.readouterr().err


def test_a_missing_notebook_is_no_other_one_of_the_folder(course):
    root = course()
    put(root, "ps1/problem1", "ps1/problem2")
    put(root / "submitted", "ps1/problem1", steps=["ann"])
    release = freeze(root, "ps1/problem2").notebook
    (found,) = find_hand_ins(root, "ps1/problem2", release)
    assert (found.path, found.refused) == (None, "no notebook in the folder")
    put(root / "submitted", "ps1/my second", steps=["ann"])
    (found,) = find_hand_ins(root, "ps1/problem2", release)
    assert found.note == "found as my second.ipynb"


# --- what is frozen ------------------------------------------------------------------------------


def test_files_beside_a_notebook_are_those_of_the_release(course):
    root = course()
    put(root, "ps1/problem1")
    for step, text in (("source", "source's"), ("release", "release's")):
        (root / step / "ps1" / "data").mkdir()
        (root / step / "ps1" / "data" / "rain.csv").write_text(text)
    (root / "release" / "ps1" / ".ipynb_checkpoints").mkdir()
    (root / "release" / "ps1" / ".ipynb_checkpoints" / "x.txt").write_text("old")
    (root / "release" / "ps1" / "link").symlink_to("/etc/passwd")
    (root / "release" / "ps1" / "folder").symlink_to("/etc")
    assert freeze(root, "ps1/problem1").contents() == {"data/rain.csv": b"release's"}


def test_too_large_files_are_told(course, monkeypatch):
    root = course()
    put(root, "ps1/problem1")
    monkeypatch.setattr("nmautils.grading.model.assignment.RELEASE_FILE_BYTES", 3)
    (root / "release" / "ps1" / "ok").write_text("123")
    assert freeze(root, "ps1/problem1").contents() == {"ok": b"123"}
    (root / "release" / "ps1" / "more").write_text("4")
    with pytest.raises(CourseError, match="make the data smaller"):
        freeze(root, "ps1/problem1")


def test_cells_of_older_notebooks_get_ids_that_stay(course):
    root = course()
    put(root, "ps1", text=notebook(("one", "assert 1"), ("two", "assert 2"), ids=False))
    bundle = freeze(root, "ps1")
    assert [cell.id for cell in bundle.notebook.cells] == ["released-0", "released-1"]
    assert bundle.digest == freeze(root, "ps1").digest
    assert bundle.inside == ("one", "two")


@pytest.mark.parametrize(
    "text",
    [
        notebook(("one", "### AUTOTEST f(1)")),
        notebook(("one", "### HASHED AUTOTEST f(1)")),
        notebook(("one", "assert 1"), language="R"),
        notebook(("one", "assert 1"), language="julia"),
        notebook(("one", "checks.report()")),
    ],
)
def test_what_cannot_be_run_here_is_refused_before_anything_is_graded(course, text):
    root = course()
    put(root, "ps1", text=text)
    with pytest.raises(CourseError):
        freeze(root, "ps1")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([], ""),
        (["data.csv", "plot.png"], ""),
        (["given.py"], ""),
        (["helper.py"], "handed in with helper.py, which is not used"),
        (["b.py", "a.py", "given.py"], "handed in with a.py, b.py, which is not used"),
    ],
)
def test_a_hand_in_with_a_module_of_its_own_needs_a_person(course, files, problem):
    root = course()
    put(root, "ps1/problem1")
    put(root / "submitted", "ps1/problem1", steps=["ann"])
    (root / "release" / "ps1" / "given.py").write_text("x = 1")
    for name in files:
        (root / "submitted" / "ann" / "ps1" / name).write_text("x = 2")
    (found,) = find_hand_ins(root, "ps1/problem1", freeze(root, "ps1/problem1").notebook)
    assert found.problem == problem
    assert found.path is not None


def test_an_inbox_is_collected_by_the_names_of_the_notebooks(course):
    root = course()
    put(root, "ps1/problem1", "ps1/problem2", "week 2/part one")
    (root / "inbox" / "bob").mkdir(parents=True)
    for name in ("ann_problem1", "bob/problem2", "ann_part one"):
        (root / "inbox" / f"{name}.ipynb").write_text(notebook(("one", "assert 1")))
    said = []
    done = collect(root, say=said.append)
    assert (len(done.new), done.refused) == (3, []), said
    for place in ("ann/ps1/problem1", "bob/ps1/problem2", "ann/week 2/part one"):
        assert (root / "submitted" / f"{place}.ipynb").is_file()


def test_a_file_of_any_name_is_collected_by_its_cells(course):
    root = course("c = get_config()\nc.CourseDirectory.release_directory = 'out'\n")
    texts = {name: notebook((f"{name}_test", "assert 1"), ids=False) for name in ("p1", "p2")}
    for name, text in texts.items():
        put(root, f"ps1/{name}", text=text, steps=["source", "out"])
    (root / "inbox" / "ann").mkdir(parents=True)
    (root / "inbox" / "ann" / "my homework.ipynb").write_text(texts["p2"])
    done = collect(root, say=lambda line: None)
    assert (done.new, done.refused) == (["ann/ps1/p2"], [])


def test_an_inbox_cannot_tell_notebooks_of_one_name(course):
    root = course()
    put(root, "ps1/problem1", "ps2/problem1")
    (root / "inbox").mkdir()
    with pytest.raises(CourseError, match="ps1/problem1 and ps2/problem1"):
        collect(root, say=lambda line: None)
