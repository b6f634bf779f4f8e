"""nmautils publish: students get all they need, and no line of an answer or of a hidden test."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from nmautils import cli
from nmautils.course import expected
from nmautils.course.build import build, load_notebook
from nmautils.course.plain_contents import plain_secrets
from nmautils.course.private import KEEP_PRIVATE, told_private
from nmautils.course.publish import MANIFEST, contents, publish
from nmautils.course.settings import read_settings
from nmautils.course.stamp import source_notebook
from nmautils.course.verify.leaks import secret_lines
from nmautils.errors import CourseError, UsageError
from tests.support.ordinary_courses import QUICKSTART, make_course
from tests.support.paths import ROOT, TINY_COURSE
from tests.support.pictures import gradient, png

NOTEBOOK = "release/tiny/tiny.ipynb"
SECOND = '\n[tutorials.second]\norder = 2\ntitle = "Second"\nminutes = 5\n'
SECOND += 'feedback_prefix = "S"\ncreators = "Nobody"\nslides = "x"\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The tiny course, built; what its demonstration showed is made here, so nothing is run."""
    root = tmp_path_factory.mktemp("built") / "course"
    shutil.copytree(TINY_COURSE, root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copy(ROOT / "LICENSE", root)
    raw, _, _ = source_notebook(read_settings(root), "tiny")
    kept = root / "source/tiny/expected"
    kept.mkdir()
    (kept / "key.json").write_text(json.dumps({"code": expected.code_key(raw)}))
    (kept / "mean.txt").write_text("mean: 3.00\n")
    (kept / "mean.png").write_bytes(png(gradient()))
    build(root, parts=["release"])
    return root


@pytest.fixture
def course(built, tmp_path):
    return shutil.copytree(built, tmp_path / "course")


@pytest.fixture(autouse=True)
def somebody(monkeypatch, tmp_path):
    """Git as of a person with a name, and with no settings but these."""
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def bare(tmp_path):
    """An empty repository, as students would reach it."""
    folder = tmp_path / "public.git"
    git(tmp_path, "init", "--quiet", "--bare", str(folder))
    return folder


def git(folder, *arguments):
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def opened(published: dict[str, bytes]) -> dict[str, str]:
    """The text of all files, those in the wheel and the cells of notebooks too."""
    texts = {}
    for name, content in published.items():
        if name.endswith(".whl"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for inner in archive.namelist():
                    texts[f"{name}!{inner}"] = archive.read(inner).decode()
        elif name.endswith(".ipynb"):
            notebook = nbformat.reads(content.decode(), as_version=4)
            texts[name] = "\n".join(cell.source for cell in notebook.cells)
            texts[f"{name}!raw"] = content.decode()
        else:
            texts[name] = content.decode()
    return texts


# --- what is in it -------------------------------------------------------------------------------


def test_a_folder_gets_notebooks_library_readme_notice_and_licence(course, tmp_path):
    done = publish(course, str(tmp_path / "students"))
    made = files(tmp_path / "students")
    (wheel,) = (name for name in made if name.endswith(".whl"))
    assert sorted(made) == sorted(
        [
            *(".gitignore", MANIFEST, "DATA.md", "LICENSE", "README.md", "pyproject.toml"),
            *("library/give_wheel.py", wheel, NOTEBOOK),
        ]
    )
    assert done.changed == sorted(set(made) - {MANIFEST})
    assert (done.tutorials, done.strangers, done.commit) == (["tiny"], [], None)
    assert made[NOTEBOOK] == (course / NOTEBOOK).read_bytes()
    assert made["README.md"].decode().startswith("# A tiny course\n")
    assert wheel in made["README.md"].decode()
    assert "no data but what they make" in made["DATA.md"].decode()


def test_no_line_of_an_answer_a_hidden_test_or_a_scheme_is_in_any_file(course, tmp_path):
    publish(course, str(tmp_path / "students"))
    texts = opened(files(tmp_path / "students"))
    _, stamped, _ = source_notebook(read_settings(course), "tiny")
    secrets = [
        *secret_lines(stamped),
        "total = sum(v * w",
        "weights = [1.0] * len(values)",
        'checks("with weights"',
        "call([1, 2], [1, 3])",
        "barely moves",
        "one for the reason",
        "### BEGIN",
        "### END",
        "# blank:",
    ]
    assert len(secrets) > 10
    library = {name for name in texts if ".whl!nmautils/" in name}
    assert len(library) > 100
    for secret in secrets:
        # The library knows the marks, since it is what takes hidden parts out.
        places = set(texts) - (library if secret.startswith("#") else set())
        assert [name for name in places if secret in texts[name]] == [], secret
    source = [path.name for path in (course / "source").rglob("*") if path.is_file()]
    assert {name.split("/")[-1] for name in texts} & set(source) - {"tiny.ipynb"} == set()


def test_this_course_gives_away_nothing_either():
    settings = read_settings(ROOT)
    made = contents(settings, settings.written())
    texts = {name: text for name, text in opened(made).items() if not name.endswith("!raw")}
    secrets: dict[str, str] = {}
    for name in settings.written():
        secrets |= secret_lines(source_notebook(settings, name)[1])
    assert len(secrets) > 500
    held = {
        (name.split("!")[-1], line) for line in secrets for name in texts if line in texts[name]
    }
    # Networks are written in few words. Tutorial 4 shows the first of these classes, and the others
    # are what everybody writes.
    assert held == {
        ("nmautils/models.py", "h = torch.relu(self.in_layer(r))"),
        ("nmautils/models.py", "if filters is not None:"),
        ("nmautils/device.py", "torch.manual_seed(seed)"),
        ("nmautils/grading/run/student_kernel.py", "torch.manual_seed(seed)"),
    }
    assert len([name for name in made if name.startswith("release/")]) == 4
    assert b"osf.io/683xc" in made["DATA.md"]


def test_a_wheel_that_holds_a_part_of_an_answer_is_not_published(course, tmp_path, monkeypatch):
    from nmautils.course import publish as module

    answer = "    weights = [1.0] * len(values)\n"
    answer += "    total = sum(v * w for v, w in zip(values, weights, strict=True))\n"
    library = {**module.library_files(), "nmautils/averages.py": answer.encode()}
    monkeypatch.setattr(module, "library_files", lambda: library)
    with pytest.raises(CourseError, match=r"not published: nmautils/averages.py holds 'weights ="):
        publish(course, str(tmp_path / "students"))
    assert not (tmp_path / "students").exists()


def test_a_readme_that_holds_a_mark_scheme_is_not_published(course, tmp_path):
    edit(
        course / "course.toml",
        "[repository]",
        '[publish]\nhand_in = "Two points for the median, one for the reason."\n[repository]',
    )
    with pytest.raises(CourseError, match=r"not published: README.md holds 'Two points"):
        publish(course, str(tmp_path / "students"))


def test_a_release_that_is_not_built_from_what_is_there_is_not_published(course, tmp_path):
    edit(course / "course.toml", 'owner = "someone"', 'owner = "else"')
    with pytest.raises(CourseError, match=rf"{NOTEBOOK} is not what .* run nmautils build"):
        publish(course, str(tmp_path / "students"))
    assert not (tmp_path / "students").exists()
    build(course, parts=["release"])
    publish(course, str(tmp_path / "students"))
    assert b"github.com/else/tiny-course" in files(tmp_path / "students")[NOTEBOOK]


def test_pip_installs_the_library_from_the_repository_without_a_network(course, bare, tmp_path):
    publish(course, str(bare))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    done = subprocess.run(
        [*command, "--target", str(tmp_path / "there"), f"git+file://{bare}@main"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "there/nmautils/precheck/check.py").is_file()
    code = "import nmautils, sys; print(nmautils.__file__, callable(nmautils.checklist))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path / "there",
    )
    assert said.stdout.split() == [str(tmp_path / "there/nmautils/__init__.py"), "True"]


# --- again, and beside others --------------------------------------------------------------------


def test_publishing_again_changes_nothing(course, tmp_path):
    publish(course, str(tmp_path / "students"))
    before = files(tmp_path / "students")
    assert publish(course, str(tmp_path / "students")).changed == []
    assert files(tmp_path / "students") == before


def test_files_of_others_are_kept_and_named_and_ours_are_brought_up_to_date(course, tmp_path):
    students = tmp_path / "students"
    publish(course, str(students))
    (students / "syllabus.pdf").write_bytes(b"%PDF")
    (students / "release/tiny/notes.txt").write_text("ours too\n")
    edit(course / "course.toml", 'title = "A tiny course"', 'title = "Another title"')
    done = publish(course, str(students))
    assert done.changed == ["README.md"]
    assert done.strangers == ["release/tiny/notes.txt", "syllabus.pdf"]
    assert (students / "syllabus.pdf").read_bytes() == b"%PDF"
    assert (students / "README.md").read_text().startswith("# Another title\n")


def test_what_is_published_no_longer_is_removed(course, tmp_path):
    students = tmp_path / "students"
    publish(course, str(students))
    manifest = json.loads((students / MANIFEST).read_text())
    old = students / "library/old/nmautils-0.0.9-py3-none-any.whl"
    old.parent.mkdir()
    old.write_bytes(b"old")
    manifest["files"]["library/old/" + old.name] = (
        "e0b5e8a1c2d3f4"  # not its hash: somebody changed it
    )
    (students / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CourseError, match=r"changed library/old/nmautils-0\.0\.9"):
        publish(course, str(students))
    assert publish(course, str(students), force=True).changed == ["library/old/" + old.name]
    assert not old.parent.exists()


def test_a_page_that_somebody_changed_is_not_written_over_unless_told_to(course, tmp_path):
    students = tmp_path / "students"
    publish(course, str(students))
    edit(students / "README.md", "A tiny course", "My course")
    edit(course / "course.toml", 'title = "A tiny course"', 'title = "Another title"')
    with pytest.raises(CourseError, match=r"wrote or changed README\.md in .*say --force"):
        publish(course, str(students))
    assert "My course" in (students / "README.md").read_text()
    assert publish(course, str(students), force=True).changed == ["README.md"]


def test_a_folder_with_files_of_others_is_taken_only_if_told_to(course, tmp_path):
    students = tmp_path / "students"
    students.mkdir()
    (students / "README.md").write_text("mine\n")
    with pytest.raises(CourseError, match=r"somebody else wrote or changed README\.md"):
        publish(course, str(students))
    (students / "thesis.tex").write_text("mine\n")
    with pytest.raises(CourseError, match=r"holds files already: thesis\.tex; name a new"):
        publish(course, str(students))
    assert sorted(files(students)) == ["README.md", "thesis.tex"]
    assert publish(course, str(students), force=True).strangers == ["thesis.tex"]
    assert (students / "README.md").read_text().startswith("# A tiny course")


def test_tutorials_are_published_one_after_another(course, tmp_path):
    students = tmp_path / "students"
    shutil.copytree(course / "source/tiny", course / "source/second")
    (course / "source/second/tiny.md").rename(course / "source/second/second.md")
    (course / "source/second/tiny.ipynb").rename(course / "source/second/second.ipynb")
    with (course / "course.toml").open("a") as file:
        file.write(SECOND)
    build(course, parts=["release"])
    assert publish(course, str(students), ["second"]).tutorials == ["second"]
    assert NOTEBOOK not in files(students)
    assert publish(course, str(students), ["tiny"]).tutorials == ["tiny", "second"]
    table = (students / "README.md").read_text()
    assert table.index("[Means & medians]") < table.index("[Second]")
    with pytest.raises(CourseError, match="unknown tutorial 'third'"):
        publish(course, str(students), ["third"])


# --- what is refused -----------------------------------------------------------------------------


def test_the_course_itself_and_folders_in_and_around_it_are_refused(course, tmp_path):
    before = files(course)
    for target in [course, tmp_path, course / "release", course / "students"]:
        with pytest.raises(UsageError, match="name"):
            publish(course, str(target), force=True)
    with pytest.raises(UsageError, match="is a file"):
        publish(course, str(course.parent / "gitconfig"))
    assert files(course) == before


def test_a_repository_with_source_in_its_history_is_refused(course, bare, tmp_path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(bare), str(clone))
    (clone / "source/tiny").mkdir(parents=True)
    shutil.copy(course / "source/tiny/tiny.md", clone / "source/tiny")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "All of it")
    git(clone, "rm", "--quiet", "-r", "source")
    git(clone, "commit", "--quiet", "-m", "Oh")
    git(clone, "push", "--quiet", "origin", "HEAD:refs/heads/old")
    for target in [clone, bare]:
        with pytest.raises(CourseError, match="a commit of this repository holds source/"):
            publish(course, str(target), force=True)
    assert git(bare, "branch", "--format=%(refname:short)").split() == ["old"]


ANSWER = "    weights = [1.0] * len(values)\n"


def repository(folder, **committed):
    """A repository with one commit for each file, which is taken out again."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "-b", "main")
    for name, text in committed.items():
        add(folder, name, text)
        git(folder, "add", "--force", ".")
        git(folder, "commit", "--quiet", "-m", "Add")
        (folder / name).unlink()
        git(folder, "add", "--all", ".")
        git(folder, "commit", "--quiet", "-m", "Remove")
    return folder


def add(folder, name, text):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    if isinstance(text, bytes):
        (folder / name).write_bytes(text)
    else:
        (folder / name).write_text(text)


def notebook_of(line):
    cell = nbformat.v4.new_code_cell(line)
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))


def archive_of(name, text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return content.getvalue()


EXPOSED = [
    ("solutions/tiny/tiny.ipynb", "{}"),
    ("source/notes.txt", "x"),
    ("nma/source/tiny/data.bin", b"\0\1"),
    ("a/b/Solutions/c/d.py", "x"),
    ("notes.md", f"How to:\n{ANSWER}"),
    ("week 1/ä.ipynb", notebook_of(ANSWER)),
    ("old.zip", archive_of("course/source/tiny.md", "x")),
    ("handout.zip", archive_of("hints.py", ANSWER)),
]


@pytest.mark.parametrize(("name", "text"), EXPOSED)
@pytest.mark.parametrize("where", ["bare", "history", "around", "work tree", "ignored", "folder"])
def test_a_place_that_holds_answers_anywhere_is_refused_whole(course, tmp_path, name, text, where):
    committed = where in ("bare", "history", "around")
    top = tmp_path / "top"
    top.mkdir()
    if where != "folder":
        repository(top, **({name: text} if committed else {"harmless.md": "x"}))
    if not committed:
        add(top, name, text)
    if where == "ignored":
        add(top, ".gitignore", "*\n")
    target = top / "students" if where == "around" else top
    if where == "bare":
        target = tmp_path / "students.git"
        git(tmp_path, "clone", "--quiet", "--bare", str(top), str(target))
    before = files(top)
    with pytest.raises(CourseError) as error:
        publish(course, str(target), force=True)
    said = str(error.value)
    assert "\n" not in said
    assert name in said
    assert ("lies in" in said or "in a folder" in said) or "no student may see" in said
    assert ("commit of this repository" in said) == committed
    assert files(top) == before
    if where == "bare":
        assert len(git(target, "rev-list", "--all").split()) == 2


def test_answers_that_are_staged_only_or_beside_the_folder_are_refused(course, tmp_path):
    top = repository(tmp_path / "top", **{"a.md": "x"})
    add(top, "b.md", ANSWER)
    git(top, "add", "b.md")
    add(top, "b.md", "nothing\n")
    with pytest.raises(CourseError, match=r"b\.md .*'weights = \[1\.0\].*no student may see"):
        publish(course, str(top), force=True)
    git(top, "rm", "--quiet", "--force", "b.md")
    add(top, "mine/source/x.md", "x")
    with pytest.raises(CourseError, match=r"top/mine/source/x\.md lies in a folder"):
        publish(course, str(top / "students"))
    assert not (top / "students").exists()
    shutil.rmtree(top / "mine")
    publish(course, str(top / "students"))


def test_a_clone_of_the_newest_commits_only_is_refused(course, tmp_path):
    top = repository(tmp_path / "top", **{"source/tiny.md": "x"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{top}", "short")
    with pytest.raises(CourseError, match="fetch --unshallow`, then publish again"):
        publish(course, str(tmp_path / "short"), force=True)


def test_damaged_archives_and_notebooks_are_searched_as_texts(course, tmp_path):
    students = repository(tmp_path / "students")
    whole = archive_of("a.txt", "text " * 99)
    add(students, "cut.zip", whole[:40] + b"\xff" * 6 + whole[46:])
    add(students, "none.whl", "no archive\n")
    for number, text in enumerate(["[]", "{", '{"cells": [1]}', '{"cells": [{"source": 1}]}']):
        add(students, f"{number}.ipynb", text)
    publish(course, str(students), force=True)
    add(students, "none.whl", ANSWER)
    with pytest.raises(CourseError, match=r"none\.whl holds 'weights"):
        publish(course, str(students), force=True)


def test_a_folder_that_cannot_be_searched_is_one_line(course, tmp_path, monkeypatch):
    students, listed = repository(tmp_path / "students"), os.scandir
    (students / "closed").mkdir()

    def scandir(place="."):
        if str(place).endswith("closed"):  # whoever is root may read all
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(CourseError, match=r"students/closed cannot be searched .*: Permission"):
        publish(course, str(students))


def test_a_private_environment_and_older_releases_are_no_answers(course, bare, tmp_path):
    students = repository(tmp_path / "students", **{"syllabus.md": "x"})
    add(students, ".venv/pyvenv.cfg", "home = x\n")
    add(students, ".venv/lib/source/a.py", "x")
    publish(course, str(students), force=True)
    git(students, "add", "--force", "README.md", "release", "library", MANIFEST)
    git(students, "commit", "--quiet", "-m", "Publish")
    edit(course / "course.toml", 'title = "A tiny course"', 'title = "Another title"')
    build(course, parts=["release"])
    assert "README.md" in publish(course, str(students)).changed


def test_what_the_command_advises_commits_what_was_published_and_nothing_else(
    course, tmp_path, capsys
):
    students, remote = repository(tmp_path / "my students"), tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    git(students, "remote", "add", "origin", str(remote))
    git(students, "config", "push.autoSetupRemote", "true")
    (tmp_path / "ignored").write_text("*.whl\n")
    git(students, "config", "core.excludesFile", str(tmp_path / "ignored"))
    add(students, "private notes.md", "x")

    def advised():
        out = call(capsys, "publish", students, "--force", "--root", course)[1]
        (line,) = (line for line in out.splitlines() if line.startswith("students have it after"))
        command = line.partition(": ")[2]
        subprocess.run(command, shell=True, check=True, capture_output=True)
        return set(git(remote, "ls-tree", "-r", "-z", "--name-only", "main").split("\0")) - {""}

    assert advised() == set(files(students)) - {"private notes.md"}
    # A file that is published no longer goes there too.
    add(students, "old.md", "old\n")
    said = json.loads((students / MANIFEST).read_text())
    said["files"]["old.md"] = hashlib.sha256(b"old\n").hexdigest()
    (students / MANIFEST).write_text(json.dumps(said))
    git(students, "add", "old.md")
    git(students, "commit", "--quiet", "-m", "Old")
    assert advised() == set(files(students)) - {"private notes.md"}
    assert not (students / "old.md").exists()


@pytest.mark.parametrize("name", ["../gitconfig", "/etc/hostname", ".git/config", ""])
def test_a_list_of_files_that_leads_outside_is_refused(course, tmp_path, name):
    students = tmp_path / "students"
    students.mkdir()
    (students / MANIFEST).write_text(json.dumps({"files": {name: "0"}}))
    with pytest.raises(CourseError, match="which lies outside"):
        publish(course, str(students), force=True)
    assert (tmp_path / "gitconfig").is_file()


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}'])
def test_a_list_of_files_that_is_damaged_is_one_line(course, tmp_path, text):
    students = tmp_path / "students"
    students.mkdir()
    (students / MANIFEST).write_text(text)
    with pytest.raises(CourseError, match="cannot be read; remove it to begin anew"):
        publish(course, str(students))


@pytest.mark.parametrize("name", ["README.md", "release"])
def test_nothing_is_written_through_a_link(course, tmp_path, name):
    students, outside = tmp_path / "students", tmp_path / "outside"
    students.mkdir()
    outside.mkdir()
    (outside / "a.txt").write_text("mine")
    target = outside if name == "release" else outside / "a.txt"
    (students / name).symlink_to(target)
    with pytest.raises(CourseError, match="is a link; remove it"):
        publish(course, str(students), force=True)
    assert files(outside) == {"a.txt": b"mine"}


# --- a repository --------------------------------------------------------------------------------


def test_a_repository_is_committed_to_and_pushed_and_a_second_time_only_if_something_changed(
    course, bare
):
    edit(course / "course.toml", 'name = "tiny-course"', 'name = "tiny-course"\nbranch = "web"')
    build(course, parts=["release"])
    done = publish(course, str(bare))
    assert git(bare, "log", "--format=%h %an %s", "web").strip() == (
        f"{done.commit} Ada Publish A tiny course"
    )
    assert git(bare, "show", f"web:{NOTEBOOK}").encode() == (course / NOTEBOOK).read_bytes()
    assert publish(course, str(bare)).commit == ""
    edit(course / "course.toml", 'title = "A tiny course"', 'title = "Another"')
    done = publish(course, str(bare))
    assert done.commit
    assert done.changed == ["README.md"]
    assert git(bare, "log", "--format=%s", "web").splitlines()[0] == "Publish Another"
    assert git(bare, "diff", "--stat", "web~1", "web").count("|") == 2  # with the list of files


def test_what_others_have_in_the_repository_stays(course, bare, tmp_path):
    publish(course, str(bare))
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--branch", "main", str(bare), str(clone))
    (clone / "syllabus.md").write_text("Week 1\n")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "Syllabus")
    git(clone, "push", "--quiet", "origin", "main")
    edit(course / "course.toml", 'title = "A tiny course"', 'title = "Another"')
    assert publish(course, str(bare)).strangers == ["syllabus.md"]
    assert git(bare, "show", "main:syllabus.md") == "Week 1\n"


# --- what is said --------------------------------------------------------------------------------


def call(capsys, *arguments):
    status = cli.main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return status, output.out, output.err


def test_the_command_says_what_it_wrote_and_what_comes_next(course, bare, tmp_path, capsys):
    status, out, err = call(capsys, "publish", tmp_path / "students", "--root", course)
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert NOTEBOOK in lines
    assert lines[-3].endswith("1 tutorial and nothing of source, solutions or tests")
    assert "make an empty repository there" in lines[-2]
    assert lines[-1] == KEEP_PRIVATE

    git(tmp_path / "students", "init", "--quiet")
    (tmp_path / "students/mine.txt").write_text("x")
    lines = call(capsys, "publish", tmp_path / "students", "--root", course)[1].splitlines()
    assert lines[:2] == ["everything is up to date", lines[1]]
    assert lines[1] == "left alone, since others put it there: mine.txt"
    assert f"git -C {tmp_path}/students add --force -- .gitignore .published.json " in lines[3]
    assert "--all" not in lines[3]

    status, out, _ = call(capsys, "publish", bare, "--root", course)
    assert (status, f"and pushed to main\n{KEEP_PRIVATE}\n" in out) == (0, True)
    assert "\nnothing to commit\n" in call(capsys, "publish", bare, "--root", course)[1]


def test_a_repository_that_students_are_not_sent_to_is_told(course, tmp_path, capsys):
    students = tmp_path / "students"
    publish(course, str(students))
    git(students, "init", "--quiet")
    git(students, "remote", "add", "origin", "https://me:secret@gitlab.com/else/where.git")
    out = call(capsys, "publish", students, "--root", course)[1]
    assert "says https://github.com/someone/tiny-course, where badges and set-up" in out
    assert "and this is https://gitlab.com/else/where.git: change one of them" in out
    assert "secret" not in out
    git(students, "remote", "set-url", "origin", "git@github.com:someone/tiny-course.git")
    assert publish(course, str(students)).notes == []


def test_verify_says_that_the_course_is_private_and_if_students_are_sent_into_it(course, capsys):
    assert told_private(course) == [KEEP_PRIVATE]
    git(course, "init", "--quiet")
    git(course, "remote", "add", "upstream", "git@github.com:someone/tiny-course.git")
    lines = told_private(course)
    assert len(lines) == 2
    assert "[repository] is this repository itself (upstream): whoever may open" in lines[1]
    out = call(capsys, "verify", "--quick", "--root", course)[1]
    assert out.splitlines()[:2] == lines


def test_set_up_cells_that_install_from_the_private_repository_are_told(course):
    git(course, "init", "--quiet")
    git(course, "remote", "add", "origin", "git@github.com:someone/private.git")
    git(course, "remote", "add", "other", "git@github.com:someone/tiny.git")
    assert told_private(course) == [KEEP_PRIVATE]
    edit(course / "course.toml", "{host}/{owner}/{name}@{branch}", "{host}/{owner}/private@main")
    assert told_private(course)[1:] == [
        "course.toml [install] installs from this repository (origin), which students cannot open "
        "if it is private; install from {owner}/{name} of [repository]."
    ]


# --- a course of nbgrader's ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("plain"), QUICKSTART)


def test_the_release_of_nbgraders_own_course_is_published(quickstart, bare, capsys):
    status, out, err = call(capsys, "publish", bare, "--root", quickstart)
    assert (status, err) == (0, "")
    assert "holds 1 tutorial and nothing of" in out
    listed = git(bare, "ls-tree", "-r", "--name-only", "main").split()
    assert listed == [
        *(".gitignore", MANIFEST, "README.md", "release/ps1/jupyter.png"),
        *("release/ps1/problem1.ipynb", "release/ps1/problem2.ipynb"),
    ]
    readme = git(bare, "show", "main:README.md")
    assert "- ps1: [problem1.ipynb](<release/ps1/problem1.ipynb>), [problem2.ipynb]" in readme
    source = load_notebook(quickstart / "source/ps1/problem1.ipynb")
    secrets = plain_secrets(source)
    assert len(secrets) > 5
    assert "return [i ** 2 for i in range(1, n + 1)]" in secrets
    for name in listed[-2:]:
        text = git(bare, "show", f"main:{name}")
        assert [line for line in secrets if json.dumps(line)[1:-1] in text] == []


@pytest.mark.parametrize(
    "line", ["### BEGIN HIDDEN TESTS", "return [i ** 2 for i in range(1, n + 1)]"]
)
def test_a_release_of_nbgraders_that_holds_answers_is_refused(quickstart, tmp_path, line):
    root = shutil.copytree(quickstart, tmp_path / "plain")
    path = root / "release/ps1/problem1.ipynb"
    notebook = load_notebook(path)
    notebook.cells[3].source += f"\n    {line}\n"
    nbformat.write(notebook, path)
    with pytest.raises(CourseError, match=r"not published: release/ps1/problem1\.ipynb holds"):
        publish(root, str(tmp_path / "students"))
    assert not (tmp_path / "students").exists()


def test_what_is_not_released_is_one_line(quickstart, tmp_path):
    with pytest.raises(UsageError, match="'ps2' is not released; there is ps1"):
        publish(quickstart, str(tmp_path / "students"), ["ps2"])
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(CourseError, match="nothing is released; run `nbgrader generate_assig"):
        publish(tmp_path / "empty", str(tmp_path / "students"))
