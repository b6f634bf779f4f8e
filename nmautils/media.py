"""Videos, slides, feedback forms and code; where they cannot be shown, plain text."""

from __future__ import annotations

import ast
import html
import inspect
import json
import os
import queue
import socket
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from nmautils.device import in_notebook

__all__ = ["feedback", "is_online", "send_feedback", "show_source", "slides", "video"]

_WIDTH, _HEIGHT = 854, 480
# Each site with the addresses of a video's page and of its player.
_SITES = (
    (
        "YouTube",
        "https://www.youtube.com/watch?v={}",
        "https://www.youtube.com/embed/{}?fs=1&rel=0",
    ),
    (
        "Bilibili",
        "https://www.bilibili.com/video/{}",
        "https://player.bilibili.com/player.html?bvid={}&autoplay=0",
    ),
)
_HOSTS = ("www.youtube.com", "www.bilibili.com")
_PATIENCE = 0.8  # seconds for the test of the connection
_SEND_PATIENCE = 3.0  # seconds for an endpoint to answer
_FEEDBACK_FILE = "feedback.jsonl"
_RATINGS = ("clear", "mostly clear", "confusing")

_online: bool | None = None


def is_online() -> bool:
    """Return whether the video sites can be reached; the test takes at most 0.8 seconds.

    Returns
    -------
    bool
        The test is done once, and its result kept while the program runs.

    Notes
    -----
    With ``NMAUTILS_OFFLINE=1`` the result is False and with ``NMAUTILS_OFFLINE=0`` True, without
    a test. While nbgrader runs a notebook (``NBGRADER_EXECUTION`` is set) it is False.

    Examples
    --------
    >>> from nmautils.media import is_online
    >>> is_online() in (True, False)
    True
    """
    global _online
    declared = _declared()
    if declared is not None:
        return declared
    if _online is None:
        try:
            _online = _any_answers(_HOSTS, _PATIENCE)
        except Exception:  # no more threads, for instance
            _online = False
    return _online


def _declared() -> bool | None:
    """Return what the environment says about the connection; None if it says nothing."""
    if os.environ.get("NBGRADER_EXECUTION"):
        return False
    said = os.environ.get("NMAUTILS_OFFLINE", "").strip().lower()
    return said in ("0", "no", "false", "off") if said else None


def _any_answers(hosts: tuple[str, ...], patience: float) -> bool:
    """Return whether one of the hosts answers in time."""
    answers: queue.Queue[bool] = queue.Queue()

    def knock(host: str) -> None:
        answers.put(_answers(host, patience))

    # The look-up of a name has no time-out: the threads are not waited for.
    for host in hosts:
        threading.Thread(target=knock, args=(host,), daemon=True).start()
    deadline = time.monotonic() + patience
    for _ in hosts:
        try:
            if answers.get(timeout=max(0.0, deadline - time.monotonic())):
                return True
        except queue.Empty:
            return False
    return False


def _answers(host: str, patience: float) -> bool:
    try:
        with socket.create_connection((host, 443), timeout=patience):
            return True
    except Exception:
        return False


def video(title: str, *, youtube: str | None = None, bilibili: str | None = None) -> None:
    """Show a video in two tabs, YouTube and Bilibili, each with its plain link.

    Parameters
    ----------
    title
        Title of the video.
    youtube, bilibili
        Its identifiers on the two sites; one of them can be left out.

    Notes
    -----
    Outside a notebook, without ipywidgets, or off line, it prints the links instead. It raises
    no error.

    Examples
    --------
    In a program, where no player can be shown:

    >>> nma.video("Introduction", youtube="dQw4w9WgXcQ")
    Video: Introduction
    YouTube: https://www.youtube.com/watch?v=dQw4w9WgXcQ
    Outside a notebook there is nothing to click; a link above opens the video in a browser.
    """
    players = [
        (site, link.format(quote(str(name), safe="")), player.format(quote(str(name), safe="")))
        for (site, link, player), name in zip(_SITES, (youtube, bilibili), strict=True)
        if name
    ]
    links = "\n".join([f"Video: {title}", *(f"{site}: {link}" for site, link, _ in players)])

    if not players:
        print(f"{links}\nNo link was given for it.")
        return
    why = _no_widgets()
    if not why and not is_online():
        why = "There is no connection to the video sites from here"
    if not why and _show(lambda widgets: _video_tabs(widgets, title, players), links):
        return
    print(links)
    print(f"{why or 'The player could not be shown'}; a link above opens the video in a browser.")


def _video_tabs(widgets: Any, title: str, players: list[tuple[str, str, str]]) -> Any:
    pages = [
        widgets.HTML(
            f"{html.escape(title)}, {site}: {_anchor(link)}<br>"
            f'<iframe src="{html.escape(player)}" title="{html.escape(title)}, {site}" '
            f'width="{_WIDTH}" height="{_HEIGHT}" loading="lazy" allowfullscreen '
            'referrerpolicy="strict-origin-when-cross-origin" '
            f'style="border: 0; max-width: 100%; height: auto; '
            f'aspect-ratio: {_WIDTH} / {_HEIGHT}"></iframe>'
        )
        for site, link, player in players
    ]
    tabs = widgets.Tab(children=pages)
    for i, (site, _, _) in enumerate(players):
        tabs.set_title(i, site)
    return tabs


def _anchor(link: str) -> str:
    link = html.escape(link)
    look = "text-decoration: underline"
    return f'<a href="{link}" target="_blank" rel="noopener" style="{look}">{link}</a>'


def slides(osf_id: str) -> None:
    """Show the links to a tutorial's slides: to look at them, and to download them.

    Parameters
    ----------
    osf_id
        Identifier of the file at the Open Science Framework, for instance ``'vb7c4'``.

    Examples
    --------
    In a program:

    >>> nma.slides("vb7c4")
    Slides: https://osf.io/vb7c4
    Download: https://osf.io/download/vb7c4/
    """
    name = quote(str(osf_id), safe="")
    page, download = f"https://osf.io/{name}", f"https://osf.io/download/{name}/"
    text = f"Slides: {page}\nDownload: {download}"
    if in_notebook():
        try:
            from IPython.display import display

            shown = f"Slides: {_anchor(page)}<br>Download: {_anchor(download)}"
            display({"text/plain": text, "text/html": shown}, raw=True)
            return
        except Exception:
            pass
    print(text)


def show_source(thing: Any) -> None:
    """Show the code of a class or function, without its docstrings, coloured in a notebook.

    Parameters
    ----------
    thing
        A class or function that is defined in a file.

    Examples
    --------
    In a program:

    >>> nma.show_source(nma.recording_label)
    def recording_label() -> str:
        return _label
    """
    code = _without_docstrings(inspect.getsource(thing))
    if in_notebook():
        from IPython.display import display

        display({"text/plain": code, "text/markdown": f"```python\n{code}\n```"}, raw=True)
    else:
        print(code)


def _without_docstrings(code: str) -> str:
    dropped: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            text, following = node.body[0], node.body[1:2]
            end = following[0].lineno if isinstance(node, ast.ClassDef) and following else None
            last = end - 1 if end else (text.end_lineno or text.lineno)
            dropped |= set(range(text.lineno, last + 1))
    lines = code.splitlines()
    return "\n".join(lines[i] for i in range(len(lines)) if i + 1 not in dropped).rstrip()


def feedback(identifier: str, *, endpoint: str | None = None) -> None:
    """Show a small form, which students may fill in, about one part of a tutorial.

    Parameters
    ----------
    identifier
        Which part, for instance ``'W1D5_T1_Nonlinear_activations_Exercise'``.
    endpoint
        Where the answers go: a file, an address that starts with http:// or https://, or
        ``'off'`` for no form. If left out, the environment variable ``NMAUTILS_FEEDBACK``,
        or if that is not set, the file ``feedback.jsonl`` in the working directory.

    Notes
    -----
    Nothing is sent before somebody presses the button, and the form says where it goes.
    Outside a notebook, without ipywidgets, or if the environment says that there is no
    connection (see `is_online`), it prints one line instead. It raises no error.

    Examples
    --------
    In a program, where there is no form:

    >>> nma.feedback("Tutorial_1_Introduction")
    Feedback (optional): Tutorial_1_Introduction. Outside a notebook there is nothing to click.
    """
    endpoint = _endpoint(endpoint)
    if endpoint.lower() == "off":
        return
    why = _no_widgets()
    if not why and _declared() is False:
        why = "This session is off line"
    if not why and _show(
        lambda widgets: _feedback_form(widgets, str(identifier), endpoint),
        f"Feedback (optional): {identifier}",
    ):
        return
    print(f"Feedback (optional): {identifier}. {why or 'The form could not be shown'}.")


def _feedback_form(widgets: Any, identifier: str, endpoint: str) -> Any:
    rating = widgets.ToggleButtons(options=_RATINGS, value=None)
    comment = widgets.Textarea(
        placeholder="What helped, what did not?",
        layout=widgets.Layout(width="min(854px, 95%)", height="4em"),
    )
    button = widgets.Button(description="Send feedback")
    status = widgets.HTML()

    def send(_button: Any) -> None:
        text = comment.value.strip()
        if rating.value is None and not text:
            status.value = "Choose a button or write something first."
            return
        button.disabled = True
        status.value = "Sending …"
        said = send_feedback(identifier, rating.value, text, endpoint=endpoint)
        status.value = html.escape(said)
        button.disabled = False

    button.on_click(send)
    heading = (
        f"Feedback (optional): {html.escape(identifier.replace('_', ' '))}. "
        f"Answers go to {html.escape(_name(endpoint))}."
    )
    return widgets.VBox([widgets.HTML(heading), rating, comment, widgets.HBox([button, status])])


def send_feedback(
    identifier: str,
    rating: str | None = None,
    comment: str = "",
    *,
    endpoint: str | None = None,
) -> str:
    """Send one answer to the address of the course, or keep it in a file.

    Parameters
    ----------
    identifier
        Which part of the course.
    rating
        One of the form's buttons, or None.
    comment
        Free text.
    endpoint
        As in `feedback`.

    Returns
    -------
    str
        One line that says where the answer went.

    Notes
    -----
    A record has the keys ``identifier``, ``rating``, ``comment``, ``time`` (UTC, ISO 8601)
    and nothing about the person. It is sent to an address as the JSON body of a POST request;
    redirections are not followed. If that fails, or if the endpoint is a file, a line is added
    to a JSON Lines file. It raises no error.

    Examples
    --------
    >>> from nmautils.media import send_feedback
    >>> send_feedback("Tutorial_1_Introduction", "clear", endpoint="off")
    'Feedback is switched off; nothing was kept.'
    """
    endpoint = _endpoint(endpoint)
    if endpoint.lower() == "off":
        return "Feedback is switched off; nothing was kept."
    record = {
        "identifier": identifier,
        "rating": rating,
        "comment": comment,
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    if not _is_address(endpoint):
        return _keep(record, endpoint)
    problem = _post(record, endpoint)
    if not problem:
        return f"Thank you. Sent to {_name(endpoint)}."
    return f"{_name(endpoint)} did not take it ({problem}). {_keep(record, _FEEDBACK_FILE)}"


def _endpoint(endpoint: str | None) -> str:
    said = os.environ.get("NMAUTILS_FEEDBACK") if endpoint is None else str(endpoint)
    return (said or "").strip() or _FEEDBACK_FILE


def _is_address(endpoint: str) -> bool:
    return endpoint.lower().startswith(("http://", "https://"))


def _name(endpoint: str) -> str:
    """Name an endpoint; of an address the host only, since the rest may hold a key."""
    if not _is_address(endpoint):
        return f"the file {endpoint}"
    try:
        return urlsplit(endpoint).hostname or "the feedback address"
    except ValueError:
        return "the feedback address"


class _StayThere(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: an answer goes to the server of the course and to no other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _post(record: dict[str, Any], address: str) -> str:
    """Send a record; return what went wrong, or an empty text."""
    try:
        request = urllib.request.Request(
            address,
            data=json.dumps(record).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        opener = urllib.request.build_opener(_StayThere)
        with opener.open(request, timeout=_SEND_PATIENCE):
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return f"answer {error.code}"
    except Exception as error:
        return str(getattr(error, "reason", error)) or type(error).__name__


def _keep(record: dict[str, Any], file: str) -> str:
    try:
        line = json.dumps(record, ensure_ascii=True, default=str) + "\n"
        path = Path(file).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as lines:
            lines.write(line)
    except Exception as error:
        reason = getattr(error, "strerror", None) or error
        return f"The answer could not be kept in {file}: {reason}."
    return f"Thank you. Kept in the file {file}."


def _no_widgets() -> str:
    """Return why widgets do not work here, or an empty text."""
    if not in_notebook():
        return "Outside a notebook there is nothing to click"
    try:
        import ipywidgets  # noqa: F401
    except Exception:
        return "The package ipywidgets is missing"
    return ""


def _show(make: Any, text: str) -> bool:
    """Display the widget that `make` builds, and return whether that worked.

    Where a page cannot show widgets (GitHub, a PDF), it shows `text`.
    """
    try:
        import ipywidgets
        from IPython.display import display

        widget = make(ipywidgets)
        view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
        bundle = {"text/plain": text, "application/vnd.jupyter.widget-view+json": view}
        display(bundle, raw=True)
    except Exception:
        return False
    return True
