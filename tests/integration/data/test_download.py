"""Downloading against a local server that is right, absent, broken, cut short, silent or slow."""

import hashlib
import io
import os
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import requests

from nmautils.data import DownloadError, download, load_data, load_data_split, recording_label
from nmautils.data.registry import RECORDINGS

RESP = np.random.default_rng(0).standard_normal((360, 30)).astype(np.float32)
NAME = RECORDINGS["one_degree"].name


def _npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


GOOD = _npz(resp=RESP, stimuli=np.arange(360.0))


class Server(ThreadingHTTPServer):
    """Answers every request as `behaviours` says, the last of them for ever."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours = ["good"]
        self.requests = 0
        self.closing = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/file"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.requests += 1
        behaviour = server.behaviours[0]
        if len(server.behaviours) > 1:
            server.behaviours.pop(0)
        if behaviour == "error":
            self.send_error(500)
            return
        if behaviour == "silent":
            server.closing.wait(20)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(GOOD)))
        self.end_headers()
        if behaviour == "good":
            self.wfile.write(GOOD)
        elif behaviour == "wrong":
            self.wfile.write(b"<html>" + GOOD[6:])
        elif behaviour == "truncated":
            self.wfile.write(GOOD[: len(GOOD) // 2])
            self.close_connection = True
        elif behaviour == "stalls":
            self.wfile.write(GOOD[: len(GOOD) // 2])
            self.wfile.flush()
            server.closing.wait(20)
        elif behaviour == "drips":
            for start in range(0, len(GOOD), 100):  # never silent, but 10 kB/s at most
                if server.closing.wait(0.01):
                    return
                try:
                    self.wfile.write(GOOD[start : start + 100])
                    self.wfile.flush()
                except OSError:
                    return

    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A local server in place of the real one, an empty data folder, and no memory of failures."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("NMAUTILS_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setenv("NMAUTILS_DATA", "auto")
        for scheme in ("http", "https", "all"):
            monkeypatch.delenv(f"{scheme}_proxy", raising=False)
            monkeypatch.delenv(f"{scheme}_proxy".upper(), raising=False)
        _serve(monkeypatch, server.url)
        monkeypatch.setattr(download, "_failures", {})
        waits = []
        monkeypatch.setattr("pooch.core.time.sleep", waits.append)
        server.waits = waits
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


def _serve(monkeypatch, url):
    recording = replace(RECORDINGS["one_degree"], url=url, md5=hashlib.md5(GOOD).hexdigest())
    monkeypatch.setitem(RECORDINGS, "one_degree", recording)
    monkeypatch.setitem(RECORDINGS, "six_degree", replace(RECORDINGS["six_degree"], url=url))


def be_brief(monkeypatch, fault, seconds=0.1):
    """Shorten the waiting for servers that never finish; others may be slow on a busy machine."""
    if fault in ("stalls", "silent", "drips"):
        for name in ("QUICK", "PATIENT"):
            limits = replace(getattr(download, name), read=seconds, grace=seconds)
            monkeypatch.setattr(download, name, limits)


def files(tmp_path):
    """What is in the data folder, apart from complete simulated recordings."""
    folder = tmp_path / "data"
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return [n for n in names if not (n.startswith("simulated-") and n.endswith(".npz"))]


FAULTS = {
    "error": "answered with error 500",
    "wrong": "has the wrong checksum",
    "truncated": "broke off the transfer",
    "stalls": "stopped sending",
    "silent": "stopped sending",
    "drips": "stopped sending",
}


def test_a_real_recording_is_downloaded_once_and_kept(server, tmp_path, capsys):
    resp, stimuli = load_data(source="real")
    assert np.array_equal(resp, RESP)
    assert np.array_equal(stimuli[:, 0], np.arange(360))
    assert files(tmp_path) == [NAME]
    assert (tmp_path / "data" / NAME).read_bytes() == GOOD
    assert capsys.readouterr().out == "Data: recording of Stringer et al., 30 neurons.\n"
    load_data()
    assert server.requests == 1
    assert recording_label() == "recording of Stringer et al., 30 neurons"


def test_auto_takes_the_real_recording_where_it_can_be_had(server):
    resp, _ = load_data()
    assert np.array_equal(resp, RESP)


@pytest.mark.parametrize("fault", FAULTS)
def test_auto_falls_back_to_simulated_and_says_why_in_one_line(
    server, tmp_path, monkeypatch, capsys, fault
):
    server.behaviours = [fault]
    be_brief(monkeypatch, fault)
    resp, stimuli = load_data()
    assert resp.shape == (360, 2000)
    assert stimuli.shape == (360, 1)
    assert files(tmp_path) == []
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.startswith(
        "Data: simulated recording, 2,000 neurons, in place of the recording of Stringer et al. ("
    )
    assert FAULTS[fault] in out
    assert recording_label() == "simulated recording, 2,000 neurons"


@pytest.mark.parametrize("fault", FAULTS)
def test_real_tries_again_with_growing_waits_then_says_what_to_do(
    server, tmp_path, monkeypatch, fault
):
    server.behaviours = [fault]
    be_brief(monkeypatch, fault)
    with pytest.raises(DownloadError) as caught:
        load_data(source="real")
    assert files(tmp_path) == []
    assert server.requests == 4
    assert server.waits == [1, 2, 3]
    message = str(caught.value)
    assert "\n" not in message
    recording = RECORDINGS["one_degree"]
    path = tmp_path / "data" / NAME
    for needed in (FAULTS[fault], recording.url, recording.md5, str(path), "source='simulated'"):
        assert needed in message


@pytest.mark.parametrize("fault", FAULTS)
def test_a_passing_fault_does_no_harm(server, tmp_path, monkeypatch, fault):
    server.behaviours = [fault, "good"]
    be_brief(monkeypatch, fault, seconds=0.5)  # the good answer too must come within it
    assert np.array_equal(load_data(source="real")[0], RESP)
    assert files(tmp_path) == [NAME]


def test_a_failure_is_remembered_by_auto_but_not_by_real(server):
    server.behaviours = ["error"]
    load_data()
    before = server.requests
    load_data()
    assert server.requests == before
    server.behaviours = ["good"]
    assert load_data(source="real")[0].shape == (360, 30)


def test_a_file_put_there_by_hand_ends_a_remembered_failure(server, tmp_path):
    server.behaviours = ["error"]
    load_data()
    (tmp_path / "data" / NAME).write_bytes(GOOD)
    assert load_data()[0].shape == (360, 30)


def test_off_line_auto_neither_waits_nor_tries_twice(server, monkeypatch, capsys):
    server.shutdown()
    server.server_close()  # from here on connections are refused
    attempts = []
    get = requests.get
    monkeypatch.setattr(requests, "get", lambda *a, **k: attempts.append(1) or get(*a, **k))
    load_data()
    load_data_split()
    assert server.waits == []
    assert len(attempts) == 1  # one server is asked once, for whichever file
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all("no network connection to 127.0.0.1" in line for line in lines)


def test_a_name_server_that_never_answers_does_not_hold_up_auto(server, monkeypatch, capsys):
    release = threading.Event()
    monkeypatch.setattr(download.socket, "getaddrinfo", lambda *_: release.wait(20))
    monkeypatch.setattr(download, "QUICK", replace(download.QUICK, lookup=0.1))
    load_data()
    release.set()
    assert server.requests == 0
    assert "no network connection" in capsys.readouterr().out


def test_an_existing_file_is_verified_and_replaced_when_damaged(server, tmp_path):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / NAME
    path.write_bytes(GOOD[:-1])
    assert np.array_equal(load_data()[0], RESP)
    assert path.read_bytes() == GOOD
    assert files(tmp_path) == [NAME]


def test_a_damaged_file_is_not_used_where_it_cannot_be_replaced(server, tmp_path, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / NAME).write_bytes(GOOD[:-1])
    server.behaviours = ["error"]
    assert load_data()[0].shape == (360, 2000)
    assert "the file in the data folder has the wrong checksum" in capsys.readouterr().out
    with pytest.raises(DownloadError, match=r"has the wrong checksum, and .* error 500"):
        load_data(source="real")
    assert files(tmp_path) == [NAME]


def test_an_interrupted_download_leaves_nothing(server, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(download._Progress, "update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load_data()
    assert files(tmp_path) == []


def test_a_data_folder_that_cannot_be_is_a_reason_not_a_crash(server, tmp_path, capsys):
    (tmp_path / "data").write_text("a file where the folder should be")
    assert load_data()[0].shape == (360, 2000)
    assert "cannot write to" in capsys.readouterr().out
    with pytest.raises(DownloadError, match="cannot write to"):
        load_data(source="real")


def test_simulated_never_touches_the_network(server):
    load_data(source="simulated")
    load_data_split(source="simulated")
    assert server.requests == 0


def test_a_progress_bar_with_the_size_is_shown_and_nothing_else(server, capfd):
    load_data(source="real")
    err = capfd.readouterr().err
    assert "/46.6k [" in err
    assert err.rsplit("\r", 1)[1] == ""  # it vanishes when done
    assert "Downloading" not in err


def test_the_small_profile_takes_the_first_neurons_of_a_real_recording(server, monkeypatch):
    monkeypatch.setattr("nmautils.profile.N_NEURONS", {"full": 23589, "small": 12})
    resp, _ = load_data(profile="small")
    assert np.array_equal(resp, RESP[:, :12])
    assert recording_label() == "recording of Stringer et al., 12 neurons"
