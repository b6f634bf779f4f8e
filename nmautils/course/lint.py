"""The style of a tutorial's code (ruff) and of its text.

Messages name the text notebook, the line there and the cell.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import nbformat
from nbformat import NotebookNode

from nmautils.cells import Kind, kind_of
from nmautils.course.problems import Problem
from nmautils.course.scaffold import without_marked
from nmautils.course.settings import Settings, read_settings
from nmautils.course.stamp import Place, anchor, dumps, headings, shown, source_notebook
from nmautils.errors import CourseError, PackageMissing

_TIMING = re.compile(r"about (\d+) min from the start", re.IGNORECASE)
_LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX)\b")
_CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$|(`+)(?!`).*?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE)
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
_LINK = re.compile(r"!?\[[^\[\]]*\]\([^()\s]*(\([^()\s]*\)[^()\s]*)*( +\"[^\"]*\")?\)")


def lint(root: str | Path, tutorials: Iterable[str] = ()) -> list[Problem]:
    """Check the style of tutorials.

    Parameters
    ----------
    root
        Folder of the course.
    tutorials
        Names; none means all that have a source.

    Returns
    -------
    list of Problem
        Empty if all is well.
    """
    settings = read_settings(root)
    problems: list[Problem] = []
    for tutorial in settings.select(list(tutorials)):
        try:
            raw, stamped, places = source_notebook(settings, tutorial)
        except CourseError as error:
            problems.append(Problem(shown(settings.source(tutorial), settings.root), str(error)))
            continue
        problems += check_code(settings, tutorial, raw, places)
        problems += check_lines(raw, places)
        problems += check_headings(stamped, places)
        problems += check_timing(raw, places, settings.tutorials[tutorial].minutes)
        problems += check_links(stamped, places, settings.source(tutorial).parent)
    return problems


# --- code ----------------------------------------------------------------------------------------


def check_code(
    settings: Settings, tutorial: str, nb: NotebookNode, places: list[Place]
) -> Iterator[Problem]:
    """Run ruff's linter and formatter on the notebook.

    Raises
    ------
    PackageMissing
        If ruff is not installed.
    CourseError
        If ruff cannot read its configuration.
    """
    config = settings.root / "pyproject.toml"
    options = ["--config", str(config)] if config.is_file() else ["--isolated"]
    options += ["--stdin-filename", f"source/{tutorial}/{tutorial}.ipynb", "-"]
    content = dumps(_plain_code(nb))
    output = _ruff(["check", "--quiet", "--output-format=json", *options], content, settings.root)
    found = json.loads(output or "[]")
    for item in found:
        index = (item["cell"] or 1) - 1
        row = item["location"]["row"]
        # Set-up cells import what answers may use, whether or not the notebook does.
        if item["code"] == "F401" and kind_of(nb.cells[index]) is Kind.SETUP:
            continue
        yield Problem(_at(places[index], row), f"{item['code'] or 'syntax'} {item['message']}")
    if any(item["code"] in (None, "invalid-syntax") for item in found):
        return  # the formatter can say nothing of it
    diff = _ruff(["format", "--quiet", "--diff", *options], content, settings.root)
    yield from _unformatted(diff, places)


def _plain_code(nb: NotebookNode) -> NotebookNode:
    """The notebook with solutions as they run; the marks at line ends have no style."""
    plain: NotebookNode = nbformat.from_dict(nb)
    for cell in plain.cells:
        if kind_of(cell) is Kind.EXERCISE:
            lines = cell.source.split("\n")
            cell.source = "\n".join(re.sub(r"(?<=\S)\s*# blank:.*", "", line) for line in lines)
    return plain


def _ruff(arguments: list[str], content: bytes, folder: Path) -> str:
    command = [sys.executable, "-m", "ruff", *arguments]
    done = subprocess.run(command, input=content, capture_output=True, cwd=folder, check=False)
    error = done.stderr.decode(errors="replace").strip()
    if "No module named ruff" in error:
        raise PackageMissing("lint needs ruff; install it with: pip install ruff")
    if done.returncode > 1:
        raise CourseError(f"ruff failed: {error.splitlines()[-1] if error else 'no reason given'}")
    return done.stdout.decode()


def _unformatted(diff: str, places: list[Place]) -> Iterator[Problem]:
    """One problem per hunk of ruff's diff."""
    index = row = 0
    waiting = False
    for line in diff.splitlines():
        header = re.match(r"(?:---|\+\+\+) .*:cell (\d+)$", line)
        hunk = re.match(r"@@ -(\d+)", line)
        if header:
            index, waiting = int(header[1]) - 1, False
        elif hunk:
            row, waiting = int(hunk[1]), True
        elif waiting and line[:1] in "+-":
            yield Problem(_at(places[index], row), f"not formatted: {line[1:].strip()[:60]!r}")
            waiting = False
        elif waiting:
            row += 1


def _at(place: Place, row: int) -> str:
    """Place of a line (from 1) of a cell."""
    return f"{place.path}:{place.line + row - 1}: cell {place.label} line {row}"


# --- text ----------------------------------------------------------------------------------------


def check_lines(nb: NotebookNode, places: list[Place]) -> Iterator[Problem]:
    """Trailing spaces and left-over notes, in text and code."""
    for cell, place in zip(nb.cells, places, strict=True):
        for row, line in enumerate(cell.source.split("\n"), start=1):
            if line != line.rstrip():
                yield Problem(_at(place, row), "trailing spaces")
            match = _LEFT_OVER.search(line)
            if match:
                yield Problem(_at(place, row), f"{match[0]} is left")


def check_headings(nb: NotebookNode, places: list[Place]) -> Iterator[Problem]:
    """One title; levels without jumps; no heading twice."""
    found = headings(nb)
    titles = [heading for heading in found if heading.level == 1]
    if len(titles) != 1 or found[0].level != 1:
        yield Problem(
            places[0].path, f"needs one heading of level 1, at the top; has {len(titles)}"
        )
    seen: dict[str, int] = {}
    level = 1
    for heading in found:
        place = _at(places[heading.cell], heading.line + 1)
        if heading.level > level + 1:
            yield Problem(place, f"level {heading.level} follows level {level}: {heading.text!r}")
        level = heading.level
        if heading.text in seen:
            yield Problem(place, f"heading {heading.text!r} stands twice, links would be lost")
        seen[heading.text] = 1


def check_timing(nb: NotebookNode, places: list[Place], minutes: int) -> Iterator[Problem]:
    """Timing marks increase and end within the tutorial's time."""
    last = 0
    for cell, place in zip(nb.cells, places, strict=True):
        if cell.cell_type != "markdown":
            continue
        for match in _TIMING.finditer(cell.source):
            row = cell.source[: match.start()].count("\n") + 1
            mark = int(match[1])
            if mark <= last:
                yield Problem(_at(place, row), f"timing mark {mark} min after {last} min")
            if mark > minutes:
                yield Problem(_at(place, row), f"timing mark {mark} min, but {minutes} in all")
            last = mark


def check_links(nb: NotebookNode, places: list[Place], folder: Path) -> Iterator[Problem]:
    """Alt texts, targets and syntax of links and pictures."""
    from markdown_it import MarkdownIt

    anchors = {anchor(heading.text) for heading in headings(nb)}
    for cell, place in zip(nb.cells, places, strict=True):
        if cell.cell_type != "markdown":
            continue
        text = _without_math(without_marked(cell.source))
        for token in MarkdownIt("commonmark").parse(text):
            for child in [token, *(token.children or [])]:
                if child.type == "image":
                    if not child.content.strip():
                        yield Problem(str(place), f"picture {child.attrs['src']} lacks alt text")
                    yield from _target(str(child.attrs["src"]), place, folder, anchors, True)
                elif child.type == "link_open":
                    yield from _target(str(child.attrs["href"]), place, folder, anchors, False)
                elif child.type in ("html_inline", "html_block"):
                    for tag in re.findall(r"<img\b[^>]*>", child.content):
                        if not re.search(r"""\balt\s*=\s*(["'])\s*[^\s"']""", tag):
                            yield Problem(str(place), f"{tag[:40]} lacks alt text")
        yield from _brackets(text, place)


def _without_math(text: str) -> str:
    """Text without formulas, whose brackets and stars are no Markdown; code stays."""
    pieces, end = [], 0
    for code in [*_CODE.finditer(text), None]:
        start = code.start() if code else len(text)
        pieces.append(_MATH.sub(" ", text[end:start]))
        if code:
            pieces.append(code[0])
            end = code.end()
    return "".join(pieces)


def _target(
    target: str, place: Place, folder: Path, anchors: set[str], picture: bool
) -> Iterator[Problem]:
    if not target:
        yield Problem(str(place), "a link leads nowhere: ()")
    elif target.startswith("#"):
        if unquote(target) not in {unquote(known) for known in anchors}:
            yield Problem(str(place), f"no heading for the link {target}")
    elif (target.startswith("data:image/") and picture) or re.match(
        r"(https?://[^/\s.]+\.[^\s]+|mailto:.+@.+)$", target
    ):
        return
    elif re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
        yield Problem(str(place), f"malformed link {target}")
    elif not (folder / unquote(target.split("#")[0])).exists():
        yield Problem(str(place), f"link to a missing file: {target}")


def _brackets(text: str, place: Place) -> Iterator[Problem]:
    """Brackets that look like a link and are none."""
    rest = _CODE.sub(" ", text)
    before = None
    while rest != before:  # a picture may stand inside a link
        before, rest = rest, _LINK.sub(" ", rest)
    for match in re.finditer(r"\]\s*\(|(?<!\\)\[[^\[\]]*\]", rest):
        yield Problem(str(place), f"brackets that are no link: {match[0][:40]!r}")
