"""What a student should see under an exercise: run the solution, keep its pictures and text.

A demo cell with ``expected: <exercise>`` (and ``alt: "…"``) in its header belongs to that
exercise. :func:`store_expected` keeps what it showed in ``source/<t>/expected/``;
:class:`ShowExpected` puts that into the student version, below the demo cell.
"""

import ast
import asyncio
import base64
import hashlib
import io
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

import nmautils
from nmautils.cells import Kind, is_test, kind_of
from nmautils.course.scaffold import answer_of, solved_question_of
from nmautils.course.stamp import NOTEBOOK_METADATA, write_folder
from nmautils.errors import CourseError

MAX_WIDTH = 900  # pixels
MAX_BYTES = 80_000  # of one picture
MAX_LINES = 15  # of printed text
KEY_FILE = "key.json"
CELL_TIMEOUT = 1800  # seconds
_BAR = re.compile(r"\d+%\|.*\||\d+(it)? \[\d\d:\d\d|it/s|s/it")


# --- running -----------------------------------------------------------------------------------


def execute(nb: NotebookNode, profile: str = "full", allow_errors: bool = False) -> NotebookNode:
    """Run a notebook on one thread with simulated data, off line, in an empty folder.

    Parameters
    ----------
    nb
        Notebook to run; it stays as it is.
    profile
        ``full`` or ``small``.
    allow_errors
        Whether to go on after a cell that fails.

    Returns
    -------
    NotebookNode
        The same notebook with outputs.

    Raises
    ------
    CourseError
        If a cell fails and `allow_errors` is false, or the kernel dies or hangs.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    done: NotebookNode = nbformat.from_dict(nb)
    with tempfile.TemporaryDirectory(prefix="nmautils-run-") as folder:
        client = NotebookClient(
            done,
            allow_errors=allow_errors,
            # Only errors: on one machine the warning about plain TCP is noise.
            extra_arguments=["--IPKernelApp.log_level=40"],
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
            store_widget_state=False,
            timeout=CELL_TIMEOUT,
        )
        try:
            _run(client, environment(profile))
        except CellExecutionError as error:
            failed = (
                cell.id
                for cell in done.cells
                if any(output.output_type == "error" for output in cell.get("outputs", []))
            )
            where = next(failed, "?")
            raise CourseError(f"cell {where} raised {error.ename}: {error.evalue}") from None
        except (CellTimeoutError, DeadKernelError, TimeoutError) as error:
            raise CourseError(f"could not run: {str(error).strip().splitlines()[0]}") from None
    done.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    return done


def environment(profile: str) -> dict[str, str]:
    """The environment that a notebook is run in, with this library and this Python first."""
    package = str(Path(nmautils.__file__).resolve().parent.parent)
    path = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NMAUTILS_DATA": "simulated",
        "NMAUTILS_OFFLINE": "1",
        "NMAUTILS_PROFILE": profile,
        "OMP_NUM_THREADS": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(path),
    }


def _run(client: Any, variables: dict[str, str]) -> None:
    """Run nbclient, also where an event loop is already going (a notebook, a test)."""
    work = client.async_execute(env=variables)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def solution_notebook(stamped: NotebookNode) -> NotebookNode:
    """The source notebook with plain answers in the place of marked solutions, not yet run."""
    solved: NotebookNode = nbformat.from_dict(stamped)
    for cell in solved.cells:
        kind = kind_of(cell)
        if kind is Kind.EXERCISE:
            cell.source = answer_of(cell.source)
        elif kind is Kind.QUESTION:
            cell.source = solved_question_of(cell.source)
    return solved


def clean_outputs(nb: NotebookNode) -> NotebookNode:
    """Take out of the outputs what differs from run to run or bloats the repository.

    Progress bars and other stderr text, widget models (their ids are random) and picture
    metadata go; pictures are re-encoded by :func:`shrink`.
    """
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        kept = []
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = _printed(output.text)
                if output.name == "stderr" or not output.text:
                    continue
            elif output.output_type in ("display_data", "execute_result"):
                output.data = {
                    mime: data for mime, data in output.data.items() if "jupyter.widget" not in mime
                }
                output.metadata = {}
                if "image/png" in output.data:
                    picture = shrink(base64.b64decode(output.data["image/png"]))
                    output.data["image/png"] = base64.b64encode(picture).decode()
                if not output.data:
                    continue
            kept.append(output)
        cell.outputs = kept
        cell.metadata.pop("execution", None)
    return nb


def _printed(text: str) -> str:
    """Printed text as a terminal would leave it, without progress bars."""
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.split("\n")]
    return "\n".join(line for line in lines if not _BAR.search(line)).strip("\n") + (
        "\n" if text.strip() else ""
    )


# --- pictures ----------------------------------------------------------------------------------


def shrink(png: bytes, max_width: int = MAX_WIDTH, max_bytes: int = MAX_BYTES) -> bytes:
    """Re-encode a picture: no metadata, limited width, few colours where that does not show.

    Parameters
    ----------
    png
        Bytes of the picture.
    max_width
        In pixels.
    max_bytes
        A larger picture gets fewer colours, then fewer pixels.

    Returns
    -------
    bytes
        PNG; the same bytes for the same input.
    """
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    full = paper.convert("RGB")
    best = b""
    for width in [max_width, int(0.85 * max_width), int(0.7 * max_width), int(0.5 * max_width)]:
        size = (min(width, full.width), max(1, round(full.height * min(1, width / full.width))))
        scaled = full if size == full.size else full.resize(size, Image.Resampling.LANCZOS)
        best = _encode(scaled)
        for colours in [256, 128, 64]:
            # Median cut keeps a picture of few colours as it is. In one of many colours it loses
            # those with few pixels, such as the end of a colour bar; maximum coverage keeps them.
            few = scaled.getcolors(colours) is not None
            method = Image.Quantize.MEDIANCUT if few else Image.Quantize.MAXCOVERAGE
            palette = scaled.quantize(colours, method, dither=Image.Dither.NONE)
            encoded = _encode(palette)
            # On the first round fewer colours are taken only where nobody would see it.
            fine = _difference(scaled, palette.convert("RGB")) < 1.5
            if len(encoded) < len(best) and (fine or len(best) > max_bytes):
                best = encoded
            if len(best) <= max_bytes:
                return best
    return best


def _encode(picture: Any) -> bytes:
    picture.info.clear()
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def _difference(one: Any, other: Any) -> float:
    """Root mean square difference of two pictures, in grey levels of 255."""
    from PIL import ImageChops, ImageStat

    rms = ImageStat.Stat(ImageChops.difference(one, other)).rms
    return sum(rms) / len(rms)


# --- keeping -----------------------------------------------------------------------------------


def demos(nb: NotebookNode) -> dict[str, NotebookNode]:
    """The demo cell of each exercise that has one.

    Raises
    ------
    CourseError
        If ``expected`` stands in another kind of cell, names no exercise, or comes twice.
    """
    exercises = {cell.id for cell in nb.cells if kind_of(cell) is Kind.EXERCISE}
    found: dict[str, NotebookNode] = {}
    for cell in nb.cells:
        exercise = cell.metadata.get("expected")
        if exercise is None:
            continue
        if kind_of(cell) is not Kind.DEMO:
            raise CourseError(f"cell {cell.id}: 'expected' belongs into a demo cell")
        if exercise not in exercises:
            raise CourseError(f"cell {cell.id}: expected: {exercise!r} is not an exercise here")
        if exercise in found:
            raise CourseError(f"cell {cell.id}: expected: {exercise!r} stands in two cells")
        found[exercise] = cell
    return found


def code_key(nb: NotebookNode) -> str:
    """Hash of all that decides what the code shows.

    Stamps and prose do not count, and neither do the texts in a test cell, such as its hints. The
    other code of a test counts: it may use up random numbers, which changes the pictures below.
    """
    parts = [
        [
            cell.id,
            without_texts(cell.source) if is_test(cell) else cell.source,
            cell.metadata.get("expected", ""),
        ]
        for cell in nb.cells
        if cell.cell_type == "code"
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def without_texts(source: str) -> Any:
    """The syntax tree of a cell with every text in it left blank, as nested lists.

    It is the same in every version of Python. Code that does not parse is given as it is.
    """

    def parts(node: ast.AST) -> list[Any]:
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            return ["text"]
        values = [
            str(value)
            for _, value in ast.iter_fields(node)
            if value and not isinstance(value, ast.AST | list)
        ]
        if isinstance(node, ast.Constant):
            values = [repr(node.value)]
        return [type(node).__name__, values, *map(parts, ast.iter_child_nodes(node))]

    try:
        return parts(ast.parse(source))
    except SyntaxError:
        return source


def read_key(folder: Path) -> str:
    """The key that the kept pictures were made for, or an empty text."""
    try:
        return str(json.loads((folder / KEY_FILE).read_text(encoding="utf-8"))["code"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def shown_by(cell: NotebookNode) -> tuple[str, list[bytes]]:
    """Text (at most 15 lines) and pictures among a cell's outputs."""
    texts, pictures = [], []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            texts.append(_printed(output.text))
        elif output.output_type in ("display_data", "execute_result"):
            if "image/png" in output.data:
                pictures.append(shrink(base64.b64decode(output.data["image/png"])))
            elif output.output_type == "execute_result" and "text/plain" in output.data:
                texts.append(output.data["text/plain"])
    lines = "\n".join(text.strip("\n") for text in texts if text.strip()).split("\n")
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], "..."]
    return "\n".join(lines).strip("\n"), pictures


def expected_files(nb: NotebookNode, key: str) -> dict[str, bytes]:
    """Names and contents of the files that keep what an executed notebook showed.

    Raises
    ------
    CourseError
        If a demo cell showed nothing, or a picture and has no ``alt`` text.
    """
    files = {KEY_FILE: (json.dumps({"code": key}) + "\n").encode()}
    for exercise, cell in demos(nb).items():
        text, pictures = shown_by(cell)
        if not text and not pictures:
            raise CourseError(f"cell {cell.id}: expected: {exercise!r} but the cell shows nothing")
        if pictures and not str(cell.metadata.get("alt", "")).strip():
            raise CourseError(f"cell {cell.id}: its picture needs an alt: text in the header")
        if text:
            files[f"{exercise}.txt"] = (text + "\n").encode()
        for number, picture in enumerate(pictures, start=1):
            name = exercise if len(pictures) == 1 else f"{exercise}-{number}"
            files[f"{name}.png"] = picture
    return files


def store_expected(nb: NotebookNode, folder: Path, key: str) -> list[Path]:
    """Keep what the demo cells of an executed notebook showed; drop what is out of date.

    Returns
    -------
    list of Path
        Files that changed.
    """
    return write_folder(folder, expected_files(nb, key))


# --- showing -----------------------------------------------------------------------------------


def expected_cell(exercise: str, alt: str, folder: Path, recorded: bool = True) -> NotebookNode:
    """The Markdown cell that shows what was kept.

    Parameters
    ----------
    exercise, alt
        Name of the exercise, and its picture in words.
    folder
        Where the files are.
    recorded
        Whether the notebook works on a recording: simulated here, while the student's may be real.

    Raises
    ------
    CourseError
        If nothing was kept.
    """
    pictures = sorted(
        path
        for path in folder.glob(f"{exercise}*.png")
        if re.fullmatch(rf"{re.escape(exercise)}(-\d+)?", path.stem)
    )
    text = folder / f"{exercise}.txt"
    if not pictures and not text.exists():
        raise CourseError(f"nothing is kept for expected: {exercise!r}; run nmautils build")
    ran = "Ours ran on simulated data" if recorded else "Yours may differ a little"
    advice = (
        "expect the same picture, not the same last digit"
        if pictures
        else "do not mind the last digits"
    )
    parts = [f"**What you should see** above, once your answer works. {ran}; {advice}."]
    if text.exists():
        parts.append("```text\n" + text.read_text(encoding="utf-8").rstrip("\n") + "\n```")
    for number, path in enumerate(pictures, start=1):
        words = alt if len(pictures) == 1 else f"{alt} ({number} of {len(pictures)})"
        words = re.sub(r"[\[\]\n]+", " ", words)
        data = base64.b64encode(path.read_bytes()).decode()
        parts.append(f"![{words}](data:image/png;base64,{data})")
    cell: NotebookNode = new_markdown_cell("\n\n".join(parts), id=f"{exercise}-expected")
    return cell


class ShowExpected(NbGraderPreprocessor):
    """nbgrader preprocessor that adds the expected text and pictures below demo cells."""

    folder = Unicode(
        "expected", help="Folder with the kept pictures, relative to the notebook's."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        here = Path(resources.get("metadata", {}).get("path", ".")) / self.folder
        recorded = any(
            cell.cell_type == "code" and "nma.load_data" in cell.source for cell in nb.cells
        )
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            exercise = cell.metadata.pop("expected", None)
            alt = cell.metadata.pop("alt", "")
            if exercise is not None:
                cells.append(expected_cell(exercise, alt, here, recorded))
        nb.cells = cells
        return nb, resources
