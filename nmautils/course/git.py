"""The few things that are asked of git, each error in one line."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from nmautils.errors import CourseError

__all__ = [
    "address_of",
    "blobs",
    "check_out",
    "commit_and_push",
    "git",
    "is_repository",
    "is_shallow",
    "is_work_tree",
    "paths_of_all_commits",
    "remotes_of",
    "staged",
    "without_password",
]

# With these set, as in a hook, git would work somewhere else.
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")


def git(folder: Path, *arguments: str, given: str = "") -> str:
    """Run git in a folder, with a text as its input; give what it prints.

    Raises
    ------
    CourseError
        If git is not there, or fails; with its own last line.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            input=given,
            env=_environment(),
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError:
        raise CourseError("git is not installed") from None
    if done.returncode:
        raise CourseError(f"git {arguments[0]} failed: {_why(done.stderr)}")
    return done.stdout


def _environment() -> dict[str, str]:
    there = {key: value for key, value in os.environ.items() if key not in _ELSEWHERE}
    return {**there, "LC_ALL": "C"}


def _why(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote: error:"))]
    return without_password((telling or lines or ["it does not say why"])[0])


def without_password(address: str) -> str:
    """Leave the name and the password of an account out of an address."""
    return re.sub(r"(\w://)[^/@\s]+@", r"\1", address)


def is_repository(target: str) -> bool:
    """Tell the address of a repository, or a bare one on the disk, from a folder to write to."""
    path = Path(target)
    if path.is_dir():
        return all((path / name).exists() for name in ("HEAD", "objects", "refs"))
    return "://" in target or ":" in target.partition("/")[0]


def is_work_tree(folder: Path) -> bool:
    """Tell whether a folder is the top of a clone."""
    return (folder / ".git").exists()


def remotes_of(folder: Path) -> dict[str, str]:
    """Give the addresses of the repositories that a clone knows, by their names."""
    if not is_work_tree(folder):
        return {}
    try:
        listed = git(folder, "config", "--get-regexp", r"^remote\..*\.url$")
    except CourseError:
        return {}
    lines = (line.partition(" ") for line in listed.splitlines())
    return {key.removeprefix("remote.").removesuffix(".url"): url for key, _, url in lines}


def address_of(url: str) -> str:
    """Give ``host/owner/name`` of the address of a repository, however it is written."""
    rest = re.sub(r"^\w+://", "", url.strip())
    rest = rest.rpartition("@")[2]
    if "://" not in url:  # git@github.com:owner/name
        rest = rest.replace(":", "/", 1)
    return rest.rstrip("/").removesuffix(".git").lower()


_File = tuple[str, str]  # its path and its blob
_LINK_TO_REPOSITORY = "160000"  # the mode of a submodule


def is_shallow(folder: Path) -> bool:
    """Tell whether a clone has only the newest commits."""
    return git(folder, "rev-parse", "--is-shallow-repository").strip() == "true"


def paths_of_all_commits(folder: Path) -> dict[_File, str]:
    """Give each file that any commit of a clone holds, under each of its paths, with a commit."""
    # A list of objects would name a file that lies at two paths only once.
    commits = git(folder, "rev-list", "--all")
    how = ("--stdin", "--root", "-m", "-r", "-z", "--raw", "--no-abbrev", "--no-renames")
    found: dict[_File, str] = {}
    commit, parts = "", iter(git(folder, "diff-tree", *how, given=commits).split("\0"))
    for part in parts:
        if not part.startswith(":"):
            commit = part.strip()[:10] or commit
            continue
        _, mode, _, blob, _ = part.split(" ")
        name = next(parts)
        if set(blob) != {"0"}:
            found.setdefault((name, "" if mode == _LINK_TO_REPOSITORY else blob), commit)
    return found


def staged(folder: Path) -> list[_File]:
    """Give the files that the next commit in a clone would hold."""
    entries = (line.partition("\t") for line in git(folder, "ls-files", "-s", "-z").split("\0"))
    files = ((name, *head.split(" ")[:2]) for head, _, name in entries if name)
    return [(name, "" if mode == _LINK_TO_REPOSITORY else blob) for name, mode, blob in files]


def blobs(folder: Path, wanted: Iterable[str], largest: int) -> Iterator[tuple[str, bytes]]:
    """Give the contents of files that a repository holds, but of larger ones nothing."""
    names = "\n".join(name for name in wanted if name)
    with tempfile.TemporaryFile() as given:
        given.write(f"{names}\n".encode() if names else b"")
        given.seek(0)
        command = ["git", "-C", str(folder), "cat-file", "--batch"]
        with subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, env=_environment()
        ) as running:
            assert running.stdout is not None
            for line in running.stdout:
                blob, *said = line.decode().split()
                if len(said) != 2:  # it is missing, as in a clone without all files
                    raise CourseError(f"git has not all files of {folder}: clone it whole")
                size = int(said[1])
                content = running.stdout.read(size + 1)[:-1]
                yield blob, content if size <= largest else b""


def check_out(repository: str, branch: str, folder: Path) -> None:
    """Clone a repository into `folder`, at a branch that may be new.

    Raises
    ------
    CourseError
        If git cannot.
    """
    git(folder.parent, "clone", "--quiet", "--no-checkout", "--", repository, str(folder))
    git(folder, "config", "core.autocrlf", "false")
    try:
        git(folder, "rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{branch}")
    except CourseError:
        git(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
        git(folder, "read-tree", "--empty")
    else:
        git(folder, "checkout", "--quiet", "-B", branch, f"origin/{branch}", "--")


def commit_and_push(folder: Path, branch: str, message: str) -> str:
    """Commit all that changed in a clone and push it; give the commit, or nothing if none.

    Raises
    ------
    CourseError
        If git cannot: nobody said who commits, or the repository refuses.
    """
    # By force, since somebody's own list of ignored files may name wheels.
    git(folder, "add", "--all", "--force", "--", ".")
    if not git(folder, "status", "--porcelain").strip():
        return ""
    try:
        git(folder, "commit", "--quiet", "--message", message)
    except CourseError as error:
        if not _has_name(folder):
            raise CourseError(
                "git does not know who you are: run `git config --global user.name NAME` and "
                "`git config --global user.email ADDRESS`, then publish again"
            ) from None
        raise error
    git(folder, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    return git(folder, "rev-parse", "--short", "HEAD").strip()


def _has_name(folder: Path) -> bool:
    try:
        git(folder, "var", "GIT_AUTHOR_IDENT")
    except CourseError:
        return False
    return True
