"""A student's JupyterLab, a student's feedback page, and what hostile pages do: a real browser."""

import json
import shutil

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from nbgrader.server_extensions.formgrader.handlers import template_path

from nmautils.grading.record.marks import SubmissionMarks
from nmautils.grading.report import feedback
from tests.support.browser import CHROMIUM, jupyter_server, open_browser
from tests.support.graded_pages import graded, notebook_of
from tests.support.hostile_texts import HOSTILE
from tests.support.paths import ROOT

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]


@pytest.fixture(scope="module")
def browser():
    with open_browser(playwright) as browser:
        yield browser


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

    options = [f"--LabApp.user_settings_dir={settings}", "--LabApp.expose_app_in_browser=True"]
    with jupyter_server(folder, *options) as address:
        yield address


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


# Pages that show what a stranger wrote


def malicious_result():
    """A result with everything hostile in it that `HOSTILE` knows."""
    evil = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    outputs = [new_output("stream", text=evil), new_output("error", ename=evil, traceback=[evil])]
    kinds = ["text/html", "image/svg+xml", "application/javascript", "text/latex", "text/markdown"]
    outputs += [new_output("display_data", data={kind: evil, "text/plain": "x"}) for kind in kinds]
    own = [new_markdown_cell(text) for text in HOSTILE]
    own += [new_code_cell(evil, outputs=outputs), new_raw_cell(evil)]
    written = dict.fromkeys(["think_conv_shapes", "think_complex_cell"], "\n\n".join(HOSTILE))
    answers = {"conv_layer": "right/functional"}
    return graded("tutorial2_convolution", answers, written, own=tuple(own), student="mallory")


def feedback_page(result):
    return feedback.feedback_page(result, SubmissionMarks())


def formgrader_page(result):
    """What formgrader sends to the browser of an instructor, who is logged in."""
    exporter = HTMLExporter(template_name="formgrade", extra_template_basedirs=[template_path])
    resources = {"base_url": "", "submission_id": "1", "index": 0, "total": 1}
    return exporter.from_notebook_node(notebook_of(result), resources)[0]


def requests_of(browser, page):
    """Open a page with everything intercepted; give what it asked for and whether it acted."""
    context = browser.new_context()
    tab, asked, acted = context.new_page(), set(), []
    tab.route("**/*", lambda route: (asked.add(route.request.url), route.abort()))
    tab.on("dialog", lambda dialog: (acted.append(dialog.message), dialog.dismiss()))
    tab.on("popup", lambda popup: acted.append(popup.url))
    tab.set_content(page, wait_until="load")
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for event in ("click", "mouseover", "focus", "toggle"):
        tab.evaluate(
            f"document.querySelectorAll('main *, #notebook *').forEach("
            f"each => each.dispatchEvent(new Event('{event}')))"
        )
    tab.wait_for_timeout(500)
    context.close()
    return asked, acted


@pytest.mark.parametrize("show", [feedback_page, formgrader_page])
def test_a_hostile_notebook_does_nothing_in_the_browser_that_shows_it(browser, show):
    page = show(malicious_result())
    assert page.count("onerror=alert(1)") > 20  # as text
    # The page is safe by itself, not only by the policy in its head.
    page = page.replace("Content-Security-Policy", "no-policy")
    asked, acted = requests_of(browser, page)
    assert acted == []
    assert asked == requests_of(browser, show(graded("tutorial2_convolution")))[0]
    assert show is formgrader_page or asked == set()


def test_the_browser_would_have_noticed(browser):
    page = "<main><img src='http://a.example/x.png' onerror=alert(1)></main>"
    assert requests_of(browser, page) == ({"http://a.example/x.png"}, ["1"])


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_feedback_page_fits_the_screen_and_can_be_read(browser, width, scheme):
    page = feedback_page(graded("tutorial1_decoding", {"gd_loop": "mistakes/momentum"}))
    viewport = {"width": width, "height": 900}
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
        tab = context.new_page()
        tab.set_content(page)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        low = tab.evaluate(CONTRAST)
    assert low == []


# Pieces of text with a contrast below 4.5 (WCAG AA), with their colours.
CONTRAST = """() => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = colour => {
        const [r, g, b] = parts(colour).map(v => v / 255).map(
            v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = each => {
        for (; each; each = each.parentElement) {
            const colour = getComputedStyle(each).backgroundColor;
            if (!colour.startsWith("rgba(0, 0, 0, 0")) return colour;
        }
    };
    const low = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const each = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || each.closest("svg, .hidden")) continue;
        const [a, b] = [getComputedStyle(each).color, behind(each)];
        const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
        if ((x + 0.05) / (y + 0.05) < 4.5) low.push([texts.currentNode.data.trim(), a, b]);
    }
    return low;
}"""
