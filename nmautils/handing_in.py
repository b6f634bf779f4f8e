"""Before handing in: run a notebook's visible checks from the top, as the grader will."""

from __future__ import annotations

import ast
import contextlib
import html
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from nmautils.device import in_notebook

__all__ = ["as_html", "as_text", "checklist"]

# Begins with the folder of this library at the end of the path, for one that is not installed.
_COMMAND = (
    "import sys; sys.path.append(sys.argv.pop(1)); from nmautils.cli import main; sys.exit(main())"
)
_PATIENCE = 10  # seconds, for a check that is stopped to tidy up
_MARKS = {"solved": "✔", "written": "✔", "red": "✘", "cannot run": "✘"}
_OPEN = "○"
_UNWRITTEN = {
    "untouched": "Write your answer into its cell.",
    "empty": "Its cell is empty; write your answer into it.",
}


def checklist(notebook: str | None = None) -> None:
    """Show what is solved, red and open in a saved notebook, as the grader will see it.

    Runs the saved file from the top in a fresh Python, in an empty folder: set-up cells, your
    answers, your own cells and the checks, but no demonstrations. It lists exercises and written
    answers, and cells that the grader will not be able to run, with the reason. The notebook and
    its folder are not changed.

    Parameters
    ----------
    notebook
        Name of the file. Colab, JupyterLab and VS Code say themselves which notebook this is;
        elsewhere it has to be given.

    Notes
    -----
    It reads what was saved, so save first. In Colab it takes what is on the page. In a shell,
    ``nmautils check tutorial1_decoding.ipynb`` shows the same.

    Examples
    --------
    In a program, which is no notebook:

    >>> nma.checklist()
    Which notebook? Save it, then say its name: nma.checklist("tutorial1_decoding.ipynb")
    """
    if os.environ.get("NMAUTILS_CHECKLIST"):  # a cell of a notebook that is being checked
        return
    with tempfile.TemporaryDirectory(prefix="nmautils-checklist-") as scratch:
        on_page = _colab_notebook() if notebook is None else None
        if on_page is not None:
            path = Path(scratch) / "notebook.ipynb"
            path.write_text(json.dumps(on_page), encoding="utf-8")
        else:
            found = _find(notebook)
            if found is None:
                print(_ask(notebook))
                return
            path = found
        status, out, err = _run_check(path, scratch)
    if status not in (0, 1):
        print(_last_line(err) or f"The check ended with status {status}.")
        return
    report = json.loads(out)
    if on_page is not None:
        report.update(notebook="This notebook", saved="")
    elif unsaved := _not_saved(path):
        report["summary"] = f"{unsaved} {report['summary']}"
    _show(report)


# --- which file is this notebook? ---------------------------------------------------------------


def _variables() -> Mapping[str, Any]:
    """Give the notebook's variables; nothing in a program."""
    if not in_notebook():
        return {}
    variables: dict[str, Any] = sys.modules["IPython"].get_ipython().user_ns
    return variables


def _colab_notebook() -> Any:
    """Give the notebook as it is on Colab's page, or None elsewhere."""
    if not in_notebook() or "google.colab" not in sys.modules:
        return None
    try:
        colab = import_module("google.colab._message")
        return colab.blocking_request("get_ipynb", request="", timeout_sec=20)["ipynb"]
    except Exception:  # it is Colab's own, and may change
        return None


def _find(name: str | None) -> Path | None:
    """Find the notebook's file: the one that was named, or the one that the editor tells."""
    if name is not None:
        told = [str(name), f"{name}.ipynb"]
    else:
        told = [str(_variables().get("__vsc_ipynb_file__") or "")]
        told.append(os.environ.get("JPY_SESSION_NAME", "") if in_notebook() else "")
        # Some servers give a path from a folder of their own; the notebook is where it runs.
        told += [os.path.basename(path) for path in told]
    for path in told:
        if path.endswith(".ipynb") and os.path.isfile(path):
            return Path(path).absolute()
    if name is not None and os.path.isfile(name):
        return Path(name).absolute()
    return None


def _ask(name: str | None) -> str:
    if name is not None:
        return (
            f"There is no file {name} here ({os.getcwd()}). Save the notebook and look at its name."
        )
    if os.environ.get("KAGGLE_KERNEL_RUN_TYPE"):
        return (
            "On Kaggle a cell cannot read its own notebook: download it (File > Download notebook),"
            " and check the file in Colab or JupyterLab."
        )
    here = sorted(path.name for path in Path().glob("*.ipynb"))
    example = here[0] if len(here) == 1 else "tutorial1_decoding.ipynb"
    return f'Which notebook? Save it, then say its name: nma.checklist("{example}")'


def _not_saved(path: Path) -> str:
    """Say so if the file lacks what was run in this notebook last; nothing if it has it all."""
    if not in_notebook():
        return ""
    history = sys.modules["IPython"].get_ipython().history_manager
    ran = [str(source).strip() for source in getattr(history, "input_hist_raw", [])]
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [_joined(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        answers = [
            _joined(cell["source"])
            for cell in cells
            if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    changed = bool(ran) and ran[-1] not in sources
    for names in map(_defined, answers):
        last = next((source for source in reversed(ran) if names & _defined(source)), None)
        changed = changed or (last is not None and last not in sources)
    if not changed:
        return ""
    return (
        "The file does not have what you ran last, so this is about an older state: save the "
        "notebook (Ctrl+S), then run this cell again."
    )


def _joined(source: Any) -> str:
    return (source if isinstance(source, str) else "".join(source)).strip()


def _defined(source: str) -> set[str]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return set()
    return {node.name for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}


# --- running the check --------------------------------------------------------------------------


def _run_check(path: Path, scratch: str) -> tuple[int, str, str]:
    """Run ``nmautils check`` in a process of its own; give its status and what it wrote.

    Its folder is empty: a student's file named like one of Python's modules must not be found.
    """
    empty = tempfile.mkdtemp(dir=scratch)
    library = str(Path(__file__).parent.parent)
    command = [sys.executable, "-c", _COMMAND, library, "check", "--json", str(path)]
    command += ["--beside", str(Path.cwd())]
    process = subprocess.Popen(
        command,
        cwd=empty,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        text=True,
        encoding="utf-8",
    )
    with process:
        try:
            out, err = process.communicate()
        except BaseException:
            _end(process)
            raise
    return process.returncode, out, err


def _end(process: subprocess.Popen[str]) -> None:
    """Let a check end what it has started, and end it."""
    if os.name == "posix":
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_PATIENCE)
    process.kill()


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].removeprefix("nmautils: ") if lines else ""


# --- showing it ---------------------------------------------------------------------------------


def _show(report: Mapping[str, Any]) -> None:
    if not in_notebook():
        print(as_text(report))
        return
    from IPython.display import display

    display({"text/plain": as_text(report), "text/html": as_html(report)}, raw=True)


def as_text(report: Mapping[str, Any]) -> str:
    """Give a report of ``nmautils check --json`` as plain text.

    Examples
    --------
    >>> from nmautils.handing_in import as_text
    >>> report = {"notebook": "a.ipynb", "saved": "", "summary": "All is done.", "notes": []}
    >>> report["exercises"] = [
    ...     {"state": "solved", "title": "Exercise 1", "says": ["It holds."], "remarks": []}
    ... ]
    >>> print(as_text({**report, "questions": [], "cells": []}))
    a.ipynb, as it is on the page
    All is done.
    <BLANKLINE>
    Exercises
      solved      Exercise 1
                  It holds.
    """
    lines = [_headline(report), report["summary"]]
    for heading, rows in _parts(report):
        lines += ["", heading]
        for state, title, says in rows:
            lines += [f"  {state:<11} {title}"]
            lines += [f"              {_plain(name, line)}" for name, line in says]
    lines += ["", *report["notes"]] if report["notes"] else []
    return "\n".join(lines)


def as_html(report: Mapping[str, Any]) -> str:
    """Give a report of ``nmautils check --json`` as a table with the same words.

    It sets no colours: those of the page, light or dark, can be read. A sign before a state is
    for the eye alone, since the word says it.

    Examples
    --------
    >>> from nmautils.handing_in import as_html
    >>> report = {"notebook": "a.ipynb", "saved": "", "summary": "All is done.", "notes": []}
    >>> as_html({**report, "exercises": [], "questions": [], "cells": []})
    '<p style="margin:0.3em 0"><strong>All is done.</strong></p>...</table>'
    """
    cell = 'style="text-align:left;vertical-align:top;white-space:normal"'
    parts = [f"<strong>{_marked(report['summary'])}</strong>"]
    parts += [_marked(note) for note in report["notes"]]
    groups = []
    for heading, rows in _parts(report):
        groups.append(
            f'<tbody><tr><th colspan="3" scope="rowgroup" {cell}>{html.escape(heading)}</th></tr>'
        )
        for state, title, says in rows:
            mark = f'<span aria-hidden="true">{_MARKS.get(state, _OPEN)}</span> '
            groups.append(
                f'<tr><th scope="row" {cell}>{_marked(title)}</th>'
                f'<td style="text-align:left;vertical-align:top;white-space:nowrap">{mark}'
                f"{html.escape(state)}</td>"
                f"<td {cell}>{_lines(says) or _marked(_UNWRITTEN.get(state, ''))}</td></tr>"
            )
        groups.append("</tbody>")
    paragraphs = "".join(f'<p style="margin:0.3em 0">{part}</p>' for part in parts)
    return (
        f"{paragraphs}<table><caption {cell}>{html.escape(_headline(report))}</caption>"
        f"{''.join(groups)}</table>"
    )


def _plain(name: str, line: str) -> str:
    return f"- {name}: {line}".removesuffix(": ") if name else line


def _lines(says: list[tuple[str, str]]) -> str:
    """Write each line as a paragraph, so that one can be told from the next."""
    shown = ""
    for name, line in says:
        head = f"&bull; <strong>{_marked(name)}</strong>{': ' if line else ''}" if name else ""
        shown += f'<p style="margin:0 0 0.4em">{head}{_marked(line)}</p>'
    return shown


def _marked(text: str) -> str:
    """Escape a text; what stands between backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _headline(report: Mapping[str, Any]) -> str:
    if not report["saved"]:
        return f"{report['notebook']}, as it is on the page"
    saved = datetime.fromisoformat(report["saved"])
    return f"{report['notebook']}, as it was saved on {saved:%Y-%m-%d at %H:%M:%S}"


def _parts(
    report: Mapping[str, Any],
) -> Iterator[tuple[str, list[tuple[str, str, list[tuple[str, str]]]]]]:
    """Give headings, each with its rows: a state, a title, and what there is to say.

    A line is the name of the check that it is about, or nothing, and the rest of it.
    """
    exercises = [
        (each["state"], each["title"], [_split(each, line) for line in _said_of(each)])
        for each in report["exercises"]
    ]
    nothing: list[tuple[str, str]] = []
    questions = [(each["state"], each["title"], nothing) for each in report["questions"]]
    cells = [
        (each["state"], each["title"], [("", line) for line in each["says"]])
        for each in report["cells"]
    ]
    for heading, rows in (
        ("Exercises", exercises),
        ("Written answers", questions),
        ("Cells that the grader cannot run as they are", cells),
    ):
        if rows:
            yield heading, rows


def _said_of(exercise: Mapping[str, Any]) -> list[str]:
    return [*exercise["says"], *exercise["remarks"]]


def _split(exercise: Mapping[str, Any], line: str) -> tuple[str, str]:
    """Part the name of a check from what is said of it."""
    for check in exercise.get("checks", ()):
        name = check["name"]
        if not check["passed"] and (line == name or line.startswith(f"{name}: ")):
            return name, line[len(name) + 2 :]
    return "", line
