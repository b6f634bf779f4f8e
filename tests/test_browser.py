"""A student's JupyterLab and a student's feedback page, in a real browser."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.answers_runner import ROOT

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser"])), None)
OPTIONS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=[*OPTIONS.split(), "--disable-sync"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab in a folder that holds the release notebook alone."""
    folder = tmp_path_factory.mktemp("student")
    settings = tmp_path_factory.mktemp("settings")
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    # All cells in the page, also those out of sight.
    tracker.write_text(json.dumps({"windowingMode": "none"}))
    notebook = ROOT / "release" / "tutorial1_decoding" / "tutorial1_decoding.ipynb"
    shutil.copy(notebook, folder)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="]
    command += [f"--ServerApp.root_dir={folder}", f"--LabApp.user_settings_dir={settings}"]
    command += ["--LabApp.expose_app_in_browser=True"]
    environment = os.environ | {"NMAUTILS_PROFILE": "small", "NMAUTILS_DATA": "simulated"}
    environment.pop("MPLBACKEND", None)
    server = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=1).close()
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def notebook(browser, lab):
    """Page of the release notebook after "Run All Cells"."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(f"{lab}/lab/tree/tutorial1_decoding.ipynb?reset", timeout=90_000)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
    # What the menu's "Run All Cells" does, once the kernel is there; menus may be slow to come.
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext")
    page.evaluate(
        """async () => {
            await jupyterapp.shell.currentWidget.sessionContext.ready;
            await jupyterapp.commands.execute("notebook:run-all-cells");
        }"""
    )
    # The bonus in the last code cell prints its line when everything above has run.
    last = page.locator(".jp-CodeCell").last
    last.locator(".jp-OutputArea-output").first.wait_for(timeout=120_000)
    yield page
    page.close()


def test_only_the_exercises_stop_and_the_rest_says_what_it_needs(notebook):
    errors = notebook.locator(
        '.jp-OutputArea-output[data-mime-type*="error"], .jp-RenderedText pre'
    )
    raised = [text for text in errors.all_inner_texts() if "Traceback" in text]
    assert len(raised) == 2
    assert all("NotImplementedError: Exercise: complete" in text for text in raised)
    assert notebook.get_by_text("not solved yet").count() == 2
    assert notebook.get_by_text("Skipped: this cell needs your").count() >= 4


def test_checks_are_folded_and_answers_are_not(notebook):
    cells = notebook.locator(".jp-CodeCell")
    folded = cells.filter(has=notebook.locator(".jp-Placeholder"))
    assert folded.count() == 2
    assert notebook.locator(".cm-content").filter(has_text="class DeepNetReLU").count() == 1


def test_sliders_and_expected_picture_are_shown(notebook):
    assert notebook.locator(".widget-slider").count() >= 2
    pictures = notebook.locator('.jp-MarkdownOutput img[src^="data:image/png"]')
    assert pictures.count() == 1
    assert pictures.first.evaluate("picture => picture.naturalWidth") > 300
    assert "loss" in pictures.first.get_attribute("alt").lower()


def test_contents_lead_to_their_headings(notebook):
    notebook.get_by_role("link", name="Section 3.2: Gradient descent").click()
    heading = notebook.get_by_role("heading", name="Section 3.2: Gradient descent")
    playwright.expect(heading).to_be_in_viewport(timeout=10_000)
