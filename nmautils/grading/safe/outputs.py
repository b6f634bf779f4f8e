"""Make what a stranger wrote safe to look at, in every page that shows a graded notebook.

A submission's text and outputs are shown in formgrader, in the browser of an instructor who is
logged in, and on feedback pages. So they are cleaned once, when the graded notebook is written:
outputs keep printed text, plain values, errors and PNG pictures; written answers keep their
Markdown, but no HTML, no link but to the web, and no picture that would be fetched.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from nmautils.grading.model.limits import OUTPUTS, WRITTEN_CHARACTERS, OutputLimits

from .attached import attach_pictures
from .markdown import clean_markdown, letters
from .pictures import clean_png
from .text import joined_text, last_states, plain_characters

__all__ = ["clean_cell", "clean_outputs"]


def clean_outputs(
    outputs: Iterable[Mapping[str, Any]], limits: OutputLimits = OUTPUTS
) -> list[NotebookNode]:
    """Keep of a code cell's outputs what is safe to show, and not too much of it.

    Parameters
    ----------
    outputs : iterable of mapping
        As in a notebook; anything that is not an output is left out.
    limits : OutputLimits, optional
        How much is kept; a last line says so if something was cut.

    Returns
    -------
    list of NotebookNode
        Streams, errors, and results with ``text/plain`` and ``image/png`` alone.
    """
    keeper = _Keeper(limits)
    for output in outputs:
        if isinstance(output, Mapping) and not keeper.take(output):
            break
    return keeper.finish()


class _Keeper:
    """Collects the outputs of one cell until there is no room left."""

    def __init__(self, limits: OutputLimits) -> None:
        self.limits = limits
        self.kept: list[NotebookNode] = []
        self.characters, self.lines, self.pictures = limits.characters, limits.lines, 0
        self.cut: list[str] = []

    def take(self, output: Mapping[str, Any]) -> bool:
        """Keep an output; give False if there is no room for more."""
        if len(self.kept) >= self.limits.outputs:
            self._say("more outputs")
            return False
        kind = output.get("output_type")
        if kind == "stream":
            self._stream(output)
        elif kind == "error":
            self._error(output)
        elif kind in ("display_data", "execute_result"):
            self._data(output)
        return True

    def finish(self) -> list[NotebookNode]:
        if self.cut:
            text = f"[left out here: {', '.join(self.cut)}]\n"
            self.kept.append(new_output("stream", name="stdout", text=text))
        return self.kept

    def _say(self, what: str) -> None:
        if what not in self.cut:
            self.cut.append(what)

    def _begin(self, text: Any) -> str:
        """Keep no more of a text than is needed to cut it later."""
        return joined_text(text)[: 8 * self.limits.characters]

    def _room(self, text: str) -> str:
        """Cut a text to the room that is left, and count it."""
        lines = text.split("\n")
        kept = "\n".join(lines[: max(self.lines, 1)])[: self.characters]
        if kept != text:
            self._say("more text")
        self.characters -= len(kept)
        self.lines -= kept.count("\n")
        return kept

    def _stream(self, output: Mapping[str, Any]) -> None:
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = self._room(last_states(self._begin(output.get("text"))))
        if not text:
            return
        last = self.kept[-1] if self.kept else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        else:
            self.kept.append(new_output("stream", name=name, text=text))

    def _error(self, output: Mapping[str, Any]) -> None:
        name = _one_line(output.get("ename"), 80) or "Error"
        value = _one_line(output.get("evalue"), 400)
        traceback = output.get("traceback")
        frames = [
            plain_characters(frame[:20_000])
            for frame in (traceback if isinstance(traceback, list) else [])[:200]
            if isinstance(frame, str)
        ]
        own = [self._room(frame) for frame in _own_frames(frames)]
        shown = [*filter(None, own), f"{name}: {value}" if value else name]
        self.kept.append(new_output("error", ename=name, evalue=value, traceback=shown))

    def _data(self, output: Mapping[str, Any]) -> None:
        data = output.get("data")
        if not isinstance(data, Mapping):
            return
        kept = {}
        picture = data.get("image/png")
        if picture is not None:
            if self.pictures >= self.limits.pictures:
                self._say("more pictures")
            elif (png := clean_png(picture)) is None:
                self._say("a picture that is too large or not a PNG")
            else:
                kept["image/png"] = png
                self.pictures += 1
        text = self._room(plain_characters(self._begin(data.get("text/plain"))))
        if text:
            kept["text/plain"] = text
        if not kept:
            return
        if output["output_type"] == "execute_result":
            count = output.get("execution_count")
            count = count if type(count) is int and count >= 0 else None
            self.kept.append(new_output("execute_result", data=kept, execution_count=count))
        else:
            self.kept.append(new_output("display_data", data=kept))


def _one_line(value: Any, limit: int) -> str:
    text = value[: 8 * limit] if isinstance(value, str) else ""
    text = " ".join(plain_characters(text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _own_frames(frames: list[str]) -> list[str]:
    """Give the parts of a traceback that show the student's cells, not files of the machine."""
    own = []
    for frame in frames:
        frame = frame.strip("\n")
        if re.match(r"\s*(?:Cell In\s?\[|Input In\s?\[|<ipython-input)", frame):
            own.append("\n".join(frame.split("\n")[:15]))
    return own if len(own) <= 4 else [*own[:2], *own[-2:]]


def clean_cell(cell: NotebookNode, limits: OutputLimits = OUTPUTS) -> None:
    """Clean one cell of a submission in place.

    A raw cell becomes Markdown, since pages put the source of raw cells into their HTML.
    Metadata are not looked at: they are the release's, or new.
    """
    if cell.cell_type == "code":
        cell.outputs = clean_outputs(cell.outputs, limits)
        return
    source, attachments = attach_pictures(cell.source, cell.get("attachments"))
    if cell.cell_type != "markdown":
        cell.cell_type = "markdown"
        cell.source = letters(plain_characters(cell.source)[:WRITTEN_CHARACTERS])
    else:
        cell.source = clean_markdown(source, attachments)
    if attachments:
        cell.attachments = attachments
    else:
        cell.pop("attachments", None)
