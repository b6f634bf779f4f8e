"""Get a real recording: from the data folder, or, once, from the network."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from nmautils.data.cache import data_dir
from nmautils.data.registry import Recording
from nmautils.progress import progress_bar

if TYPE_CHECKING:
    from tqdm import tqdm


@dataclass(frozen=True)
class Limits:
    """How long a download is tried.

    Attributes
    ----------
    lookup, connect, read : float
        Seconds to wait for the server's address, for a connection, for the next bytes.
    retries : int
        Further attempts after the first; pooch waits 1, 2, 3, ... seconds before each.
    insist : bool
        Retry also if no connection can be made or the server stops sending.
    slowest : float
        Bytes a second below which a transfer counts as stalled, on average after `grace`.
    grace : float
        Seconds.
    """

    lookup: float
    connect: float
    read: float
    retries: int
    insist: bool
    slowest: float = 20_000
    grace: float = 20


# The user asked for the real recording: try hard.
PATIENT = Limits(lookup=15, connect=10, read=30, retries=3, insist=True)
# A simulated recording would do: nobody without a network should wait for long.
QUICK = Limits(lookup=4, connect=3, read=6, retries=1, insist=False)

# What failed before in this process, by address or server, so that `auto` tries only once.
_failures: dict[str, str] = {}


class DownloadError(OSError):
    """A real recording cannot be downloaded; the message says how to get it without this program.

    Attributes
    ----------
    reason : str
        What went wrong, in a few words.
    """

    def __init__(self, recording: Recording, reason: str):
        self.reason = reason
        super().__init__(
            f"could not get {recording.name}: {reason}. Download {recording.url} by hand, save it "
            f"as {data_dir() / recording.name} (MD5 {recording.md5}) and run this again, "
            "or use source='simulated'"
        )


class _GiveUp(Exception):
    """A download that is not tried again."""


def fetch(recording: Recording, limits: Limits) -> Path:
    """Return the path of a recording's verified file, downloading it where necessary.

    Parameters
    ----------
    recording : Recording
        Which one.
    limits : Limits
        How long to try. A failure is remembered for the rest of the process; unless
        ``limits.insist``, it is then not tried again.

    Returns
    -------
    Path
        In the data folder, with the right checksum.

    Raises
    ------
    DownloadError
        If there is no such file and the download fails. No new file is left in the folder.
    """
    path = data_dir() / recording.name
    if is_intact(path, recording):
        return path
    damaged = (
        "the file in the data folder has the wrong checksum, and " if os.path.exists(path) else ""
    )
    server = urlsplit(recording.url).netloc
    if not limits.insist:
        for known in (recording.url, server):
            if known in _failures:
                raise DownloadError(recording, damaged + _failures[known])
    try:
        _download(recording, path, limits)
    except Exception as error:
        reason, is_server = _explain(error, server, path)
        _failures[server if is_server else recording.url] = reason
        raise DownloadError(recording, damaged + reason) from error
    return path


def is_intact(path: Path, recording: Recording) -> bool:
    """Whether the file can be read and has the recording's checksum."""
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with open(path, "rb") as file:
            while part := file.read(2**20):
                digest.update(part)
    except OSError:
        return False
    return digest.hexdigest() == recording.md5


def _download(recording: Recording, path: Path, limits: Limits) -> None:
    """Download by pooch: to a temporary name, renamed when the checksum is right."""
    import pooch
    import requests

    def attempt(url: str, output: str, _: pooch.Pooch) -> None:
        try:
            _check_lookup(url, limits.lookup)
            timeout = (limits.connect, limits.read)
            with closing(_Progress(limits)) as progress:
                pooch.HTTPDownloader(progress, timeout=timeout)(url, output, None)
        except (requests.ConnectionError, requests.Timeout) as error:
            if limits.insist:
                raise
            raise _GiveUp from error

    pooch.get_logger().setLevel("WARNING")
    path.parent.mkdir(parents=True, exist_ok=True)
    source = pooch.create(
        path=path.parent,
        base_url="",
        registry={recording.name: f"md5:{recording.md5}"},
        urls={recording.name: recording.url},
        retry_if_failed=limits.retries,
    )
    source.fetch(recording.name, downloader=attempt)
    with suppress(OSError):
        path.chmod(0o644)  # temporary files are private, but the folder may be a class's


def _check_lookup(url: str, seconds: float) -> None:
    """Raise if the server's address is not found in time; requests has no time-out for that."""
    import requests

    address = urlsplit(url)
    if address.scheme in getproxies():
        return  # the proxy looks the address up
    lookup = threading.Thread(
        target=_swallow, args=(socket.getaddrinfo, address.hostname, None), daemon=True
    )
    lookup.start()
    lookup.join(seconds)
    if lookup.is_alive():
        raise requests.ConnectTimeout(f"no address for {address.hostname} in {seconds} s")


def _swallow(function: Callable[..., object], *args: object) -> None:
    with suppress(OSError):  # connecting will fail with a better message
        function(*args)


class _Progress:
    """A progress bar that appears with the first bytes, and raises if a server is very slow."""

    def __init__(self, limits: Limits):
        self.total = 0
        self._limits = limits
        self._start = time.monotonic()
        self._received = 0
        self._bar: tqdm[Any] | None = None

    def update(self, size: int) -> None:
        if self._bar is None:
            self._bar = progress_bar(
                total=self.total or None, unit="B", unit_scale=True, leave=False
            )
        self._bar.update(size)
        self._received += size
        passed = time.monotonic() - self._start
        if passed > self._limits.grace and self._received < self._limits.slowest * passed:
            import requests

            raise requests.ReadTimeout(f"{self._received} bytes in {passed:.0f} s")

    def reset(self) -> None:
        if self._bar is not None:
            self._bar.reset()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _explain(error: BaseException, server: str, path: Path) -> tuple[str, bool]:
    """Return what went wrong, and whether other files of that server would fail in the same way."""
    import requests

    if isinstance(error, _GiveUp) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, requests.HTTPError):
        return f"{server} answered with error {error.response.status_code}", False
    if isinstance(error, requests.ReadTimeout) or "Read timed out" in str(error):
        return f"{server} stopped sending", False
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return f"{server} broke off the transfer", False
    if isinstance(error, requests.exceptions.SSLError):
        return f"no secure connection to {server}", True
    if isinstance(error, requests.ConnectionError):
        return f"no network connection to {server}", True
    if isinstance(error, requests.RequestException):
        return f"the request to {server} failed ({error})", False
    if isinstance(error, OSError):
        return f"cannot write to {path.parent} ({error.strerror})", False
    if isinstance(error, ValueError):
        return f"what {server} sent has the wrong checksum", False
    raise error
