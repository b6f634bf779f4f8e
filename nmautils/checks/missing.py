"""Why a name that an exercise asks for is missing, although something stands in its cell.

Everything here is worked out from the text of the cell and the error it ended with, so a notebook
and a feedback page say the same words.
"""

import ast
import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator

from nmautils.checks.answer import TROUBLES, Answer, CellError, Slip, is_near, parse, without_magics

__all__ = ["MISSING_HERE", "NOT_SOLVED", "made_at", "why_missing"]

# The name of the one mistake that means that there is no answer.
NOT_SOLVED = "not solved yet"

# A cause that no text of an answer explains: the place where it runs lacks something.
MISSING_HERE = "missing where it is graded"

AGAIN = "run the cell again, then this one"

# Signs that a word processor or a web page puts in place of those that Python knows.
_QUOTES = dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛´′", "'")
_LOOKS_LIKE = _QUOTES | dict.fromkeys("‐‑‒–—―−", "-") | {"×": "*", "÷": "/", "…": "..."}
_NO_BREAK = "\u00a0\u2007\u202f"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

# Names that the notebook's first cells import, and no exercise asks for.
_SET_UP = {"F", "gaussian_filter1d", "nma", "nn", "np", "optim", "plt", "torch", "zscore"}

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS = (ast.If, ast.For, ast.While, ast.Try, ast.With)


def why_missing(name: str, answer: Answer | None) -> Slip:
    """Say why `name` is not defined.

    Parameters
    ----------
    name : str
        What the exercise asks for.
    answer : Answer or None
        The cell that defines it, or was meant to; None if no such cell has run.

    Returns
    -------
    Slip
        Its name is `NOT_SOLVED` only where the cell is as it was released, or empty.
    """
    if answer is None:
        return Slip(
            "answer not run",
            f"No cell that makes `{name}` has run since the notebook was started. Run the cells "
            "above from the first one, and the exercise's own, then this one.",
        )
    if answer.untouched or not answer.text.strip():
        return Slip(
            NOT_SOLVED,
            f"{name} is not defined. Complete the exercise above (delete the line that raises "
            "NotImplementedError), run its cell, then run this one.",
        )
    if not answer.ran:
        return Slip(
            "answer not run",
            "Your cell was changed and has not run since. Run it, then this one.",
        )
    unread = _why_unread(answer)
    if unread is not None:
        return unread
    tree = parse(answer.text)
    if tree is None:
        return _stopped(name, answer.error) or _no_such_name(name)
    top = list(_made(tree.body))
    left = _line_that_raises(tree, name)
    if left:
        return Slip(
            "line that raises left in",
            f"The line that raises NotImplementedError is still there (line {left} of your cell), "
            f"so Python stops at it and never gets to your answer. Delete that line, {AGAIN}.",
        )
    if name in top and answer.text.lstrip().startswith("%%timeit"):
        return Slip(
            "%%timeit keeps nothing",
            f"`%%timeit` times a cell, but keeps nothing that the cell defines, so `{name}` is not "
            f"there. Delete that line, or write `%%time`, {AGAIN}.",
        )
    if name in top:
        return _stopped(name, answer.error) or Slip(
            "answer not run",
            f"Your cell makes `{name}`, but it is not there now. Run that cell once more and see "
            "whether it ends in an error, then run this one.",
        )
    return (
        _inside_another(name, tree)
        or _other_name(name, tree, top)
        or _put_away(name, answer.text)
        or _stopped(name, answer.error)
        or _no_such_name(name)
    )


# --- cells that Python cannot read ----------------------------------------------------------------


def _why_unread(answer: Answer) -> Slip | None:
    """Say what is wrong with a cell that is no Python; None for one that is."""
    error = answer.error
    if error is not None and not _is_syntax(error.kind):
        return None
    lines = answer.text.splitlines()
    try:
        ast.parse(without_magics(answer.text))
    except (SyntaxError, *TROUBLES) as caught:
        if not isinstance(caught, SyntaxError):
            return None
        kind, message = type(caught).__name__, str(caught.msg)
        line, place = caught.lineno or 0, caught.offset or 0
    else:
        # Some errors are found only later, such as a `return` outside a function.
        if error is None:
            return None
        kind, message, line, place = error.kind, error.message, error.line, 0
    line = min(line, len(lines))
    code = lines[line - 1] if line else ""
    return _odd_sign(message, line, code) or _bad_line(kind, message, line, place, code)


def _is_syntax(kind: str) -> bool:
    return kind in {"SyntaxError", "IndentationError", "TabError", "_IncompleteInputError"}


def _odd_sign(message: str, line: int, code: str) -> Slip | None:
    """Find the sign in a line that looks like one of Python's and is none."""
    if not re.match(r"invalid (character|non-printable)|unterminated .*string", message):
        return None
    named = re.search(r"U\+([0-9A-F]{4,6})", message)
    wanted = {chr(int(named[1], 16))} if named else set(_QUOTES)
    sign = next((sign for sign in code if sign in wanted), None)
    if sign is None:
        return None
    where = f"Line {line} of your cell, at place {code.index(sign) + 1}, has"
    number = f"U+{ord(sign):04X}"
    plain = _LOOKS_LIKE.get(sign) or unicodedata.normalize("NFKC", sign)
    if sign in _INVISIBLE:
        return Slip(
            "invisible character",
            f"{where} a character that cannot be seen ({number}), and Python cannot read it. "
            f"Delete the line, type it anew, and {AGAIN}.{_shown(code, code.index(sign) + 1)}",
        )
    if sign in _NO_BREAK or plain.isspace():
        return Slip(
            "no plain space",
            f"{where} a space that is not a plain one (non-breaking, {number}), and Python cannot "
            f"read it. Delete it, type a plain space, and {AGAIN}."
            f"{_shown(code, code.index(sign) + 1)}",
        )
    if sign in _QUOTES:
        return Slip(
            "curly quotation marks",
            f"{where} the quotation mark {sign} ({number}), which Python does not know. Type a "
            f"plain {plain} in its place, and {AGAIN}.{_shown(code, code.index(sign) + 1)}",
        )
    advice = f"Type a plain {plain}" if plain != sign else "Type what you mean with a plain sign"
    return Slip(
        "sign that Python does not know",
        f"{where} the sign {sign} ({number}), which Python does not know. {advice} in its place, "
        f"and {AGAIN}.{_shown(code, code.index(sign) + 1)}",
    )


def _bad_line(kind: str, message: str, line: int, place: int, code: str) -> Slip:
    # IPython adds the file that it has put the cell in.
    message = re.sub(r" \(\S+, line \d+\)$", "", " ".join(message.split())).rstrip(".")
    where = f"line {line} of your cell" if line else "your cell"
    shown = _shown(code, place)
    if kind == "TabError":
        return Slip(
            "tabs and spaces mixed",
            f"Python cannot read {where}: it is indented with tabs, and other lines with spaces. "
            f"Use spaces only, four for each step, and {AGAIN}.{shown}",
        )
    sign = re.match(r"\s*([-+*/@%]+|\.\w+)", code)
    if message == "unexpected indent" and sign:
        return Slip(
            "formula over two lines",
            f"Line {line} of your cell begins with `{sign[1]}`, and Python took the line above for "
            f"the end of the formula. Put brackets round a formula over two lines, {AGAIN}.{shown}",
        )
    if kind == "IndentationError":
        return Slip(
            "indentation",
            f"Python cannot read {where}: {message}. Lines that belong together begin at the same "
            f"place, four spaces further in than the line above them that ends in a colon. Mend "
            f"it, {AGAIN}.{shown}",
        )
    return Slip(
        "cell that Python cannot read",
        f"Python cannot read {where}: {message}. Mend it, {AGAIN}.{shown}",
    )


def _shown(code: str, place: int) -> str:
    """Show a line, with a caret below the place if there is one, on lines of their own."""
    if not code.strip():
        return ""
    # A tab or a wide blank would move the caret.
    plain = "".join(" " if sign.isspace() else sign for sign in code)
    cut = len(plain) - len(plain.lstrip())
    start = max(cut, place - 60)
    piece = plain[start : start + 90].rstrip()
    caret = f"\n{' ' * (place - 1 - start)}^" if place > start else ""
    return f"\n{piece}{caret}"


# --- cells that Python can read -------------------------------------------------------------------


def _line_that_raises(tree: ast.Module, name: str) -> int:
    """Give the line of the released cell that stops it, if it stands before the answer."""
    for node in tree.body:
        if isinstance(node, _DEFINITIONS) and node.name == name:
            return 0
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node):
            return node.lineno
    return 0


def made_at(name: str, answer: Answer) -> int:
    """Give the line in which a cell made `name` when it ran; 0 if it did not get there."""
    tree = parse(answer.text)
    if tree is None or _why_unread(answer) is not None or _line_that_raises(tree, name):
        return 0
    lines = [node.lineno for node in tree.body if name in _made([node])]
    stop = answer.error.line if answer.error is not None else 0
    return next((line for line in lines if not stop or line < stop), 0)


def _stopped(name: str, error: CellError | None) -> Slip | None:
    if error is None:
        return None
    where = f", at line {error.line}: `{_brief(error.code)}`" if error.line and error.code else ""
    said = f"{error.kind}: {_brief(error.message)}".removesuffix(": ").rstrip(".")
    return Slip(
        "error in the cell of the answer",
        f"Your cell stopped before `{name}` was made, with {said}{where}. Mend that, {AGAIN}.",
    )


def _inside_another(name: str, tree: ast.Module) -> Slip | None:
    for outer in _definitions(tree):
        for inner in ast.walk(outer):
            if isinstance(inner, _DEFINITIONS) and inner is not outer and inner.name == name:
                kind = "class" if isinstance(outer, ast.ClassDef) else "function"
                return Slip(
                    f"defined inside another {kind}",
                    f"`{name}` (line {inner.lineno} of your cell) is indented, so it belongs to "
                    f"the {kind} `{outer.name}` and cannot be found outside it. Move it to the "
                    f"left margin, {AGAIN}.",
                )
    return None


def _other_name(name: str, tree: ast.Module, top: list[str]) -> Slip | None:
    near = [other for other in top if is_near(other, name)]
    close = difflib.get_close_matches(name, top, 1, 0.6)
    defined = [node.name for node in _definitions(tree)]
    found = near or close or (defined if len(defined) == 1 else [])
    if not found:
        return None
    return Slip(
        "defined under another name",
        f"Your cell makes `{found[0]}`, and what is needed is `{name}`. Call it so, letter by "
        f"letter, {AGAIN}.",
    )


def _put_away(name: str, text: str) -> Slip | None:
    """Find a definition that Python skips: behind a #, or between quotation marks."""
    found = re.search(rf"^[ \t]*(#[ \t#]*)?(?:def|class)[ \t]+{re.escape(name)}\b", text, re.M)
    if found is None:
        return None
    line = text.count("\n", 0, found.end()) + 1
    if found[1]:
        return Slip(
            "answer commented out",
            f"Your `{name}` stands behind a # (line {line} of your cell), so Python skips it. Take "
            f"the # away from its lines, {AGAIN}.",
        )
    return Slip(
        "answer between quotation marks",
        f"Your `{name}` (line {line} of your cell) stands between quotation marks, so for Python "
        f"it is only a text. Take the marks around it away, {AGAIN}.",
    )


def _no_such_name(name: str) -> Slip:
    if name in _SET_UP:
        return why_missing(name, None)
    return Slip(
        "name not defined",
        f"Nothing in your cell is called `{name}`. Define it there, with exactly this name, "
        f"{AGAIN}.",
    )


def _definitions(
    tree: ast.Module,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, _DEFINITIONS))


def _made(nodes: Iterable[ast.stmt]) -> Iterator[str]:
    """Give the names that statements at the left margin, or in blocks there, define."""
    for node in nodes:
        if isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, _BLOCKS):
            for part in ("body", "orelse", "finalbody"):
                yield from _made(getattr(node, part, []))


def _brief(text: str, limit: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."
