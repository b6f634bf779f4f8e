"""Every file, module, command and name that pages and docstrings speak of exists."""

import argparse
import ast
import builtins
import importlib
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

import nmautils
from nmautils.cli import COMMANDS
from tests.support.paths import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
CODE = sorted([*(ROOT / "nmautils").rglob("*.py"), *(ROOT / "docs/site").rglob("*.py")])

FOLDERS = ("benchmarks", "docs", "nmautils", "release", "solutions", "source", "tests", ".ci")
FILE = re.compile(r"[\w.*-]+\.(?:py|pyi|toml|lock|yml|css|svg|j2|mplstyle)")
# What is said but need not exist, and why.
NOT_HERE = {
    "n_stimuli": "a shape",
    "submission_metadata.yml": "in what Gradescope exports",
    "source/tiny/tiny.md": "in a course that a test makes",
}
PAGE_FENCE = re.compile(r"(?ms)^ *(`{3,})(\w*)[^\n]*\n(.*?)^ *\1`* *$")
SPAN = re.compile(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


# --- what there is -----------------------------------------------------------------------------


@cache
def files() -> frozenset[str]:
    """Names of all files in the folders that pages speak of."""
    found = {path.name for path in ROOT.iterdir()}
    for folder in FOLDERS:
        found |= {path.name for path in (ROOT / folder).rglob("*.*")}
    return frozenset(found)


def names_in(body: list[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    """Names that statements bind, each with the statement; also below ``if`` and ``try``."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name, node) for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (n for target in targets for n in ast.walk(target)):
                if isinstance(name, ast.Name):
                    yield name.id, node
        for part in ("body", "orelse", "handlers") if isinstance(node, ast.If | ast.Try) else ():
            yield from names_in([n for n in getattr(node, part, []) if isinstance(n, ast.stmt)])


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def resolves(dotted: str) -> bool:
    """Whether ``nmautils.a.b`` is a module, or a name that one holds."""
    place, parts = ROOT / "nmautils", dotted.split(".")[1:]
    while parts and ((place / parts[0]).is_dir() or (place / f"{parts[0]}.py").is_file()):
        place /= parts.pop(0)
    if not parts:
        return True
    if place == ROOT / "nmautils" and parts[0] in {*nmautils.__all__, "__all__"}:
        return True
    package = place / "__init__" if place.is_dir() else place
    for path in (package.with_suffix(".py"), package.with_suffix(".pyi")):
        found = dict(names_in(tree(path).body)) if path.is_file() else {}
        if parts[0] in found:
            owner = found[parts[0]]
            return len(parts) == 1 or parts[1] in known_in(owner)
    return False


def known_in(node: ast.AST) -> set[str]:
    """Every name that occurs in a piece of code."""
    known = set()
    for part in ast.walk(node):
        for field in ("name", "id", "arg", "attr", "asname"):
            known.add(getattr(part, field, None))
        if isinstance(part, ast.alias):
            known |= set(part.name.split("."))
    return {name for name in known if isinstance(name, str)}


@cache
def known_anywhere() -> frozenset[str]:
    """Names that code of the package defines, its modules, and Python's own."""
    names = {*dir(builtins), *nmautils.__all__}
    for path in CODE:
        names |= {path.stem, *path.relative_to(ROOT).parts}
        names |= {name for name, _ in names_in(tree(path).body)}
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                names |= {name for name, _ in names_in(node.body)}
    return frozenset(names)


@cache
def make_targets() -> frozenset[str]:
    return frozenset(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))


@cache
def options(command: str) -> frozenset[str]:
    """The options that a command declares."""
    parser = argparse.ArgumentParser()
    importlib.import_module(COMMANDS[command][0]).add_arguments(parser)
    return frozenset(re.findall(r"--[a-z-]+", parser.format_help()))


# --- what is said ------------------------------------------------------------------------------


def wrong_in(text: str) -> Iterator[str]:
    """What a piece of code in a page or docstring names and does not exist."""
    for dotted in re.findall(r"(?<![\w./-])nmautils(?:\.[A-Za-z_]\w*)+", text):
        if not resolves(dotted) and not FILE.fullmatch(dotted):
            yield dotted
    for word in re.findall(r"[\w./*<>…-]+", text):
        word = word.rstrip(".")
        first, _, rest = word.partition("/")
        if word in NOT_HERE:
            continue
        if first in FOLDERS and rest:
            pattern = re.sub(r"<\w+>|\b[A-Z]{4,}\b|…", "*", word.rstrip("/"))
            # "source/*.ipynb" is said of files at any depth.
            if not any(ROOT.glob(pattern)) and not any(ROOT.glob(pattern.replace("*", "**/*", 1))):
                yield word
        elif "/" not in word and FILE.fullmatch(word) and "*" not in word and word not in files():
            yield word
    for words in re.findall(r"(?m)(?:^|[$&|;(] *)(?:[A-Z_]+=\S+ )?make((?: +[a-z][a-z-]*)+)", text):
        yield from (f"make {t}" for t in words.split() if t not in make_targets())
    for command, rest in re.findall(r"\bnmautils +([a-z]+)((?: +[^\n`|&;#]*)?)", text):
        if command not in COMMANDS:
            yield f"nmautils {command}"
            continue
        for option in re.findall(r"(?<!\S)--[a-z-]+", rest):
            if option not in options(command):
                yield f"nmautils {command} {option}"


def pieces_of(page: str) -> Iterator[str]:
    """The code in a page: blocks of commands, and what stands between backticks."""
    for _, language, block in PAGE_FENCE.findall(page):
        if language in ("", "bash", "console", "sh", "toml"):
            yield block
    yield from (span for _, span in SPAN.findall(PAGE_FENCE.sub("", page)))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_names_only_what_there_is(page):
    pieces = pieces_of(page.read_text(encoding="utf-8"))
    assert sorted({wrong for piece in pieces for wrong in wrong_in(piece)}) == []


def docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def test_a_docstring_names_only_what_there_is():
    wrong = set()
    for path in CODE:
        here = known_in(tree(path)) | known_anywhere()
        for ticks, span in (found for text in docstrings(path) for found in SPAN.findall(text)):
            said = set(wrong_in(span))
            if ticks == "`" and re.fullmatch(r"[A-Za-z_]\w+(\.\w+)*", span):
                first, *rest = span.split(".")
                if first == "nmautils":
                    said |= set() if resolves(span) else {span}
                elif span in NOT_HERE or (rest and find_spec(first)):
                    continue  # what other libraries hold is theirs to say
                elif first not in here or (rest and rest[-1] not in here):
                    said.add(span)
            wrong |= {f"{path.relative_to(ROOT)}: {name}" for name in said}
    assert sorted(wrong) == []


def test_where_to_change_names_at_most_three_files_for_each_change():
    page = (ROOT / "docs/developing/where-to-change.md").read_text(encoding="utf-8")
    rows = [row.split(" | ") for row in page.split("\n") if row.startswith("| ")][1:]
    assert len(rows) >= 12
    for row in rows:
        named = {word for word in re.findall(r"`([^`]+)`", row[1]) if "." in word or "/" in word}
        assert 1 <= len(named) <= 3, row[0]
