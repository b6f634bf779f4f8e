"""What a student has before handing in, in JupyterLab: Validate, and `nma.checklist`."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from nmautils.course.contract import EXERCISES
from tests.support.amount import rarely
from tests.support.browser import CHROMIUM, jupyter_server, open_browser
from tests.support.notebooks import solved
from tests.support.whole_visible import release, states

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]

# test_answers proves for each exercise that the visible part gives all points of its cell.
TUTORIALS = [(t, [] if t.startswith("tutorial2") else [rarely]) for t in EXERCISES]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab in a folder with the notebooks, and the folder."""
    folder = tmp_path_factory.mktemp("student")
    settings = tmp_path_factory.mktemp("settings")
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(json.dumps({"windowingMode": "none"}))
    for name, nb in states(release(tmp_path_factory.mktemp("course"))).items():
        nb.cells.append(new_code_cell("import nmautils as nma\nnma.checklist()", id="last"))
        nbformat.write(nb, folder / f"{name}.ipynb")
    options = [f"--LabApp.user_settings_dir={settings}", "--LabApp.expose_app_in_browser=True"]
    with jupyter_server(folder, *options) as address:
        yield address, folder


@pytest.fixture(scope="module")
def browser():
    with open_browser(playwright) as browser:
        yield browser


@pytest.fixture
def opened(browser, lab):
    """A function that opens a notebook in JupyterLab; gives its page."""
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:

        def open_notebook(name):
            page = context.new_page()
            page.goto(f"{lab[0]}/lab/tree/{name}.ipynb?reset", timeout=90_000)
            page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
            page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext")
            return page

        yield open_notebook


def validate(page):
    """Press nbgrader's button; give the class and the text of what it shows."""
    page.locator(".validate-button").click(timeout=60_000)
    dialog = page.locator(".jp-Dialog-content")
    dialog.wait_for(timeout=500_000)
    assert "Validation Results" in dialog.inner_text()
    kind = "success" if dialog.locator(".validation-success").count() else "failed"
    assert dialog.locator(f".validation-{kind}").count() == 1
    return kind, " ".join(dialog.inner_text().split())


def test_validate_says_success_on_a_solved_notebook(opened):
    assert validate(opened("solved")) == (
        "success",
        "Validation Results Success! Your notebook passes all the tests. Ok",
    )


@pytest.mark.parametrize("tutorial", [pytest.param(t, marks=m) for t, m in TUTORIALS])
def test_validate_says_success_on_a_solved_tutorial(opened, lab, tutorial):
    nbformat.write(solved(tutorial), lab[1] / f"{tutorial}.ipynb")
    assert validate(opened(tutorial))[0] == "success"


def test_validate_names_the_checks_that_fail_in_a_half_solved_notebook(opened):
    kind, text = validate(opened("half"))
    assert kind == "failed"
    assert "Partial credit" not in text
    assert "double of nothing" in text.split("checks.report()")[1]
    assert "Nothing stays nothing. Expected 0, got 4." in text
    assert "halve: not solved yet" in text


def test_validate_says_what_is_untouched(opened):
    kind, text = validate(opened("untouched"))
    assert kind == "failed"
    assert "Partial credit" not in text
    assert "double: not solved yet" in text
    assert "halve: not solved yet" in text


def run_last_cell(page):
    """Run the cell that asks for the list; give the place where it shows something."""
    page.evaluate(
        """async () => {
            const panel = jupyterapp.shell.currentWidget;
            await panel.sessionContext.ready;
            panel.content.activeCellIndex = panel.content.widgets.length - 1;
            await jupyterapp.commands.execute("notebook:run-cell");
        }"""
    )
    output = page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output")
    output.first.wait_for(timeout=120_000)
    return output


@pytest.mark.parametrize(
    ("name", "said", "found"),
    [
        ("solved", "Nothing is left to do.", ["solved", "solved"]),
        (
            "half",
            "Before you hand in: 1 exercise is red, 1 exercise is untouched.",
            ["red", "untouched"],
        ),
        ("untouched", "Before you hand in: 2 exercises are untouched.", ["untouched", "untouched"]),
    ],
)
def test_the_last_cell_finds_its_own_file_and_lists_what_is_open(opened, lab, name, said, found):
    before = sorted(path.name for path in lab[1].iterdir())
    output = run_last_cell(opened(name))
    table = output.locator("table")
    table.wait_for(timeout=120_000)
    playwright.expect(output.get_by_text(said)).to_be_visible()
    caption = table.locator("caption").inner_text()
    assert caption.startswith(f"{name}.ipynb, as it was saved on ")
    rows = table.locator("tbody tr:has(td)")
    assert [text.split()[-1] for text in rows.locator("td:nth-child(2)").all_inner_texts()] == found
    assert sorted(path.name for path in lab[1].iterdir()) == before


def test_what_was_not_saved_is_told_until_it_is_saved(opened):
    page = opened("solved")
    page.evaluate(
        """() => {
            const cells = jupyterapp.shell.currentWidget.content.widgets;
            const last = cells[cells.length - 1].model.sharedModel;
            last.setSource(last.getSource() + "  # once more");
        }"""
    )
    output = run_last_cell(page)
    told = output.get_by_text("The file does not have what you ran last")
    told.wait_for(timeout=120_000)
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    output = run_last_cell(page)
    playwright.expect(told).to_have_count(0, timeout=120_000)
    playwright.expect(output.locator("table")).to_have_count(1, timeout=120_000)
