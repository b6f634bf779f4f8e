import builtins
import contextlib
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import IPython.display
import pytest

from nmautils import media
from tests.support.paths import ROOT

YOUTUBE, BILIBILI = "JAdukDCQALA", "BV1m5411h7V5"
YOUTUBE_LINK = f"https://www.youtube.com/watch?v={YOUTUBE}"
BILIBILI_LINK = f"https://www.bilibili.com/video/{BILIBILI}"
WIDGET = "application/vnd.jupyter.widget-view+json"
IDENTIFIER = "W1D5_T1_Nonlinear_activations_Exercise"


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """Work in an empty directory, with nothing said about the connection or the endpoint."""
    monkeypatch.chdir(tmp_path)
    for name in ("NMAUTILS_OFFLINE", "NMAUTILS_FEEDBACK", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(media, "_online", None)
    monkeypatch.setattr(media, "_answers", lambda host, patience: False)


@pytest.fixture
def notebook(monkeypatch):
    """Pretend to run in a kernel, and collect what is displayed."""
    shown = []

    def display(bundle, raw=False):
        assert raw
        shown.append(bundle)

    monkeypatch.setattr(media, "in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", display)
    return shown


@pytest.fixture
def online(monkeypatch):
    monkeypatch.setattr(media, "_answers", lambda host, patience: True)


@pytest.fixture
def no_widgets(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)


def widget_of(bundle):
    from ipywidgets import Widget
    from ipywidgets.widgets import widget

    instances = getattr(widget, "_instances", None)
    if instances is None:  # ipywidgets 7
        instances = Widget.widgets
    return instances[bundle[WIDGET]["model_id"]]


# ---------------------------------------------------------------- videos


def test_a_video_has_a_tab_per_site_with_player_and_link(notebook, online, capsys):
    media.video("Activation functions", youtube=YOUTUBE, bilibili=BILIBILI)
    tabs = widget_of(notebook[0])
    assert [tabs.get_title(i) for i in range(2)] == ["YouTube", "Bilibili"]
    first, second = (page.value for page in tabs.children)
    assert f'href="{YOUTUBE_LINK}"' in first
    assert f'<iframe src="https://www.youtube.com/embed/{YOUTUBE}?' in first
    assert f'href="{BILIBILI_LINK}"' in second
    assert f'<iframe src="https://player.bilibili.com/player.html?bvid={BILIBILI}&amp;' in second
    for page in (first, second):
        assert page.index("<a ") < page.index("<iframe")
        assert 'width="854" height="480"' in page
        assert "max-width: 100%" in page
    assert capsys.readouterr().out == ""


def test_a_page_without_widgets_shows_the_links_instead(notebook, online):
    media.video("Activation functions", youtube=YOUTUBE, bilibili=BILIBILI)
    text = notebook[0]["text/plain"]
    assert text.splitlines() == [
        "Video: Activation functions",
        f"YouTube: {YOUTUBE_LINK}",
        f"Bilibili: {BILIBILI_LINK}",
    ]


def test_one_site_is_enough(notebook, online):
    media.video("Only there", bilibili=BILIBILI)
    assert len(widget_of(notebook[0]).children) == 1


def test_titles_and_identifiers_cannot_become_markup(notebook, online):
    media.video('<b>"x"</b>', youtube='"><script>', bilibili="a b")
    pages = [page.value for page in widget_of(notebook[0]).children]
    assert not any("<b>" in page or "<script>" in page for page in pages)
    assert "bvid=a%20b&" in pages[1]


def plain_video(capsys):
    media.video("Activation functions", youtube=YOUTUBE, bilibili=BILIBILI)
    return capsys.readouterr().out


def assert_links_and_a_sentence(printed, reason):
    lines = printed.splitlines()
    assert len(lines) == 4
    assert lines[1].endswith(YOUTUBE_LINK)
    assert lines[2].endswith(BILIBILI_LINK)
    assert reason in lines[3]
    assert lines[3].endswith("opens the video in a browser.")


def test_outside_a_notebook_a_video_is_two_links(online, capsys):
    assert_links_and_a_sentence(plain_video(capsys), "Outside a notebook")


def test_off_line_a_video_is_two_links(notebook, capsys):
    assert_links_and_a_sentence(plain_video(capsys), "no connection")
    assert notebook == []


def test_without_ipywidgets_a_video_is_two_links(notebook, online, no_widgets, capsys):
    assert_links_and_a_sentence(plain_video(capsys), "ipywidgets is missing")


def test_a_display_that_fails_leaves_two_links(notebook, online, monkeypatch, capsys):
    def fail(*args, **kwargs):
        raise OSError("broken front end")

    monkeypatch.setattr(IPython.display, "display", fail)
    assert_links_and_a_sentence(plain_video(capsys), "could not be shown")


def test_without_ipython_nothing_is_raised(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "IPython.display")
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] in ("IPython", "ipywidgets"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr(media, "in_notebook", lambda: True)
    assert_links_and_a_sentence(plain_video(capsys), "ipywidgets is missing")
    media.slides("vb7c4")
    media.feedback(IDENTIFIER)
    assert "https://osf.io/vb7c4" in capsys.readouterr().out


def test_a_video_without_identifiers_says_so(notebook, online, capsys):
    media.video("Nowhere")
    assert "No link was given" in capsys.readouterr().out


# ---------------------------------------------------------------- the connection


def test_one_site_that_answers_means_online(monkeypatch):
    monkeypatch.setattr(media, "_answers", lambda host, patience: "bilibili" in host)
    assert media.is_online()


def test_the_connection_is_tested_once(monkeypatch):
    asked = []
    monkeypatch.setattr(media, "_answers", lambda host, patience: asked.append(host) or False)
    assert not media.is_online()
    assert not media.is_online()
    assert len(asked) == 2


def test_a_look_up_that_hangs_is_not_waited_for(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(media, "_PATIENCE", 0.05)
    monkeypatch.setattr(media, "_answers", lambda host, patience: release.wait(30))
    try:
        assert not media.is_online()
        assert not release.is_set()
    finally:
        release.set()


def test_no_host_is_asked_for_more_than_a_second():
    assert 0 < media._PATIENCE <= 1


@pytest.mark.parametrize("error", [OSError("no route"), UnicodeError("bad name")])
def test_a_host_that_cannot_be_asked_does_not_answer(monkeypatch, error):
    monkeypatch.undo()

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(media.socket, "create_connection", fail)
    assert media._answers("nowhere.invalid", 0.1) is False


def test_a_listening_host_answers(monkeypatch):
    monkeypatch.undo()
    listener = media.socket.socket()
    with listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        connect = media.socket.create_connection
        monkeypatch.setattr(
            media.socket,
            "create_connection",
            lambda address, timeout: connect(listener.getsockname(), timeout=timeout),
        )
        assert media._answers("here.invalid", 5) is True


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("NMAUTILS_OFFLINE", "1", False),
        ("NMAUTILS_OFFLINE", "yes", False),
        ("NMAUTILS_OFFLINE", "0", True),
        ("NBGRADER_EXECUTION", "autograde", False),
    ],
)
def test_the_environment_decides_without_a_test(monkeypatch, name, value, expected):
    def must_not_ask(host, patience):
        raise AssertionError("asked a host")

    monkeypatch.setattr(media, "_any_answers", must_not_ask)
    monkeypatch.setenv(name, value)
    assert media.is_online() is expected


def test_while_grading_nothing_is_online(monkeypatch):
    monkeypatch.setenv("NMAUTILS_OFFLINE", "0")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert not media.is_online()


# ---------------------------------------------------------------- slides


def test_slides_are_two_links(notebook, capsys):
    media.slides("vb7c4")
    bundle = notebook[0]
    assert 'href="https://osf.io/vb7c4"' in bundle["text/html"]
    assert 'href="https://osf.io/download/vb7c4/"' in bundle["text/html"]
    assert "https://osf.io/download/vb7c4/" in bundle["text/plain"]
    assert capsys.readouterr().out == ""


def test_outside_a_notebook_slides_are_printed(capsys):
    media.slides("vb7c4")
    assert capsys.readouterr().out.splitlines() == [
        "Slides: https://osf.io/vb7c4",
        "Download: https://osf.io/download/vb7c4/",
    ]


# ---------------------------------------------------------------- feedback


class Endpoint(HTTPServer):
    """A course's own server, which answers with the given status."""

    def __init__(self, status=200, location=None):
        self.status, self.location, self.received = status, location, []
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}/feedback?key=secret"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.server.received.append(("GET", self.path, None))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(*args, **kwargs):
    with Endpoint(*args, **kwargs) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def records(path="feedback.jsonl"):
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def test_answers_are_added_to_a_file_beside_the_notebook():
    said = media.send_feedback(IDENTIFIER, "clear", "Grüße 角度")
    media.send_feedback(IDENTIFIER, None, "two\nlines")
    assert said == "Thank you. Kept in the file feedback.jsonl."
    first, second = records()
    when = first.pop("time")
    assert first == {"identifier": IDENTIFIER, "rating": "clear", "comment": "Grüße 角度"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", when)
    assert second["comment"] == "two\nlines"


def test_the_environment_names_another_file(monkeypatch, tmp_path):
    path = tmp_path / "answers" / "mine.jsonl"
    monkeypatch.setenv("NMAUTILS_FEEDBACK", str(path))
    media.send_feedback(IDENTIFIER, "clear")
    assert records(path)[0]["rating"] == "clear"
    assert not Path("feedback.jsonl").exists()


def test_an_argument_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("NMAUTILS_FEEDBACK", "off")
    media.send_feedback(IDENTIFIER, "clear", endpoint="here.jsonl")
    assert len(records("here.jsonl")) == 1


def test_an_address_gets_the_answer_and_no_file_is_written(monkeypatch):
    with serving(204) as server:
        monkeypatch.setenv("NMAUTILS_FEEDBACK", server.address)
        said = media.send_feedback(IDENTIFIER, "confusing", "why?")
    ((path, kind, record),) = server.received
    assert path == "/feedback?key=secret"
    assert kind == "application/json"
    assert (record["identifier"], record["rating"]) == (IDENTIFIER, "confusing")
    assert said == "Thank you. Sent to 127.0.0.1."
    assert not Path("feedback.jsonl").exists()


@pytest.mark.parametrize("status", [404, 500])
def test_an_address_that_refuses_leaves_the_answer_in_the_file_and_says_so(status):
    with serving(status) as server:
        said = media.send_feedback(IDENTIFIER, "clear", endpoint=server.address)
    assert len(server.received) == 1
    assert f"127.0.0.1 did not take it (answer {status})" in said
    assert "Kept in the file feedback.jsonl" in said
    assert "secret" not in said
    assert len(records()) == 1


@pytest.mark.parametrize("status", [301, 302, 307])
def test_answers_are_not_passed_on_to_another_server(status):
    with serving() as elsewhere, serving(status, elsewhere.address) as server:
        said = media.send_feedback(IDENTIFIER, "clear", endpoint=server.address)
    assert elsewhere.received == []
    assert f"answer {status}" in said
    assert len(records()) == 1


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "http://", "https://[bad/", "http://nowhere.invalid:x/"]
)
def test_an_address_that_cannot_be_reached_leaves_the_answer_in_the_file(address):
    said = media.send_feedback(IDENTIFIER, "clear", endpoint=address)
    assert "did not take it" in said
    assert len(records()) == 1


def test_a_file_that_cannot_be_written_is_reported(tmp_path):
    said = media.send_feedback(IDENTIFIER, "clear", endpoint=str(tmp_path))
    assert "could not be kept" in said


def test_feedback_can_be_switched_off(monkeypatch, notebook, capsys):
    monkeypatch.setenv("NMAUTILS_FEEDBACK", "off")
    media.feedback(IDENTIFIER)
    assert notebook == []
    assert capsys.readouterr().out == ""
    assert "switched off" in media.send_feedback(IDENTIFIER, "clear")
    assert list(Path().iterdir()) == []


def form_of(bundle):
    heading, rating, comment, row = widget_of(bundle).children
    button, status = row.children
    return heading, rating, comment, button, status


def test_the_form_says_where_answers_go_and_sends_them_when_asked(notebook):
    media.feedback(IDENTIFIER)
    heading, rating, comment, button, status = form_of(notebook[0])
    assert "the file feedback.jsonl" in heading.value
    assert IDENTIFIER in notebook[0]["text/plain"]
    assert not Path("feedback.jsonl").exists()
    rating.value = "confusing"
    comment.value = "  Which <unit>? "
    button.click()
    (record,) = records()
    assert (record["rating"], record["comment"]) == ("confusing", "Which <unit>?")
    assert status.value.startswith("Thank you")
    assert not button.disabled


def test_an_empty_form_sends_nothing(notebook):
    media.feedback(IDENTIFIER)
    *_, button, status = form_of(notebook[0])
    button.click()
    assert "first" in status.value
    assert not Path("feedback.jsonl").exists()


def test_the_form_sends_to_an_address_without_showing_its_key(notebook):
    with serving() as server:
        media.feedback(IDENTIFIER, endpoint=server.address)
        heading, rating, _, button, status = form_of(notebook[0])
        rating.value = "clear"
        button.click()
    assert server.received[0][2]["rating"] == "clear"
    assert "127.0.0.1" in heading.value
    assert "secret" not in heading.value + status.value


def test_a_form_needs_no_connection(notebook):
    media.feedback(IDENTIFIER)  # no host answers
    assert len(notebook) == 1


@pytest.mark.parametrize("name", ["NMAUTILS_OFFLINE", "NBGRADER_EXECUTION"])
def test_a_session_declared_off_line_gets_one_line(monkeypatch, notebook, capsys, name):
    monkeypatch.setenv(name, "1")
    media.feedback(IDENTIFIER)
    assert notebook == []
    printed = capsys.readouterr().out
    assert printed == f"Feedback (optional): {IDENTIFIER}. This session is off line.\n"


def test_outside_a_notebook_feedback_is_one_line(capsys):
    media.feedback(IDENTIFIER)
    assert capsys.readouterr().out.count("\n") == 1


def test_without_ipywidgets_feedback_is_one_line(notebook, no_widgets, capsys):
    media.feedback(IDENTIFIER)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "ipywidgets is missing" in printed


# ---------------------------------------------------------------- a real kernel

CELLS = [
    # Without ipywidgets: plain links, a plain bar, and no warning from tqdm.
    """
    import os, sys
    sys.modules["ipywidgets"] = None
    os.environ["NMAUTILS_OFFLINE"] = "0"
    import torch
    from torch import nn
    import nmautils
    x = torch.ones(4, 1)
    """,
    "nmautils.video('A', youtube='abc', bilibili='def')",
    "nmautils.fit(nn.Linear(1, 1), nn.MSELoss(), x, x, n_iter=3, learning_rate=.1)",
    # And with it.
    """
    for name in [name for name in sys.modules if name.split(".")[0] in ("tqdm", "ipywidgets")]:
        del sys.modules[name]
    """,
    "nmautils.video('A', youtube='abc', bilibili='def')",
    "nmautils.fit(nn.Linear(1, 1), nn.MSELoss(), x, x, n_iter=3, learning_rate=.1)",
    f"nmautils.feedback('{IDENTIFIER}')",
    "nmautils.slides('vb7c4')",
]


def test_everything_shows_in_a_real_kernel():
    import textwrap

    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    v4 = nbformat.v4
    book = v4.new_notebook(cells=[v4.new_code_cell(textwrap.dedent(code)) for code in CELLS])
    resources = {"metadata": {"path": str(ROOT)}}
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3", resources=resources).execute()
    outputs = [cell.outputs for cell in book.cells]

    def streamed(cell, name):
        return "".join(
            o.text for o in outputs[cell] if o.output_type == "stream" and o.name == name
        )

    assert not any("Warning" in streamed(i, "stderr") for i in range(len(CELLS)))
    assert "ipywidgets is missing" in streamed(1, "stdout")
    assert "3/3" in streamed(2, "stderr")
    for cell in (4, 5, 6):
        assert any(WIDGET in o.get("data", {}) for o in outputs[cell]), cell
        assert streamed(cell, "stderr") == ""
    assert "youtube.com/watch?v=abc" in outputs[4][0].data["text/plain"]
    assert "osf.io/vb7c4" in outputs[7][0].data["text/html"]
    assert "History(3 updates" in outputs[5][-1].data["text/plain"]


# ---------------------------------------------------------------- code


def test_code_is_coloured_in_a_notebook_and_plain_text_elsewhere(notebook):
    media.show_source(media.slides)
    (bundle,) = notebook
    assert bundle["text/plain"].startswith("def slides(osf_id: str) -> None:")
    assert bundle["text/markdown"] == f"```python\n{bundle['text/plain']}\n```"


def test_outside_a_notebook_code_is_printed(capsys):
    media.show_source(media.slides)
    assert capsys.readouterr().out.startswith("def slides(osf_id: str) -> None:")


def test_code_is_shown_without_its_docstrings(capsys):
    from nmautils import ConvolutionalLayer

    media.show_source(ConvolutionalLayer)
    shown = capsys.readouterr().out
    assert shown.startswith("class ConvolutionalLayer(nn.Module):\n    def __init__(\n")
    assert shown.endswith("-> torch.Tensor:\n        return self.conv(s)\n")
    assert '"""' not in shown
