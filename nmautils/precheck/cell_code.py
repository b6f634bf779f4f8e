"""Read what a cell needs besides the notebook: modules, shell commands, files of this machine."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["CellCode", "read_code"]

# Magics that start another program.
_SHELL_MAGICS = {"system", "sx", "!", "bash", "sh", "script", "cmd", "pip", "conda", "mamba", "uv"}
_LONGEST_PATH = 300  # characters of a text that may be the name of a file


@dataclass(frozen=True)
class CellCode:
    """What a cell needs.

    Parameters
    ----------
    modules : tuple of str
        First parts of the modules that it imports.
    sure : tuple of str
        Those that it cannot go without: imports outside of ``try``.
    shell : tuple of str
        Commands for a shell.
    files : tuple of str
        Files with their whole path that are on this machine.
    """

    modules: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    shell: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def read_code(source: str) -> CellCode:
    """Read a cell without running it; a cell that is no Python needs nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # IPython's own lines become calls such as ``get_ipython().system('ls')``.
            tree = ast.parse(TransformerManager().transform_cell(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return CellCode()
    nodes = list(ast.walk(tree))
    tried = {
        part
        for node in nodes
        if isinstance(node, ast.Try) and node.handlers
        for child in node.body
        for part in ast.walk(child)
    }
    return CellCode(
        modules=_once(_modules(nodes)),
        sure=_once(_modules([node for node in nodes if node not in tried])),
        shell=_once(_shell(nodes)),
        files=_once(_files(nodes)),
    )


def _once(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _modules(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _shell(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
        said = [text for text in texts if isinstance(text, str)]
        if not said or "get_ipython" not in ast.dump(node.func.value):
            continue
        if node.func.attr in ("system", "getoutput"):
            yield f"!{said[0]}"
        elif node.func.attr == "run_line_magic" and said[0] in _SHELL_MAGICS:
            yield f"%{' '.join(said)}"
        elif node.func.attr == "run_cell_magic" and said[0] in _SHELL_MAGICS:
            yield f"%%{said[0]}"


def _files(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and len(text) <= _LONGEST_PATH and _is_file(text):
            yield text


def _is_file(text: str) -> bool:
    try:
        path = Path(text).expanduser()
        return path.is_absolute() and path.is_file()
    except (OSError, ValueError, RuntimeError):
        return False
