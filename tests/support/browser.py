"""What the tests in a real browser have in common: Debian's Chromium and a Jupyter server."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.support.waiting import wait_until

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser"])), None)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def open_browser(playwright) -> Iterator:
    """Start Chromium; `playwright` is the module ``playwright.sync_api``."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(address, timeout=5).close()
        return True
    return False


@contextlib.contextmanager
def jupyter_server(folder: Path, *options: str) -> Iterator[str]:
    """Run JupyterLab in a folder; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # As `jupyter lab` starts it, but for what `_fast_start` spares.
    code = "import nmautils._fast_start, jupyterlab.labapp as app; app.main()"
    command = [sys.executable, "-c", code, "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="]
    command += [f"--ServerApp.root_dir={folder}", *options]
    environment = os.environ | {"NMAUTILS_PROFILE": "small", "NMAUTILS_DATA": "simulated"}
    environment.pop("MPLBACKEND", None)
    bin_folder = str(Path(sys.executable).parent)
    environment["PATH"] = os.pathsep.join([bin_folder, environment.get("PATH", "")])
    server = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{address}/api"), 180)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=120)
