"""What the course page promises: it builds off line, with words for every picture."""

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest
from matplotlib.figure import Figure

import nmautils
from nmautils.course.stamp import NOTEBOOK_METADATA
from nmautils.errors import CourseError
from nmautils.plotting.words import MAX_LENGTH, describe
from tests.support.paths import ROOT

TUTORIAL = "tutorial1_decoding"

# What a figure shows


def test_a_figure_is_described_by_its_titles_axes_and_legend():
    figure = Figure()
    figure.suptitle("two recordings")
    left, right = figure.subplots(1, 2)
    left.plot([0, 1, 2], [0, 1, 0], label="V1")
    left.legend()
    left.set(title="first\nday", xlabel=r"angle $\theta$", ylabel="response")
    figure.colorbar(right.imshow([[0, 1]]), label="weight")
    assert describe(figure) == (
        "Figure: two recordings. 2 panels. first, day: curve of response against angle θ (V1). "
        "image, colours for weight."
    )


def test_panels_of_one_kind_are_told_together():
    figure = Figure()
    for number, ax in enumerate(figure.subplots(1, 3)):
        ax.bar([1], [1])
        ax.set_title(f"unit {number}")
    assert describe(figure) == "Figure: 3 panels. unit 0, unit 1, unit 2: each bars."


def test_an_empty_figure_and_a_full_one_have_a_line_of_bounded_length():
    assert describe(Figure()) == "Figure: a drawing without words."
    figure = Figure()
    figure.subplots().set_title("very " * 200)
    assert len(describe(figure)) <= MAX_LENGTH


# The page

needs_sphinx = pytest.mark.skipif(
    importlib.util.find_spec("sphinx") is None, reason="the docs extra is not installed"
)


@pytest.fixture(scope="module")
def site():
    """docs/site/build.py as a module."""
    spec = importlib.util.spec_from_file_location("site_build", ROOT / "docs/site/build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def code(source: str, name: str, **metadata) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, id=name, metadata=metadata)


def text(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source)


def release(root: Path, cells: list[nbformat.NotebookNode]) -> Path:
    """Make a course of one small tutorial, with the real texts of this repository."""
    for path in [ROOT / "course.toml", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.*")]:
        if path.suffix in (".toml", ".md", ".svg", ".png"):
            copy = root / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    folder = root / "release" / TUTORIAL
    folder.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)
    nbformat.write(notebook, folder / f"{TUTORIAL}.ipynb")
    return root


@pytest.fixture
def course(tmp_path) -> Path:
    solution = {"grade_id": "mean", "solution": True, "grade": False}
    test = {"grade_id": "mean_test", "solution": False, "grade": True, "points": 1}
    two_figures = (
        "import matplotlib.pyplot as plt\nfor n in (1, 2):\n    plt.subplots()[0].suptitle(f'N{n}')"
    )
    badge = "[![Open in Colab](https://example.org/badge.svg)](https://example.org/colab)"
    film = "Video: A film\nYouTube: https://example.org/film"
    cells = [
        text(f"# A small tutorial\n\n{badge}\n\n[down](#Below:-the-figures) $x^2$"),
        code(two_figures, "figures", tags=["demo"]),
        text("## Below: the figures"),
        code("raise NotImplementedError('Exercise')", "mean", nbgrader=solution),
        code("print('not solved yet')", "mean_test", nbgrader=test),
        code(f"print({film!r})", "film", tags=["explore"]),
    ]
    return release(tmp_path, cells)


@needs_sphinx
def test_page_is_built_off_line_and_kept_until_something_changes(site, course):
    said = []
    pages = site.build(course, course / "build/docs", say=said.append)
    names = {page.relative_to(course / "build/docs").as_posix() for page in pages}
    assert {
        "index.html",
        "readme.html",
        "teaching.html",
        "scaling.html",
        "authoring.html",
        "recordings.html",
    } < names
    assert {"changelog.html", f"tutorials/{TUTORIAL}.html", "api/data.html"} < names
    assert {"contributing.html", "developing/architecture.html"} < names
    assert any("running" in line for line in said)

    page = (course / f"build/docs/tutorials/{TUTORIAL}.html").read_text(encoding="utf-8")
    assert re.findall(r'<img[^>]* alt="([^"]*)"', page) == ["Figure: N1.", "Figure: N2."]
    assert "example.org/badge" not in page
    assert 'href="https://example.org/colab"' in page
    assert 'href="#Below:-the-figures"' in page or 'href="#below-the-figures"' in page
    assert "Your turn" in page
    assert "Traceback" not in page
    assert "not solved yet" in page
    assert 'href="https://example.org/film">YouTube</a>' in page
    assert "load_data(" in (course / "build/docs/api/data.html").read_text(encoding="utf-8")
    reference = "".join(page.read_text("utf-8") for page in pages if page.parent.name == "api")
    assert [name for name in nmautils.__all__ if f'id="nmautils.{name}"' not in reference] == []
    # Links of README lead to pages of the site where there is one.
    readme = (course / "build/docs/readme.html").read_text(encoding="utf-8")
    assert 'href="teaching.html"' in readme
    assert f'href="tutorials/{TUTORIAL}.html"' in readme
    assert (course / "build/docs/_static/tex-svg.js").is_file()

    said.clear()
    assert site.build(course, course / "build/docs", say=said.append) == pages
    assert said == []


@needs_sphinx
def test_a_cell_that_fails_outside_an_exercise_stops_the_build(site, tmp_path, monkeypatch):
    collect = site.collect

    def collect_the_tutorial_alone(settings, released, folder):
        collect(settings, released, folder)
        for page in [*folder.rglob("*.md"), *folder.rglob("*.rst")]:
            page.unlink()
        contents = f"# A page\n\n```{{toctree}}\ntutorials/{TUTORIAL}\n```\n"
        (folder / "index.md").write_text(contents)

    monkeypatch.setattr(site, "collect", collect_the_tutorial_alone)
    course = release(tmp_path, [text("# A title"), code("1 / 0", "ratio", tags=["demo"])])
    with pytest.raises(CourseError, match="cell ratio raised ZeroDivisionError"):
        site.build(course, course / "build/docs")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('<img src="a.png" alt=" ">', "has no alternative text"),
        ('<img src="a.png">', "has no alternative text"),
        ('<script src="https://example.org/a.js"></script>', "fetches https://example.org/a.js"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "fetches //example.org/a.css"),
    ],
)
def test_pictures_without_words_and_files_from_elsewhere_are_found(
    site, tmp_path, content, problem
):
    page = tmp_path / "page.html"
    page.write_text(f'<a href="https://example.org">x</a><img src="b.png" alt="b">{content}')
    (found,) = site.problems_of(page, tmp_path)
    assert found.startswith("page.html: ")
    assert problem in found


def test_links_outside_code_lead_to_the_site_or_to_the_repository(site):
    settings = site.read_settings(ROOT)
    index, teaching = ROOT / "docs/index.md", ROOT / "docs/teaching.md"
    text = (
        "[a](teaching.md#x) [b](../course.toml) [c](https://d.org)\n```md\n[e](teaching.md)\n```\n"
    )
    moved = site.with_links(text, index, {teaching: "guide.md"}, settings)
    repository = settings.repository
    assert moved == (
        f"[a](guide.md#x) [b]({repository.url}/blob/{repository.branch}/course.toml) "
        "[c](https://d.org)\n```md\n[e](teaching.md)\n```\n"
    )
