"""Run the statements of a cell one by one, and go on after one that can only work elsewhere.

This runs inside the sandbox, in the same process as the student's code.

A notebook that ran in Colab may hold lines that fail where it is graded: an import of a module that
is not there, a magic, a file of the student's. The rest of that cell did run in Colab, so it is
run here as well. An error of the student's own is another matter: there Jupyter stopped too, and
what stands below has never been seen to work. So the rule is:

- Only a whole statement at the left margin can be left out; what it would have made is undefined.
- It is left out if its error says that something is missing here (`_is_missing_here`), or if it
  uses what a statement that was left out would have made.
- A ``raise`` at the left margin and an interrupt always end the cell, and so does a ``SystemExit``
  but for one that guards a notebook against running elsewhere.
"""

import ast
import builtins
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from nmautils.grading.model.limits import (
    LEFT_OUT_CHARACTERS,
    LEFT_OUT_LINES,
    LEFT_OUT_NAMES,
)

from .asked_for import AskedFor
from .elsewhere import (
    FOLDER_OF_A_PLATFORM,
    GUARDED,
    INSTALLER,
    NO_FOLDER,
    NO_NETWORK,
    NOTHING_FOUND,
    PLATFORM,
    is_cut_short,
    missing_program,
)

__all__ = ["Statements"]

_NEVER_RUN = {"conda", "mamba", "micromamba", "pip", "reset", "reset_selective", "uv"}
# Magics that run a line of the student's: its errors are judged as those of any other line.
_RUN_CODE = {"prun", "time", "timeit"}
# Magics that make one statement of all that stands below them.
_TIMED = re.compile(r"\s*%%(time|timeit|prun)(?![\w])[ \t]*([^\n]*)")
_TIMEIT_OPTIONS = re.compile(r"\A(?:-[nr][ \t]*\d+[ \t]*|-[tcqov]+[ \t]*|-p[ \t]*\d+[ \t]*)*")
_DEVICE = re.compile(r"\b(?:cuda|gpu|mps|nccl|tpu|xla)\b", re.IGNORECASE)
# What goes on without a module: it may then lack what its other branch makes.
_BRANCHES = (ast.If, ast.Try, ast.With)
_BY_NAME = {"DistNetworkError", "DistStoreError", "StdinNotImplementedError", "UsageError"}
_EXITS = {"exit", "quit", "sys.exit"}
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class _LeftOut(Exception):
    """Stands for a line that was not even tried."""


class Statements:
    """Takes the place of the loop over statements in IPython's shell.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        Where cells run; only how it goes through a cell is changed.
    """

    def __init__(self, shell: Any) -> None:
        self._shell, self._run_nodes, self._show = shell, shell.run_ast_nodes, shell.showtraceback
        self._node: ast.stmt | None = None
        self._error: BaseException | None = None
        self._left: list[tuple[int, str, str, str, list[str]]] = []
        self._unmade: list[tuple[int, str, str, str, list[str]]] = []
        self._asked = AskedFor()
        sys.meta_path.append(self._asked)
        self._names: set[str] = set()
        self._unknown_names = False
        self._lines: list[str] = []
        self._blank = self._depth = 0
        self._whole = False
        shell.run_ast_nodes, shell.showtraceback = self._run, self._caught
        shell.reset = _refuse_reset
        shell.not_fetched = self._not_fetched

    def begin(self, cell: str, *, whole: bool = False) -> str:
        """Get ready for a cell; give it back as it is to be run.

        Parameters
        ----------
        cell : str
            Its source.
        whole : bool, optional
            Whether nothing of it may be left out, since it is a test.
        """
        self._left, self._lines, self._whole = [], cell.splitlines(), whole
        self._unmade = []
        if whole:
            return cell
        # IPython drops blank lines at the top.
        self._blank = len(self._lines) - len(cell.lstrip().splitlines())
        timed = _TIMED.match(cell)
        if timed is None:
            return cell
        magic, options = timed.groups()
        if magic == "timeit":
            # It would run the cell many times, and keep nothing that the cell defines.
            self._left.append((self._blank + 1, f"%%{magic} {options}".strip(), "", "", []))
        elif magic == "time" and options and not options.startswith("-"):
            return cell  # IPython refuses it
        setup = _TIMEIT_OPTIONS.sub("", options) if magic == "timeit" else ""
        return f"{setup or '# timed'}{cell[timed.end() :]}"

    def left_out(self) -> list[tuple[int, str, str, str, list[str]]]:
        """Give what was left out of the cell.

        Returns
        -------
        list of tuple
            Line, its text, name and text of the error, and the names that it would have made.
        """
        return self._left[:LEFT_OUT_LINES]

    def unmade(self) -> list[tuple[int, str, str, str, list[str]]]:
        """Give, in the same form, what ran but did not make all its names for want of a module."""
        return self._unmade[:LEFT_OUT_LINES]

    async def _run(
        self,
        nodelist: list[ast.stmt],
        cell_name: str,
        interactivity: str = "last_expr",
        compiler: Any = compile,
        result: Any = None,
    ) -> bool:
        if self._whole:
            return bool(await self._run_nodes(nodelist, cell_name, interactivity, compiler, result))
        nodes = [part for node in nodelist for part in _apart(node)]
        outer, self._depth = self._node, self._depth + 1
        try:
            for node in nodes:
                self._node, self._error = node, None
                if _is_never_run(node):
                    self._leave_out(node, _LeftOut())
                    continue
                if _is_of_colab(node):
                    # Also where a check before handing in runs in Colab, to foretell the same.
                    self._leave_out(node, ModuleNotFoundError("No module named 'google.colab'"))
                    continue
                last = node is nodes[-1] or interactivity == "all"
                how = interactivity if last else "none"
                if await self._run_nodes(
                    [_without_fetchers(node)], cell_name, how, compiler, result
                ):
                    if self._error is None:
                        return True
                    if result is not None:
                        result.error_in_exec = result.error_before_exec = None
                    self._leave_out(node, self._error)
                else:
                    self._note_made(node)
        finally:
            self._node, self._depth = outer, self._depth - 1
        return False

    def _caught(self, *given: Any, **named: Any) -> None:
        """Take an error that IPython would show, if its statement is to be left out."""
        error = sys.exc_info()[1]
        node = None if self._whole else self._node
        if node is not None and error is not None and self._goes_on(node, error):
            self._error = error
        else:
            self._show(*given, **named)

    def _goes_on(self, node: ast.stmt, error: BaseException) -> bool:
        if isinstance(error, SystemExit):
            return _is_guard(node)
        if not isinstance(error, Exception) or isinstance(node, ast.Raise):
            return False
        if isinstance(error, NameError):
            name = getattr(error, "name", None)
            if self._unknown_names and not hasattr(builtins, str(name)):
                return True
            if name in self._names:
                return True
        if self._names and not self._names.isdisjoint(_read(node)):
            return True
        magic = _ipython_call(node)
        if magic is not None and magic[1] not in _RUN_CODE:
            return not isinstance(error, SyntaxError)
        # A module that is there and cannot be imported does not fit this machine.
        return isinstance(node, ast.Import | ast.ImportFrom) or _is_missing_here(
            error, ast.unparse(node), is_guard=_is_guard(node)
        )

    def _note_made(self, node: ast.stmt) -> None:
        """Note what a statement that ran has made, and what it has not for want of a module."""
        unmade: set[str] = set()
        if self._asked.module and isinstance(node, _BRANCHES):
            unmade = {name for name in _made(node) if name not in self._shell.user_ns}
        if self._names:
            self._names.difference_update(_made(node))
        if unmade:
            self._names |= unmade
            module = self._asked.module[:LEFT_OUT_CHARACTERS]
            names = [name[:LEFT_OUT_CHARACTERS] for name in sorted(unmade)[:LEFT_OUT_NAMES]]
            said = f"No module named '{module}'"
            self._unmade.append((0, f"import {module}", "ModuleNotFoundError", said, names))

    def _not_fetched(self, text: str) -> list[str]:
        """Stand for a fetcher inside a block."""
        if all(row[1] != text[:LEFT_OUT_CHARACTERS] for row in self._left):
            self._say_left_out(text, _LeftOut(), [])
        return []

    def _leave_out(self, node: ast.stmt, error: BaseException) -> None:
        if missing_program(type(error).__name__, _text(error), "") in {"latex", "dvipng"}:
            # Else no figure of the cells below could be drawn.
            drawing = sys.modules.get("matplotlib")
            if drawing is not None:
                drawing.rcParams["text.usetex"] = False
        made = sorted(_made(node))
        magic = _ipython_call(node)
        self._names.update(made)
        if "*" in made or (magic is not None and magic[1] == "run"):
            self._unknown_names = True
        line = node.lineno + self._blank if self._depth == 1 else 0
        text = self._lines[line - 1].strip() if 0 < line <= len(self._lines) else ""
        if not text or isinstance(node, ast.Import | ast.ImportFrom):
            text = ast.unparse(node).splitlines()[0]
        self._say_left_out(text, error, made, line)

    def _say_left_out(
        self, text: str, error: BaseException, made: list[str], line: int = 0
    ) -> None:
        kind = "" if isinstance(error, _LeftOut) else type(error).__name__
        message = _text(error)
        names = [name[:LEFT_OUT_CHARACTERS] for name in made[:LEFT_OUT_NAMES]]
        self._left.append((line, text[:LEFT_OUT_CHARACTERS], kind, message, names))
        if len(self._left) <= LEFT_OUT_LINES:
            said = f" ({kind}: {message})" if kind else ""
            print(f"Left out here: {text[:LEFT_OUT_CHARACTERS]}{said}", file=sys.stderr)


def _refuse_reset(*_: Any, **__: Any) -> None:
    """Keep the notebook's variables, without which no given cell below could run."""
    raise _LeftOut


def _apart(node: ast.stmt) -> Iterator[ast.stmt]:
    """Make one import of each name, so that one that is missing takes no other with it."""
    if isinstance(node, ast.Import | ast.ImportFrom) and len(node.names) > 1:
        for alias in node.names:
            if isinstance(node, ast.Import):
                part: ast.stmt = ast.Import([alias])
            else:
                part = ast.ImportFrom(node.module, [alias], node.level)
            yield ast.copy_location(part, node)
    else:
        yield node


def _is_never_run(node: ast.stmt) -> bool:
    call = _ipython_call(node)
    if call is None:
        return False
    return _is_fetcher(*call)


def _is_of_colab(node: ast.stmt) -> bool:
    """Tell whether a statement imports what only Colab has."""
    module = node.module if isinstance(node, ast.ImportFrom) else None
    module = node.names[0].name if isinstance(node, ast.Import) else module
    return bool(module) and f"{module}.".startswith("google.colab.")


def _is_fetcher(method: str, first: str, second: str) -> bool:
    """Tell whether a call of the shell's would install, fetch or reset something."""
    if method in {"system", "getoutput", "getoutputs"}:
        return bool(INSTALLER.match(first))
    if method in {"run_line_magic", "magic"}:
        return first.partition(" ")[0] in _NEVER_RUN or (
            first in {"sx", "system"} and bool(INSTALLER.match(second))
        )
    return False


class _Unfetched(ast.NodeTransformer):
    """Takes the place of fetchers inside a block; one at the left margin never gets here."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Change a call of IPython's shell that would fetch something."""
        self.generic_visit(node)
        call = _ipython_call(ast.Expr(node))
        if call is None or not _is_fetcher(*call) or not isinstance(node.func, ast.Attribute):
            return node
        sign = "!" if call[0].startswith(("system", "getoutput")) else "%"
        text = f"{sign}{' '.join(call[1:])}".strip()
        func = ast.copy_location(
            ast.Attribute(node.func.value, "not_fetched", ast.Load()), node.func
        )
        made = ast.Call(func, [ast.Constant(text)], [])
        return ast.fix_missing_locations(ast.copy_location(made, node))


def _without_fetchers(node: ast.stmt) -> ast.stmt:
    try:
        changed: ast.stmt = _Unfetched().visit(node)
    except RecursionError:  # a long sum, for instance, which Python itself can run
        return node
    return changed


def _is_guard(node: ast.stmt) -> bool:
    """Tell whether a statement stops a notebook that does not run in the place it is for."""
    if isinstance(node, ast.If):
        stops = any(
            isinstance(part, ast.Raise | ast.Assert)
            or (isinstance(part, ast.Call) and ast.unparse(part.func) in _EXITS)
            for part in _own_scope(node)
        )
        return stops and bool(GUARDED.search(ast.unparse(node.test)))
    return isinstance(node, ast.Assert) and bool(GUARDED.search(ast.unparse(node)))


def _ipython_call(node: ast.stmt) -> tuple[str, str, str] | None:
    """Give method and texts of a call that one of IPython's own lines was turned into."""
    call = node.value if isinstance(node, ast.Expr | ast.Assign) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    owner = call.func.value
    if not (
        isinstance(owner, ast.Call)
        and isinstance(owner.func, ast.Name)
        and owner.func.id == "get_ipython"
    ):
        return None
    texts = [a.value if isinstance(a, ast.Constant) else "" for a in call.args[:2]]
    first, second = ([t if isinstance(t, str) else "" for t in texts] + ["", ""])[:2]
    return call.func.attr, first, second


def _is_missing_here(error: Exception, code: str, *, is_guard: bool = False) -> bool:
    """Tell whether an error comes from where the code runs rather than from the code."""
    if is_guard:
        return True
    if isinstance(error, ImportError | OSError | subprocess.SubprocessError | _LeftOut):
        return True
    if type(error).__name__ in _BY_NAME:
        return True
    message = _text(error)
    # Versions differ in what a module has.
    if isinstance(error, AttributeError) and re.match(r"module '(?!nmautils)", message):
        return True
    if isinstance(error, KeyError) and "environ" in code:
        return True
    if isinstance(error, AssertionError) and _DEVICE.search(code):
        return True
    kind = type(error).__name__
    if missing_program(kind, message, code):
        return True
    if is_cut_short(kind, message) or NO_FOLDER.search(message) or NO_NETWORK.search(message):
        return True
    if (type(error).__module__, kind) == ("locale", "Error"):
        return True
    # The list of files that a folder of a platform would hold is empty here.
    empty = kind in NOTHING_FOUND
    if PLATFORM.search(message) or (empty and FOLDER_OF_A_PLATFORM.search(code)):
        return True
    # torch lists its devices for somebody who has misspelt one.
    is_misspelt = message.startswith("Expected one of")
    return bool(_DEVICE.search(message)) and not is_misspelt


def _own_scope(node: ast.AST) -> Iterator[ast.AST]:
    """Go through a statement, but not into the bodies of what it defines."""
    todo = [node]
    while todo:
        part = todo.pop()
        yield part
        if part is node or not isinstance(part, _SCOPES):
            inside = isinstance(part, _SCOPES) and not isinstance(part, ast.ClassDef)
            for name, value in ast.iter_fields(part):
                if inside and name == "body":
                    continue
                if isinstance(part, ast.comprehension) and name == "target":
                    continue
                values = value if isinstance(value, list) else [value]
                todo.extend(v for v in values if isinstance(v, ast.AST))


def _made(node: ast.stmt) -> set[str]:
    """Give the names of the notebook that a statement makes."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    made = set()
    for part in _own_scope(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            made.add(part.id)
        elif isinstance(part, ast.alias):
            made.add(part.asname or part.name.partition(".")[0])
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made.add(part.name)
    return made


def _read(node: ast.stmt) -> set[str]:
    """Give the names of the notebook that a statement needs when it runs."""
    return {
        part.id
        for part in _own_scope(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:LEFT_OUT_CHARACTERS]
    except Exception:  # an error whose own text fails
        return ""
