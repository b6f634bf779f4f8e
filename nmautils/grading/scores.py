"""The step of ``nbgrader autograde`` that turns the outputs of a test cell into its score."""

import math
import re
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

__all__ = ["SettleScores", "parse_score", "settle"]

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
# A bare number, or one inside a constructor: np.float64(0.5), tensor(0.5000, grad_fn=...).
_SCORE = re.compile(rf"(?:[A-Za-z_][\w.]*\(\s*({_NUMBER})\s*(?:,.*)?\)|({_NUMBER}))", re.DOTALL)


def parse_score(text: str | list[str]) -> float | None:
    """Read the score from the plain text of a result.

    Parameters
    ----------
    text : str or list of str
        The ``text/plain`` of an output.

    Returns
    -------
    float or None
        A finite number; None for anything else, such as ``nan``, ``True`` or ``'0.5'``.
    """
    text = "".join(text) if isinstance(text, list) else text
    match = _SCORE.fullmatch(text.strip())
    if match is None:
        return None
    value = float(match[1] or match[2])
    return value if math.isfinite(value) else None


def settle(cell: NotebookNode) -> float:
    """Rewrite the outputs of an executed test cell so that nbgrader reads the right score.

    The score is the value of the cell, the last result it shows, between 0 and its points. It
    is 0 if the cell raised an error, was not run, or has no such value. What it shows stays:
    text on stderr moves to stdout, where it costs nothing; earlier results are only shown.

    Parameters
    ----------
    cell : NotebookNode
        A code cell with nbgrader's metadata; changed in place.

    Returns
    -------
    float
        What ``nbgrader.utils.determine_grade`` will find.
    """
    points = float(cell.metadata.nbgrader["points"])
    results = [o for o in cell.outputs if o.output_type == "execute_result"]
    failed = any(o.output_type == "error" for o in cell.outputs)
    value = parse_score(results[-1].data.get("text/plain", "")) if results else None
    score = 0.0
    if value is not None and not failed and cell.execution_count is not None:
        score = min(max(value, 0.0), points)

    shown = [_only_shown(o) for o in cell.outputs if not (results and o is results[-1])]
    if not failed and (cell.execution_count is None or value is None):
        why = "This cell was not run" if cell.execution_count is None else "No score came out"
        shown.append(new_output("stream", name="stdout", text=f"{why}: 0 points.\n"))
    final = new_output("execute_result", execution_count=cell.execution_count)
    if results:
        final.data = results[-1].data
    final.data["text/plain"] = repr(score)
    if failed:
        # nbgrader takes the first result or error it meets, so the error comes alone.
        if set(final.data) > {"text/plain"}:
            shown.append(_only_shown(final))
    else:
        shown.append(final)
    cell.outputs = shown
    return score


def _only_shown(output: NotebookNode) -> NotebookNode:
    if output.output_type == "execute_result":
        return new_output("display_data", data=output.data, metadata=output.get("metadata", {}))
    if output.output_type == "stream":
        return new_output("stream", name="stdout", text=output.text)
    return output


class SettleScores(NbGraderPreprocessor):
    """Settle the score of every automatic test cell, after it ran and before scores are saved."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        """Settle one cell, if it is an automatic test."""
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            settle(cell)
        return cell, resources
