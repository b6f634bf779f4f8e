"""What is kept of all that a cell publishes while it runs: made by a stranger, bounded in size."""

from typing import Any

from nmautils.grading.model.limits import (
    DRAWN,
    ERROR_CHARACTERS,
    FLOOD_BYTES,
    FLOOD_MESSAGES,
    OUTPUTS,
    TRACEBACK_LINES,
)

from .values import name_of_class

__all__ = ["CellOutputs"]


class CellOutputs:
    """Keeps what one cell shows, as far as it could appear on a page.

    Attributes
    ----------
    outputs : list of dict
        As in a notebook.
    cut : bool
        Whether something had to be left out.
    """

    def __init__(self) -> None:
        self._characters, self._pictures = OUTPUTS.raw_characters, OUTPUTS.pictures
        self._bytes, self._messages = FLOOD_BYTES, FLOOD_MESSAGES
        self.outputs: list[dict[str, Any]] = []
        self.cut = False

    @property
    def flooded(self) -> bool:
        """Whether so much came, kept or not, that the cell is to be stopped."""
        return self._bytes < 0 or self._messages < 0

    def take(self, message: dict[str, Any]) -> None:
        """Keep what a message shows, as far as there is room."""
        content = message.get("content")
        self._messages -= 1
        self._bytes -= len(str(content))
        if not isinstance(content, dict):
            return
        match message.get("kind"):
            case "stream":
                self._take_text(content.get("text"), content.get("name"))
            case "display_data" | "execute_result":
                is_result = message["kind"] == "execute_result"
                self._take_data(content.get("data"), is_result)
            case "error":
                self.outputs.append(
                    {
                        "output_type": "error",
                        "ename": name_of_class(content.get("ename"), "Error"),
                        "evalue": str(content.get("evalue", ""))[:ERROR_CHARACTERS],
                        "traceback": self._lines(content.get("traceback")),
                    }
                )

    def _take_text(self, text: Any, name: Any) -> None:
        name = "stderr" if name == "stderr" else "stdout"
        kept = self._fit_shown(text) if isinstance(text, str) else ""
        if kept and self.outputs and self.outputs[-1].get("name") == name:
            self.outputs[-1]["text"] += kept
        elif kept:
            self.outputs.append({"output_type": "stream", "name": name, "text": kept})

    def _take_data(self, data: Any, is_result: bool) -> None:
        if not isinstance(data, dict):
            return
        picture, text = data.get("image/png"), data.get("text/plain")
        kept: dict[str, str] = {}
        if isinstance(picture, str):
            if self._pictures > 0 and 0 < len(picture) <= DRAWN.base64_characters:
                kept["image/png"] = picture
                self._pictures -= 1
            else:
                self.cut = True
        if isinstance(text, str):
            kept["text/plain"] = self._fit_shown(text)
        if kept:
            # A test that runs inside may give its points as its last value.
            metadata = {"result": True} if is_result else {}
            self.outputs.append({"output_type": "display_data", "data": kept, "metadata": metadata})

    def _lines(self, traceback: Any) -> list[str]:
        lines = traceback[:TRACEBACK_LINES] if isinstance(traceback, list) else []
        return [self._fit(line) for line in lines if isinstance(line, str)]

    def _fit_shown(self, text: str) -> str:
        kept = self._fit(text)
        self.cut = self.cut or len(kept) < len(text)
        return kept

    def _fit(self, text: str) -> str:
        kept = text[: self._characters]
        self._characters -= len(kept)
        return kept
