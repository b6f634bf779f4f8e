"""What is asked of git: addresses, clones, commits, and each refusal in one line."""

import subprocess

import pytest

from nmautils.course import git as git_module
from nmautils.course.git import (
    address_of,
    blobs,
    check_out,
    commit_and_push,
    git,
    is_repository,
    is_shallow,
    paths_of_all_commits,
    remotes_of,
    staged,
    without_password,
)
from nmautils.errors import CourseError


@pytest.fixture(autouse=True)
def somebody(monkeypatch, tmp_path):
    """Git as of a person with a name, and with no settings but these."""
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return settings


@pytest.fixture
def bare(tmp_path):
    folder = tmp_path / "public.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
    return folder


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/someone/course",
        "https://github.com/Someone/course.git",
        "https://someone:secret@github.com/someone/course.git/",
        "git@github.com:someone/course.git",
        "ssh://git@github.com/someone/course",
    ],
)
def test_an_address_is_known_in_all_its_forms(url):
    assert address_of(url) == "github.com/someone/course"


def test_another_repository_has_another_address():
    assert address_of("https://gitlab.com/someone/course") != "github.com/someone/course"
    assert address_of("https://github.com/someone/course2") != "github.com/someone/course"


def test_addresses_and_bare_repositories_are_told_from_folders(tmp_path, bare):
    for target in ["https://a.org/b", "git@a.org:b/c.git", "a.org:b", "file:///b", str(bare)]:
        assert is_repository(target), target
    (tmp_path / "there").mkdir()
    for target in [
        "students",
        "../students",
        "./a:b",
        str(tmp_path / "there"),
        str(tmp_path / "x"),
    ]:
        assert not is_repository(target), target


def test_passwords_are_not_shown():
    assert without_password("https://me:secret@a.org/b") == "https://a.org/b"
    assert without_password("fatal: 'https://tok@a.org/b' x") == "fatal: 'https://a.org/b' x"
    assert without_password("git@a.org:b") == "git@a.org:b"


@pytest.mark.parametrize("branch", ["main", "students"])
def test_an_empty_repository_gets_its_first_commit_on_the_branch_asked_for(tmp_path, bare, branch):
    clone = tmp_path / "clone"
    check_out(str(bare), branch, clone)
    (clone / "a.txt").write_text("1\n")
    commit = commit_and_push(clone, branch, "First")
    assert git(bare, "log", "--format=%h %s", branch).strip() == f"{commit} First"
    assert commit_and_push(clone, branch, "Again") == ""

    again = tmp_path / "again"
    check_out(str(bare), branch, again)
    assert (again / "a.txt").read_text() == "1\n"
    (again / "a.txt").write_text("2\n")
    assert commit_and_push(again, branch, "Second")
    assert git(bare, "log", "--format=%s", branch).split() == ["Second", "First"]

    other = tmp_path / "other"
    check_out(str(bare), "other", other)
    assert [path.name for path in other.iterdir()] == [".git"]


def test_each_path_of_any_commit_is_given_even_if_it_was_removed_or_has_a_twin(tmp_path, bare):
    clone = tmp_path / "clone"
    check_out(str(bare), "old", clone)
    assert paths_of_all_commits(clone) == {}
    (clone / "a" / "source").mkdir(parents=True)
    (clone / "b").mkdir()
    for name in ["a/source/one.md", "b/twin ä\n.md"]:
        (clone / name).write_text("the same\n")
    first = commit_and_push(clone, "old", "Two")
    (clone / "a/source/one.md").rename(clone / "moved.md")
    (clone / "b/twin ä\n.md").write_text("other\n")
    commit_and_push(clone, "old", "Moved")
    check_out(str(bare), "main", tmp_path / "again")
    known = paths_of_all_commits(tmp_path / "again")
    assert sorted(name for name, _ in known) == [
        *("a/source/one.md", "b/twin ä\n.md", "b/twin ä\n.md", "moved.md")
    ]
    (commit,) = (known[key] for key in known if key[0] == "a/source/one.md")
    assert commit.startswith(first)
    contents = dict(blobs(tmp_path / "again", {blob for _, blob in known}, 8))
    assert sorted(contents.values()) == [b"", b"other\n"]  # nine bytes are too many


def test_what_is_staged_is_given_and_a_clone_of_the_newest_commits_is_known(tmp_path, bare):
    clone = tmp_path / "clone"
    check_out(str(bare), "main", clone)
    for text in ["1\n", "2\n"]:
        (clone / "a.txt").write_text(text)
        commit_and_push(clone, "main", "A commit")
    (clone / "b.txt").write_text("3\n")
    git(clone, "add", "b.txt")
    assert [name for name, _ in staged(clone)] == ["a.txt", "b.txt"]
    assert not is_shallow(clone)
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=main", f"file://{bare}", "short")
    assert is_shallow(tmp_path / "short")


def test_a_file_that_somebody_ignores_everywhere_is_committed_all_the_same(
    tmp_path, bare, somebody
):
    (tmp_path / "ignored").write_text("*.whl\n")
    somebody.write_text(f"{somebody.read_text()}[core]\n\texcludesFile = {tmp_path}/ignored\n")
    clone = tmp_path / "clone"
    check_out(str(bare), "main", clone)
    (clone / "a.whl").write_text("x")
    commit_and_push(clone, "main", "A wheel")
    assert git(bare, "ls-tree", "--name-only", "main").split() == ["a.whl"]


def test_who_commits_must_be_known(tmp_path, bare, somebody, monkeypatch):
    somebody.write_text("[user]\n\tuseConfigOnly = true\n")
    for name in ["AUTHOR", "COMMITTER"]:
        monkeypatch.delenv(f"GIT_{name}_NAME", raising=False)
        monkeypatch.delenv(f"GIT_{name}_EMAIL", raising=False)
    monkeypatch.delenv("EMAIL", raising=False)
    clone = tmp_path / "clone"
    check_out(str(bare), "main", clone)
    (clone / "a.txt").write_text("1\n")
    with pytest.raises(CourseError, match="git does not know who you are: run `git config"):
        commit_and_push(clone, "main", "First")


def test_a_refused_push_and_a_repository_that_is_not_there_are_one_line(tmp_path, bare):
    with pytest.raises(CourseError, match=r"^git clone failed: fatal: .*does not") as caught:
        check_out(str(tmp_path / "nowhere.git"), "main", tmp_path / "none")
    assert "\n" not in str(caught.value)
    clone = tmp_path / "clone"
    check_out(str(bare), "main", clone)
    (clone / "a.txt").write_text("1\n")
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(CourseError, match=r"^git push failed: error: failed to push") as caught:
        commit_and_push(clone, "main", "First")
    assert "\n" not in str(caught.value)


def test_git_works_in_its_folder_even_when_called_from_a_hook(tmp_path, bare, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(bare))
    clone = tmp_path / "clone"
    check_out(str(bare), "main", clone)
    assert remotes_of(clone) == {"origin": str(bare)}
    assert remotes_of(tmp_path) == {}


def test_git_that_is_not_installed_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CourseError, match=r"^git is not installed$"):
        git_module.git(tmp_path, "status")
