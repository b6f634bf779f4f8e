"""``nmautils verify``: the proof that a tutorial teaches what it promises.

The generated files are in step with the source; the solution runs from top to bottom and gets
full marks; the untouched student version stops in its exercises and nowhere else; and nothing
of an answer is left in it.
"""

import argparse
import ast
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nmautils.course import contract, expected
from nmautils.course.build import (
    CONFIG_FILE,
    answers,
    check_cells,
    generate_assignment,
    holds_answers,
    load_notebook,
)
from nmautils.course.probes import BEGIN_HIDDEN, END_HIDDEN, check_probes
from nmautils.course.problems import Problem, report
from nmautils.course.scaffold import (
    BEGIN,
    BEGIN_SCHEME,
    END,
    END_SCHEME,
    answer_of,
    solution_lines,
    split_regions,
    stub_of,
)
from nmautils.course.settings import FILE_NAME, Settings, find_root, read_settings
from nmautils.course.stamp import Place, badges, dumps, kind_of, shown, source_notebook
from nmautils.errors import CourseError

PROFILES = {"small": ("small",), "full": ("full",), "both": ("small", "full")}
# Shorter lines (`return total`, `else:`) stand in many notebooks and give nothing away.
_TELLING = 20


def verify(
    root: str | Path,
    tutorials: Iterable[str] = (),
    quick: bool = False,
    profiles: Iterable[str] = ("small",),
) -> list[Problem]:
    """Check tutorials.

    Parameters
    ----------
    root
        Folder of the course.
    tutorials
        Names; none means all that have a source.
    quick
        Leave out what needs the notebooks to be run.
    profiles
        Sizes at which they are run.

    Returns
    -------
    list of Problem
        Empty if all is well.
    """
    settings = read_settings(root)
    problems: list[Problem] = []
    for tutorial in settings.select(list(tutorials)):
        problems += verify_tutorial(settings, tutorial, quick, profiles)
    return problems


def verify_tutorial(
    settings: Settings, tutorial: str, quick: bool = False, profiles: Iterable[str] = ("small",)
) -> list[Problem]:
    """All checks of one tutorial; see :func:`verify`."""
    where = shown(settings.source(tutorial), settings.root)
    try:
        raw, stamped, places = source_notebook(settings, tutorial)
        check_cells(stamped, places)
    except CourseError as error:
        return [Problem(*_split(str(error), where))]
    problems = list(check_structure(settings, tutorial, stamped, places))
    problems += check_probes(stamped, places)
    problems += check_answers(tutorial, stamped, places)

    try:
        fresh = regenerate(settings, tutorial, stamped)
    except CourseError as error:
        return [*problems, Problem(f"release/{tutorial}", str(error))]
    problems += check_in_step(settings, tutorial, raw, stamped, fresh)
    name = f"{tutorial}.ipynb"
    released = settings.root / "release" / tutorial / name
    try:
        student = load_notebook(released)
    except CourseError:
        student = nbformat.reads(fresh[name].decode(), as_version=nbformat.NO_CONVERT)
    release = f"release/{tutorial}/{name}"
    problems += check_release(settings, tutorial, stamped, student, release)
    problems += check_leaks(stamped, student, release)
    problems += check_stubs(stamped, student, release)
    if not quick:
        for profile in profiles:
            problems += check_solution_run(stamped, profile, f"solutions/{tutorial}/{name}")
            problems += check_student_run(student, profile, release)
    return problems


def _split(message: str, where: str) -> tuple[str, str]:
    """Cut ``file:line: cell x: text`` into place and text."""
    match = re.match(r"(\S+\.md(?::\d+)?(?:: cell \S+)?): (.*)", message, re.DOTALL)
    return (match[1], match[2]) if match else (where, message)


# --- (a) generated files in step -----------------------------------------------------------------


def regenerate(settings: Settings, tutorial: str, stamped: NotebookNode) -> dict[str, bytes]:
    """Make the student version in a folder of its own, without any gradebook.

    Returns
    -------
    dict
        Contents by path relative to ``release/<t>/``.
    """
    with tempfile.TemporaryDirectory(prefix="nmautils-verify-") as name:
        folder = Path(name).resolve()
        for file in [FILE_NAME, CONFIG_FILE]:
            if (settings.root / file).is_file():
                shutil.copy(settings.root / file, folder / file)
        source = folder / "source" / tutorial
        shutil.copytree(settings.source(tutorial).parent, source)
        (source / f"{tutorial}.ipynb").write_bytes(dumps(stamped))
        made = generate_assignment(folder, tutorial, folder / "out", record=False)
        return {
            path.relative_to(made).as_posix(): (
                dumps(load_notebook(path)) if path.suffix == ".ipynb" else path.read_bytes()
            )
            for path in sorted(made.rglob("*"))
            if path.is_file()
        }


def check_in_step(
    settings: Settings,
    tutorial: str,
    raw: NotebookNode,
    stamped: NotebookNode,
    release: dict[str, bytes],
) -> Iterator[Problem]:
    """Compare committed files with what the source gives now."""
    root, name = settings.root, f"{tutorial}.ipynb"
    yield from _same(root, f"source/{tutorial}/{name}", dumps(stamped))

    kept = settings.source(tutorial).parent / "expected"
    if expected.read_key(kept) != expected.code_key(raw):
        yield Problem(
            f"source/{tutorial}/expected",
            "was made by other code; run nmautils build",
        )

    solved = expected.solution_notebook(stamped)
    path = root / "solutions" / tutorial / name
    try:
        old = load_notebook(path)
        for cell in old.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        yield from _same(root, f"solutions/{tutorial}/{name}", dumps(solved), dumps(old))
    except CourseError as error:
        yield Problem(f"solutions/{tutorial}/{name}", str(error).removeprefix(f"{path} "))
    wanted = {f"{exercise}.py": text.encode() for exercise, text in answers(solved).items()}
    for file, content in wanted.items():
        yield from _same(root, f"solutions/{tutorial}/{file}", content)
    for stray in sorted((root / "solutions" / tutorial).glob("*.py")):
        if stray.name not in wanted:
            yield Problem(shown(stray, root), "belongs to no exercise; run nmautils build")

    folder = root / "release" / tutorial
    for file, content in release.items():
        if holds_answers(file):
            yield Problem(
                f"release/{tutorial}/{file}",
                f"holds the answers; name it in c.CourseDirectory.ignore of {CONFIG_FILE}",
            )
        yield from _same(root, f"release/{tutorial}/{file}", content)
    for stray in sorted(folder.rglob("*")):
        known = stray.relative_to(folder).as_posix() in release
        if stray.is_file() and not known and ".ipynb_checkpoints" not in stray.parts:
            yield Problem(shown(stray, root), "does not belong here; run nmautils build")


def _same(root: Path, name: str, wanted: bytes, found: bytes | None = None) -> Iterator[Problem]:
    """A problem unless the file (or `found`) has the bytes `wanted`."""
    if found is None:
        if not (root / name).is_file():
            yield Problem(name, "is missing; run nmautils build")
            return
        found = (root / name).read_bytes()
    if found != wanted:
        cell = _first_difference(found, wanted) if name.endswith(".ipynb") else ""
        yield Problem(name, f"is not what the source gives{cell}; run nmautils build")


def _first_difference(found: bytes, wanted: bytes) -> str:
    try:
        one, other = (
            nbformat.reads(data.decode(), as_version=nbformat.NO_CONVERT).cells
            for data in (found, wanted)
        )
    except Exception:
        return ""
    for old, new in zip(one, other, strict=False):
        if old != new:
            return f" (first at cell {new.get('id', '?')})"
    return " (cells added or removed)" if len(one) != len(other) else ""


# --- (d) structure -------------------------------------------------------------------------------


def check_structure(
    settings: Settings, tutorial: str, stamped: NotebookNode, places: list[Place]
) -> Iterator[Problem]:
    """Check the contract's names, tests, questions and points."""
    where = places[0].path
    at = {cell.id: (cell, place) for cell, place in zip(stamped.cells, places, strict=True)}
    kinds = {cell.id: kind_of(cell) for cell in stamped.cells}
    found = {
        kind: [cell.id for cell in stamped.cells if kinds[cell.id] == kind]
        for kind in ("exercise", "test", "question")
    }
    if tutorial in contract.EXERCISES:
        for kind, wanted in [
            ("exercise", contract.EXERCISES[tutorial]),
            ("question", contract.QUESTIONS[tutorial]),
        ]:
            for name in wanted:
                if name not in found[kind]:
                    yield Problem(where, f"the contract's {kind} {name!r} is missing")
            for name in found[kind]:
                if name not in wanted:
                    yield Problem(str(at[name][1]), f"the contract has no {kind} {name!r}")

    order = list(at)
    shown_below = {cell.metadata.get("expected") for cell in stamped.cells}
    for name in found["exercise"]:
        test = f"{name}_test"
        if test not in found["test"]:
            yield Problem(str(at[name][1]), f"has no test cell {test!r}")
        elif order.index(test) < order.index(name):
            yield Problem(str(at[test][1]), "stands before its exercise")
        if name not in shown_below:
            yield Problem(str(at[name][1]), f"no demo cell has 'expected: {name}' in its header")
    for name in found["test"]:
        if name.removesuffix("_test") not in found["exercise"]:
            yield Problem(str(at[name][1]), "tests no exercise")
    for name in found["question"]:
        cell, place = at[name]
        if BEGIN_SCHEME not in cell.source:
            yield Problem(str(place), "a question needs a mark scheme")
        if BEGIN not in cell.source:
            yield Problem(str(place), "a question needs a model answer")

    total = 0.0
    for name in [*found["test"], *found["question"]]:
        cell, place = at[name]
        points = cell.metadata.nbgrader.points
        total += points
        if abs(points / settings.points.step - round(points / settings.points.step)) > 1e-9:
            yield Problem(str(place), f"{points} points are no multiple of {settings.points.step}")
    agreed = settings.tutorials[tutorial].points
    if agreed is not None and abs(total - agreed) > 1e-9:
        yield Problem(where, f"points sum to {total:g}, {FILE_NAME} says {agreed:g}")


def check_release(
    settings: Settings, tutorial: str, stamped: NotebookNode, student: NotebookNode, where: str
) -> Iterator[Problem]:
    """Check cells, kinds and badges of the student version."""
    wanted: list[str] = []
    for cell in stamped.cells:
        wanted.append(cell.id)
        if "expected" in cell.metadata:
            wanted.append(f"{cell.metadata.expected}-expected")
    found = [cell.get("id", "") for cell in student.cells]
    for name in sorted({name for name in found if found.count(name) > 1}):
        yield Problem(where, f"cell {name}: id is used twice")
    for name in wanted:
        if name not in found:
            yield Problem(where, f"cell {name} is missing")
    for name in found:
        if name not in wanted:
            yield Problem(where, f"cell {name}: the source has no such cell")
    if set(found) == set(wanted) and found != wanted:
        yield Problem(where, "cells are not in the source's order")
    kinds = {cell.id: kind_of(cell) for cell in stamped.cells}
    for cell in student.cells:
        try:
            kind = kind_of(cell)
        except CourseError as error:
            yield Problem(where, f"cell {cell.get('id')}: {error}")
            continue
        if kind != kinds.get(cell.get("id"), kind):
            yield Problem(where, f"cell {cell.id}: is {kind}, the source has {kinds[cell.id]}")
    if not any(
        cell.cell_type == "markdown" and badges(settings, tutorial) in cell.source
        for cell in student.cells[:3]
    ):
        yield Problem(where, "the badges of this repository are not in the first cells")


# --- (e) leaks -----------------------------------------------------------------------------------


def check_leaks(stamped: NotebookNode, student: NotebookNode, where: str) -> Iterator[Problem]:
    """Look for marks, outputs and telling lines of answers and hidden tests."""
    marks = [mark.removeprefix("### ") for mark in (BEGIN, END, BEGIN_SCHEME, END_SCHEME)]
    marks += [mark.removeprefix("### ") for mark in (BEGIN_HIDDEN, END_HIDDEN)]
    secrets = secret_lines(stamped)
    for cell in student.cells:
        label = f"cell {cell.get('id', '?')}"
        for mark in [*marks, "# blank:"]:
            if mark in cell.source:
                yield Problem(where, f"{label}: {mark!r} is left in the student version")
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield Problem(where, f"{label}: has outputs")
        if cell.cell_type == "code":
            lines = {line.strip() for line in cell.source.split("\n")}
            leaked = [line for line in secrets if line in lines]
        else:
            leaked = [line for line in secrets if line in cell.source]
        for line in leaked:
            yield Problem(where, f"{label}: shows {line!r} of {secrets[line]}")


def secret_lines(stamped: NotebookNode) -> dict[str, str]:
    """Telling lines that no student may see, each with what it belongs to.

    No secret is what stands openly before its exercise, around the marks of the same cell or
    in a blank; nor, for hidden tests and mark schemes, what stands openly anywhere.
    """
    secrets: dict[str, str] = {}
    openly = ["\n".join(_visible(cell)) for cell in stamped.cells]
    for index, cell in enumerate(stamped.cells):
        answer, test = _hidden(cell)
        for lines, given in [
            (answer, "\n".join(openly[: index + 1])),
            (test, "\n".join(openly)),
        ]:
            for line in (line.strip() for line in lines):
                if len(line) >= _TELLING and line not in given:
                    secrets.setdefault(line, f"{kind_of(cell)} {cell.id}")
    return secrets


_REGIONS = {
    "exercise": [(BEGIN, END)],
    "test": [(BEGIN_HIDDEN, END_HIDDEN)],
    "question": [(BEGIN_SCHEME, END_SCHEME), (BEGIN, END)],
}


def _visible(cell: NotebookNode) -> list[str]:
    """Lines of a source cell that students see, blanks included."""
    lines = []
    kind = kind_of(cell)
    if kind == "exercise":
        return stub_of(cell.source).split("\n")
    text = cell.source
    for begin, end in _REGIONS.get(kind, []):
        parts = split_regions(text, begin, end)
        lines = [line for marked, part in parts if not marked for line in part]
        text = "\n".join(lines)
    return text.split("\n")


def _hidden(cell: NotebookNode) -> tuple[list[str], list[str]]:
    """Lines of an answer, and of hidden tests or a mark scheme, in a source cell."""
    kind = kind_of(cell)
    if kind == "exercise":
        return solution_lines(cell.source), []
    found = [
        [
            line
            for marked, part in split_regions(cell.source, begin, end)
            if marked
            for line in part[1:-1]
        ]
        for begin, end in _REGIONS.get(kind, [])
    ]
    answer = found[1] if len(found) == 2 else []
    return answer, found[0] if found else []


# --- (f) stubs -----------------------------------------------------------------------------------


def check_answers(tutorial: str, stamped: NotebookNode, places: list[Place]) -> Iterator[Problem]:
    """Check that a solution cell holds the contract's definitions and nothing else."""
    agreed = contract.EXERCISES.get(tutorial, {})
    for cell, place in zip(stamped.cells, places, strict=True):
        if kind_of(cell) != "exercise":
            continue
        body = ast.parse(answer_of(cell.source)).body
        for node in body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield Problem(
                    str(place), f"only definitions belong here, not {ast.unparse(node)[:40]!r}"
                )
        names = tuple(
            node.name for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef)
        )
        if cell.id in agreed and names != agreed[cell.id]:
            yield Problem(
                str(place), f"defines {', '.join(names)}; contract: {', '.join(agreed[cell.id])}"
            )


def signatures(body: Iterable[ast.stmt], owner: str = "") -> dict[str, str]:
    """Classes (with bases), functions and methods (with arguments) of a piece of code."""
    found: dict[str, str] = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            found[owner + node.name] = f"class({', '.join(map(ast.unparse, node.bases))})"
            found |= signatures(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[owner + node.name] = f"({ast.unparse(node.args)})"
    return found


def check_stubs(stamped: NotebookNode, student: NotebookNode, where: str) -> Iterator[Problem]:
    """Compare each student's cell with its solution by syntax tree."""
    released = {cell.get("id"): cell for cell in student.cells}
    for cell in stamped.cells:
        if kind_of(cell) != "exercise" or cell.id not in released:
            continue
        label = f"cell {cell.id}"
        solved = ast.parse(answer_of(cell.source)).body
        try:
            stub = ast.parse(released[cell.id].source).body
        except SyntaxError as error:
            yield Problem(where, f"{label}: the stub does not parse (line {error.lineno})")
            continue
        name = next(iter(signatures(solved)), "")
        if not stub or ast.unparse(stub[0]) != ast.unparse(
            ast.parse(f"raise NotImplementedError('Exercise: complete {name}')")
        ):
            yield Problem(where, f"{label}: the stub must begin by raising NotImplementedError")
        wanted, found = signatures(solved), signatures(stub)
        for key in {**wanted, **found}:
            if wanted.get(key) != found.get(key):
                yield Problem(
                    where,
                    f"{label}: {key} is {found.get(key, 'missing')} in the stub, "
                    f"{wanted.get(key, 'missing')} in the solution",
                )


# --- (b) and (c) runs ----------------------------------------------------------------------------


def check_solution_run(stamped: NotebookNode, profile: str, where: str) -> Iterator[Problem]:
    """Run the solution: no error anywhere, full points in each test cell."""
    where = f"{where} (profile {profile})"
    try:
        done = expected.execute(expected.solution_notebook(stamped), profile, allow_errors=True)
    except CourseError as error:
        yield Problem(where, str(error))
        return
    for cell in done.cells:
        if cell.cell_type != "code":
            continue
        label = f"cell {cell.id}"
        for output in cell.outputs:
            if output.output_type == "error":
                yield Problem(where, f"{label}: raised {output.ename}: {_short(output.evalue)}")
        yield from _check_stderr(cell, where)
        if kind_of(cell) == "test":
            points = cell.metadata.nbgrader.points
            value = score_of(cell)
            if value is None or abs(value - points) > 1e-9:
                yield Problem(where, f"{label}: the solution gets {value} of {points} points")


def check_student_run(student: NotebookNode, profile: str, where: str) -> Iterator[Problem]:
    """Run the untouched student version: it stops in its exercises and nowhere else."""
    where = f"{where} (profile {profile})"
    try:
        done = expected.execute(student, profile, allow_errors=True)
    except CourseError as error:
        yield Problem(where, str(error))
        return
    names: set[str] = set()
    for cell in done.cells:
        if cell.cell_type != "code":
            continue
        label, kind = f"cell {cell.id}", kind_of(cell)
        raised = [output for output in cell.outputs if output.output_type == "error"]
        if kind == "exercise":
            body = ast.parse(cell.source).body
            names |= {key for key in signatures(body) if "." not in key}
            if [output.ename for output in raised] != ["NotImplementedError"]:
                yield Problem(where, f"{label}: untouched, it must raise NotImplementedError")
            continue
        for output in raised:
            yield Problem(
                where,
                f"{label}: fails in the untouched notebook with {output.ename}: "
                f"{_short(output.evalue)}",
            )
        yield from _check_stderr(cell, where)
        value = score_of(cell) if kind == "test" else None
        if kind == "test" and not raised and (value is None or value != 0):
            yield Problem(where, f"{label}: untouched gives {value} points, must be 0.0")
        if kind in ("demo", "explore") and not raised and not cell.outputs:
            used = sorted(names & _names_in(cell.source))
            if used:
                yield Problem(
                    where, f"{label}: needs {', '.join(used)} and must say so while it is missing"
                )


def score_of(cell: NotebookNode) -> float | None:
    """The score nbgrader would read: the first result, as a number; None if there is none."""
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                return float(output.data["text/plain"])
            except (KeyError, ValueError):
                return None
    return None


def _check_stderr(cell: NotebookNode, where: str) -> Iterator[Problem]:
    text = "".join(
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    )
    if not text.strip():
        return
    if kind_of(cell) == "test":
        yield Problem(
            where, f"cell {cell.id}: writes to stderr, which costs all points: {_short(text)}"
        )
    elif "Traceback (most recent call last)" in text:
        yield Problem(where, f"cell {cell.id}: a traceback on stderr: {_short(text)}")


def _names_in(source: str) -> set[str]:
    """Names that a cell reads; cells with magics count as reading none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _short(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:120] if lines else ""


# --- command line --------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils verify``."""
    parser.add_argument("tutorials", nargs="*", metavar="TUTORIAL", help="default: all")
    parser.add_argument("--root", metavar="DIR", help="folder with course.toml")
    parser.add_argument("--quick", action="store_true", help="do not run the notebooks")
    parser.add_argument(
        "--profile", choices=list(PROFILES), default="small", help="size at which they are run"
    )


def run(args: argparse.Namespace) -> int:
    """Carry out ``nmautils verify``."""
    root = Path(args.root) if args.root else find_root()
    problems = verify(root, args.tutorials, args.quick, PROFILES[args.profile])
    return report(problems, "no problems found")
