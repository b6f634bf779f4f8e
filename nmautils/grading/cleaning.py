"""Make what a stranger wrote safe to look at, in every page that shows a graded notebook.

A submission's text and outputs are shown in formgrader, in the browser of an instructor who is
logged in, and on feedback pages. So they are cleaned once, when the graded notebook is written:
outputs keep printed text, plain values, errors and PNG pictures; written answers keep their
Markdown, but no HTML, no link but to the web, and no picture that would be fetched.
"""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

__all__ = [
    "OutputLimits",
    "clean_attachments",
    "clean_cell",
    "clean_markdown",
    "clean_outputs",
    "clean_png",
    "plain_characters",
    "render_markdown",
]


@dataclass(frozen=True)
class OutputLimits:
    """How much of a cell's outputs is kept.

    Parameters
    ----------
    outputs : int
        Outputs in a cell.
    characters, lines : int
        Of text in all outputs of a cell together.
    pictures : int
        PNG pictures in a cell.
    picture_bytes : int
        Of one picture.
    picture_side, picture_area : int
        Width or height, and their product, in pixels.
    """

    outputs: int = 40
    characters: int = 20_000
    lines: int = 500
    pictures: int = 12
    picture_bytes: int = 1_500_000
    picture_side: int = 8_000
    picture_area: int = 24_000_000


LIMITS = OutputLimits()
MARKDOWN_LIMIT = 20_000

# Outputs ---------------------------------------------------------------------------------------

_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,40}[ -/]{0,8}[@-~]"  # colours and movements of the cursor
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]{0,4000}(?:\x07|\x1b\\|\x9c)?"  # titles and links
    r"|\x1b[ -/]{0,8}[0-~]?"
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff"
    "\u202a-\u202e\u2066-\u2069"  # these make text read in another order than it stands
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n|[\u2028\u2029\x85]")


def plain_characters(text: str) -> str:
    """Take out colour codes, control characters and what turns the direction of reading."""
    text = _LINE_ENDS.sub("\n", _ANSI.sub("", text))
    return _CONTROL.sub("", text.replace("\r", "\n"))


def clean_outputs(
    outputs: Iterable[Mapping[str, Any]], limits: OutputLimits = LIMITS
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
        """Keep an output; False if nothing more is to come."""
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

    def _room(self, text: str) -> str:
        """Cut a text to what room there is, and use that room up."""
        lines = text.split("\n")
        kept = "\n".join(lines[: max(self.lines, 1)])[: self.characters]
        if kept != text:
            self._say("more text")
        self.characters -= len(kept)
        self.lines -= kept.count("\n")
        return kept

    def _stream(self, output: Mapping[str, Any]) -> None:
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = self._room(_printed(_text(output.get("text"), self.limits)))
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
            elif (png := clean_png(picture, self.limits)) is None:
                self._say("a picture that is too large or not a PNG")
            else:
                kept["image/png"] = png
                self.pictures += 1
        text = self._room(plain_characters(_text(data.get("text/plain"), self.limits)))
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


def _text(value: Any, limits: OutputLimits) -> str:
    """Join what a notebook may split, and stop well before it is long."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value[: 8 * limits.characters] if isinstance(value, str) else ""


def _printed(text: str) -> str:
    """Text as a terminal would leave it: of a line written over and over, the last state."""
    text = _LINE_ENDS.sub("\n", _ANSI.sub("", text))
    lines = []
    for line in text.split("\n"):
        states = [state for state in line.split("\r") if state.strip()]
        lines.append(states[-1] if states else "")
    return _CONTROL.sub("", "\n".join(lines))


def _one_line(value: Any, limit: int) -> str:
    text = value[: 8 * limit] if isinstance(value, str) else ""
    text = " ".join(plain_characters(text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _own_frames(frames: list[str]) -> list[str]:
    """Of a traceback, the parts that show the student's cells, without files of the machine."""
    own = []
    for frame in frames:
        frame = frame.strip("\n")
        if re.match(r"\s*(?:Cell In\s?\[|Input In\s?\[|<ipython-input)", frame):
            own.append("\n".join(frame.split("\n")[:15]))
    return own if len(own) <= 4 else [*own[:2], *own[-2:]]


_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def clean_png(data: Any, limits: OutputLimits = LIMITS) -> str | None:
    """Check a picture and keep of it what draws: no text, profile or animation inside.

    Parameters
    ----------
    data : str or list of str
        PNG in base64.
    limits : OutputLimits, optional
        Largest size in bytes and pixels.

    Returns
    -------
    str or None
        The picture in base64, None if it is no sound PNG within the limits.
    """
    if isinstance(data, list):
        data = "".join(part for part in data if isinstance(part, str))
    if not isinstance(data, str) or len(data) > 2 * limits.picture_bytes:
        return None
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) > limits.picture_bytes or not raw.startswith(_SIGNATURE):
        return None
    kept, names, position = [_SIGNATURE], [], len(_SIGNATURE)
    while position + 12 <= len(raw) and names[-1:] != [b"IEND"]:
        (length,) = struct.unpack(">I", raw[position : position + 4])
        end = position + 12 + length
        if end > len(raw):
            return None
        name, body = raw[position + 4 : position + 8], raw[position + 8 : end - 4]
        if zlib.crc32(name + body) != struct.unpack(">I", raw[end - 4 : end])[0]:
            return None
        if (name == b"IHDR") == bool(names) or (name == b"IHDR" and not _good_header(body, limits)):
            return None
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            kept.append(raw[position:end])
        names.append(name)
        position = end
    if names[-1:] != [b"IEND"] or b"IDAT" not in names:
        return None
    return base64.b64encode(b"".join(kept)).decode("ascii")


def _good_header(body: bytes, limits: OutputLimits) -> bool:
    if len(body) != 13:
        return False
    width, height, depth, colour, compression, filters, interlace = struct.unpack(">IIBBBBB", body)
    return (
        0 < width <= limits.picture_side
        and 0 < height <= limits.picture_side
        and width * height <= limits.picture_area
        and depth in _DEPTHS.get(colour, ())
        and (compression, filters) == (0, 0)
        and interlace in (0, 1)
    )


# Markdown --------------------------------------------------------------------------------------

# Fenced code, code spans and formulas, whose text is not Markdown.
_VERBATIM = re.compile(
    r"(?P<code>^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*(?:\n.*?)??(?:^ {0,3}(?P=fence)[ \t]*$|\Z)"
    r"|(?<!`)(?P<ticks>`{1,8})(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<math>\$\$[^$]+\$\$|\$[^$\n]+\$)",
    re.MULTILINE | re.DOTALL,
)
_WEB = r"(?:https?://|mailto:)"
_AUTOLINK = re.compile(rf"<{_WEB}[^\s<>\"'`]{{1,2000}}>", re.IGNORECASE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_TARGET = re.compile(rf"\]\(\s*(?!{_WEB}|<{_WEB}|\#|attachment:)[^\s()]*", re.IGNORECASE)
_DEFINITION = re.compile(r"^([ >*+-]{0,20})\[(?=[^\]\n]{1,300}\]:)", re.MULTILINE)
_HEADING = re.compile(r"^( {0,3})#{1,6}[ \t]+(.*?)[ \t#]*$", re.MULTILINE)
_UNDERLINE = re.compile(r"^( {0,3}(?:=+|-+)[ \t]*)$", re.MULTILINE)
_PICTURE = re.compile(r"!\[")
_ATTACHED = re.compile(r"!\[([^\]\[\n]{0,300})\]\(attachment:([^\s()]{1,200})\)")
# TeX that links, loads, defines (and so can explode) or draws over the page.
_TEX = re.compile(
    r"\\(?=(?:href|url|style|class|cssId|unicode|require|html[A-Za-z]*|data|bbox|mmlToken|toggle"
    r"|includegraphics|def|gdef|edef|xdef|let|(?:re|provide)?newcommand|renewenvironment"
    r"|newenvironment|DeclareMathOperator|rule|Rule|Space|mspace|[mh]?kern|[hm]skip|raise|lower"
    r"|move(?:left|right)|input|write|csname|catcode|loop|special)(?![A-Za-z]))"
)


def clean_markdown(
    text: str,
    attachments: Mapping[str, Any] | None = None,
    limit: int = MARKDOWN_LIMIT,
) -> str:
    """Keep the Markdown of a written answer and take out what acts when it is shown.

    HTML is shown as text; links lead to the web or nowhere; a picture becomes a link to it,
    unless it is attached to the cell, so that opening the page tells nobody; headings become
    bold, so that the page's own stay the only ones. The result is then rendered the way
    nbconvert does; should anything but plain formatting come out, the text is kept as letters
    without any formatting.

    Parameters
    ----------
    text : str
        Source of a Markdown cell.
    attachments : mapping, optional
        Attachments of the cell, already cleaned.
    limit : int, optional
        Characters kept.

    Returns
    -------
    str
        Markdown that is safe in formgrader, JupyterLab and on feedback pages.
    """
    whole, text = text, plain_characters(text)[:limit]
    if len(whole) > limit:
        text += "\n\n*(The rest is left out: this text is too long.)*"
    names = set(attachments or {})
    careful = _neutralised(text, names)
    return careful if _harmless(careful, names) else _letters(text)


def render_markdown(text: str, attachments: Any = None, limit: int = MARKDOWN_LIMIT) -> str:
    """Turn Markdown, whoever wrote it, into HTML that is safe in a page of ours.

    Formulas stay as TeX.
    """
    pictures = clean_attachments(attachments)
    return _rendered(clean_markdown(text, pictures, limit), pictures)


def clean_attachments(attachments: Any, limits: OutputLimits = LIMITS) -> dict[str, dict[str, str]]:
    """Keep of a Markdown cell's attachments the sound PNG pictures."""
    kept: dict[str, dict[str, str]] = {}
    for name, data in attachments.items() if isinstance(attachments, Mapping) else ():
        png = clean_png(data.get("image/png"), limits) if isinstance(data, Mapping) else None
        sound = isinstance(name, str) and re.fullmatch(r"[\w.-]{1,100}", name)
        if png and sound and len(kept) < limits.pictures:
            kept[name] = {"image/png": png}
    return kept


def clean_cell(cell: NotebookNode, limits: OutputLimits = LIMITS) -> None:
    """Clean one cell of a submission in place.

    A raw cell becomes Markdown, since pages put the source of raw cells into their HTML.
    Metadata are not looked at: they are the release's, or new.
    """
    if cell.cell_type == "code":
        cell.outputs = clean_outputs(cell.outputs, limits)
        return
    attachments = clean_attachments(cell.get("attachments"), limits)
    if cell.cell_type != "markdown":
        cell.cell_type = "markdown"
        cell.source = _letters(plain_characters(cell.source)[:MARKDOWN_LIMIT])
    else:
        cell.source = clean_markdown(cell.source, attachments)
    if attachments:
        cell.attachments = attachments
    else:
        cell.pop("attachments", None)


def _neutralised(text: str, names: set[str]) -> str:
    parts, position = [], 0
    for match in _VERBATIM.finditer(text):
        parts.append(_neutralised_prose(text[position : match.start()], names))
        # In code TeX is only text; elsewhere a dollar may be one, whoever reads it.
        parts.append(match[0] if match["code"] else _without_tex(match[0]))
        position = match.end()
    parts.append(_neutralised_prose(text[position:], names))
    return "".join(parts)


def _neutralised_prose(text: str, names: set[str]) -> str:
    links: list[str] = []

    def keep(match: re.Match) -> str:
        links.append(match[0])
        return f"\0{len(links) - 1}\0"

    def keep_attached(match: re.Match) -> str:
        return keep(match) if match[2] in names else f"[picture {match[1]} left out]"

    # No null byte is in the text: plain_characters took them out.
    text = _AUTOLINK.sub(keep, _ATTACHED.sub(keep_attached, text))
    text = _PICTURE.sub("[picture: ", _TAG.sub("&lt;", text))
    text = _TARGET.sub("](#", text)
    text = _DEFINITION.sub(r"\1&#91;", text)
    text = _HEADING.sub(r"\1**\2**", text)
    text = _UNDERLINE.sub(r"\n\1", text)
    text = _without_tex(text)
    return re.sub("\0(\\d+)\0", lambda match: links[int(match[1])], text)


def _without_tex(text: str) -> str:
    return _TEX.sub(r"\\backslash ", text)


def _letters(text: str) -> str:
    """Markdown that shows `text` letter by letter: every sign is written as its number."""
    lines = _without_tex(text).strip().split("\n")
    return "\n".join(
        re.sub(r"[^\w\s.,:;?]|_", lambda sign: f"&#{ord(sign[0])};", line.strip()) + "  "
        for line in lines
    )


_SHOWN = {
    "p": {"class"},
    "br": set(),
    "hr": set(),
    "em": set(),
    "strong": set(),
    "del": set(),
    "code": {"class"},
    "pre": {"class"},
    "span": {"class"},
    "div": {"class"},
    "a": {"href", "title"},
    "ul": {"class"},
    "ol": {"class", "start"},
    "li": {"class"},
    "input": {"class", "type", "disabled", "checked"},
    "blockquote": set(),
    "table": set(),
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": {"style"},
    "td": {"style"},
    "dl": set(),
    "dt": set(),
    "dd": set(),
    "img": {"src", "alt", "title"},
}
_CLASSES = re.compile(r"(?:highlight|task-list-item|task-list-item-checkbox|[a-z][a-z0-9]{0,2}|)")


class _Inspector(HTMLParser):
    """Looks through a rendered page for anything but plain formatting."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.harmless = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        good = tag in _SHOWN and all(
            name in _SHOWN[tag] and _good_value(tag, name, value or "") for name, value in attrs
        )
        self.harmless &= good

    def handle_comment(self, data: str) -> None:
        self.harmless = False

    handle_decl = handle_pi = unknown_decl = handle_comment


def _good_value(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return all(
            _CLASSES.fullmatch(word) or word.startswith("language-") for word in value.split()
        )
    if name == "style":
        return bool(re.fullmatch(r"text-align:\s?(?:left|right|center);?", value))
    if name == "href":
        return bool(re.match(rf"{_WEB}|#", value, re.IGNORECASE))
    if name == "src":
        return value.startswith("data:image/png;base64,")
    if name == "type":
        return value == "checkbox"
    return True


def _rendered(text: str, attachments: Mapping[str, Any]) -> str:
    renderer = IPythonRenderer(escape=False, attachments=dict(attachments))
    return MarkdownWithMath(renderer=renderer).render(text)


def _harmless(text: str, names: set[str]) -> bool:
    """Whether nothing but plain formatting comes out when nbconvert renders the text."""
    try:
        page = _rendered(text, {name: {"image/png": "AAAA"} for name in names})
    except Exception:  # whatever the renderer stumbles over, formgrader would stumble too
        return False
    inspector = _Inspector()
    inspector.feed(page)
    inspector.close()
    # What the parser still waits for the end of would begin a tag.
    return inspector.harmless and not inspector.rawdata
