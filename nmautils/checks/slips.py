"""What slips are looked for in: an error, the line it arose in, and the calls of the answer."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

from nmautils.checks.answer import TROUBLES, parse

__all__ = ["MODULES", "Call", "ErrorHint", "Raised", "calls", "code_of", "parse_once"]

# How a notebook calls the modules of its first cell.
MODULES = {
    **{"torch": "torch", "nn": "torch.nn", "F": "torch.nn.functional", "optim": "torch.optim"},
    **{"np": "numpy"},
}
# Nodes of a syntax tree that are written out.
_LARGEST_PART = 60


@dataclass(frozen=True)
class ErrorHint:
    """What an error that the student's code may raise tells, as an author writes it.

    Parameters
    ----------
    pattern : str
        Regular expression for the text ``"ErrorType: message"``.
    name, hint : str
        The mistake behind it, and what to do.
    at : str
        Regular expression for the line of the student's in which it arose; empty for any.
    """

    pattern: str
    name: str
    hint: str
    at: str = ""

    def fits(self, text: str, line: str) -> bool:
        """Tell whether an error with this text, from this line, is meant."""
        return bool(
            re.search(self.pattern, text, flags=re.DOTALL)
            and (not self.at or re.search(self.at, line))
        )


@dataclass(frozen=True)
class Call:
    """A call: what is called, and with what, as text."""

    callee: str
    arguments: tuple[str, ...]
    plain: bool  # whether all arguments are numbers, texts, True, False or None

    @property
    def last(self) -> str:
        """The last part of its name: ``backward`` of ``loss.backward``."""
        return self.callee.rpartition(".")[2]

    @property
    def is_loss(self) -> bool:
        """Whether something is called that by its name compares output and targets."""
        return bool(re.search(r"loss|criterion", self.callee, re.IGNORECASE))

    @property
    def is_network(self) -> bool:
        """Whether something is called that by its name is a network or a layer of one."""
        name = r"(?:net\w*|\w*net|network|model|self\.\w+)(?:\.forward)?"
        return bool(re.fullmatch(name, self.callee))

    @property
    def is_loss_class(self) -> bool:
        """Whether a class of losses is called, which makes a loss and computes none."""
        return bool(re.fullmatch(r"(?:(?:torch\.)?nn\.)?[A-Z]\w*Loss", self.callee))


@dataclass(frozen=True)
class Raised:
    """An error of the student's code.

    Parameters
    ----------
    text : str
        ``"ErrorType: message"``.
    line : str
        The student's line in which it arose; empty if none of theirs was running.
    answer : str
        The cell of the answer; empty if it is not known.
    """

    text: str
    line: str
    answer: str = ""

    @cached_property
    def tree(self) -> ast.AST | None:
        """Syntax tree of the statement of the line."""
        return _tree_of_line(self.line) or self._statement()

    @cached_property
    def whole(self) -> ast.Module | None:
        """Syntax tree of the answer."""
        return parse_once(self.answer) if self.answer else None

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls on the line, outer ones first."""
        return tuple(calls(self.tree)) if self.tree is not None else ()

    def said(self, pattern: str) -> re.Match[str] | None:
        """Search the error's text."""
        return re.search(pattern, self.text, flags=re.DOTALL)

    def _statement(self) -> ast.AST | None:
        """Give the statement of the answer that the line is a part of, if there is just one."""
        lines = [line.strip() for line in self.answer.splitlines()]
        if self.whole is None or not self.line or lines.count(self.line.strip()) != 1:
            return None
        number = lines.index(self.line.strip()) + 1
        around = [
            node
            for node in ast.walk(self.whole)
            if isinstance(node, ast.stmt) and node.lineno <= number <= (node.end_lineno or 0)
        ]
        inner = around[-1] if around else None
        return None if inner is None or hasattr(inner, "body") else inner


parse_once = lru_cache(maxsize=16)(parse)


def _tree_of_line(line: str) -> ast.AST | None:
    line = line.strip()
    if re.match(r"(elif|else|except|finally)\b", line):
        line = line.removeprefix("el") if line.startswith("elif") else ""
    for text in (line, f"{line} pass", f"{line}\n    pass"):
        try:
            return ast.parse(text) if line else None
        except TROUBLES:
            continue
    return None


def calls(tree: ast.AST) -> Iterator[Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield Call(
                code_of(node.func),
                tuple(code_of(part) for part in given),
                all(isinstance(part, ast.Constant) for part in given),
            )


def code_of(node: ast.AST) -> str:
    """Write a small part of a program; a large one is not worth its time, and is left out."""
    size = sum(1 for _ in islice(ast.walk(node), _LARGEST_PART))
    return ast.unparse(node) if size < _LARGEST_PART else "..."
