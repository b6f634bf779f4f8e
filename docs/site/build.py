"""``make docs``: the course page in build/docs, off line, from the files that are there anyway.

The pages are the Markdown files of docs/, README and CHANGELOG, the student version of every
tutorial, and the docstrings of the library. This file puts their sources together in build/site;
Sphinx and MyST-NB run the notebooks (small profile, simulated recordings; kept in build/runs until
code or library change) and make the pages. Warnings of Sphinx are errors.
"""

import argparse
import hashlib
import html.parser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import nmautils
from nmautils.cells import Kind, kind_of
from nmautils.course.expected import environment
from nmautils.course.settings import Settings, read_settings
from nmautils.errors import CourseError

HERE = Path(__file__).resolve().parent
LIBRARY = Path(nmautils.__file__).resolve().parent
PACKAGES = ("furo", "ipython", "ipywidgets", "matplotlib", "myst-nb", "numpy", "sphinx", "torch")
TOP = ("README", "CHANGELOG", "CONTRIBUTING")
PICTURES = {".png", ".svg"}
OTHER_PARTS = {"__pycache__", "commands", "course", "grading"}
YOUR_TURN = """```{admonition} Your turn
:class: tip
As it stands, this cell stops with `NotImplementedError`. Open the notebook, complete it, and run
the check below it.
```"""


def build(
    root: Path,
    out: Path,
    tutorials: Iterable[str] = (),
    say: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Build the course page.

    Parameters
    ----------
    root
        Folder with ``course.toml``.
    out
        Where the pages go; ``site`` and ``runs`` are made beside it.
    tutorials
        Names; none means all that have a student version.
    say
        Called with one line per step.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    CourseError
        If Sphinx warns (a notebook failed outside its exercises, a link leads nowhere), a page
        asks for something from elsewhere, or a picture has no alternative text.
    """
    settings = read_settings(root)
    wanted = settings.select(list(tutorials)) if tutorials else list(settings.tutorials)
    released = {name: root / "release" / name / f"{name}.ipynb" for name in wanted}
    released = {name: path for name, path in released.items() if path.is_file()}
    site, done = out.parent / "site", out / ".key"
    shutil.rmtree(site, ignore_errors=True)
    collect(settings, released, site)
    key = key_of(site, HERE, LIBRARY)
    if not done.is_file() or done.read_text(encoding="utf-8") != key:
        say("running each tutorial whose code or library changed, and building the pages")
        shutil.rmtree(out, ignore_errors=True)
        run_sphinx(settings, site, out)
        problems = [text for page in sorted(out.rglob("*.html")) for text in problems_of(page, out)]
        if problems:
            raise CourseError("\n".join(problems))
        # Written last, so that a build with a warning is not taken for a finished one.
        write(done, key)
    return sorted(out.rglob("*.html"))


def key_of(*folders: Path) -> str:
    """Hash of what is installed and of all files but those that only teachers and authors need."""
    digest = hashlib.sha256("\n".join(map(version, PACKAGES)).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*.*")):
            place = path.relative_to(folder)
            if path.is_file() and not OTHER_PARTS & {*place.parts}:
                digest.update(str(place).encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# --- sources -----------------------------------------------------------------------------------


def collect(settings: Settings, released: dict[str, Path], site: Path) -> None:
    """Put the sources of all pages together in the folder `site`, as Sphinx wants them."""
    root, docs = settings.root, settings.root / "docs"
    pages = {root / f"{name}.md": f"{name.lower()}.md" for name in TOP}
    pages |= {path: path.relative_to(docs).as_posix() for path in sorted(docs.rglob("*.md"))}
    pages |= {path: f"tutorials/{path.name}" for path in released.values()}
    for path, name in pages.items():
        if path.suffix == ".md":
            text = with_links(path.read_text(encoding="utf-8"), path, pages, settings)
            write(site / name, landing_page(text, pages, settings) if name == "index.md" else text)
    for path in docs.rglob("*.*"):
        if path.suffix in PICTURES:
            (site / path.relative_to(docs)).write_bytes(path.read_bytes())
    write(site / "api" / "index.rst", (HERE / "api.rst").read_text(encoding="utf-8"))
    for name, path in released.items():
        page = tutorial_page(name, nbformat.read(path, as_version=4), settings)
        write(site / pages[path], nbformat.writes(page))
        write(site / "downloads" / path.name, path.read_text(encoding="utf-8"))


def with_links(text: str, path: Path, pages: dict[Path, str], settings: Settings) -> str:
    """Point links of the file `path` to the site, by the names in `pages`, or to the repository."""
    repository = settings.repository

    def moved(match: re.Match[str]) -> str:
        target = match["target"]
        if re.match(r"[a-z]+:", target):
            return match[0]
        file = (path.parent / target).resolve()
        if file in pages:
            start = Path(pages.get(path, "")).parent
            return f"]({os.path.relpath(pages[file], start)}{match['part'] or ''})"
        if file.suffix in PICTURES:
            return match[0]
        place = file.relative_to(settings.root.resolve()).as_posix()
        kind = "tree" if file.is_dir() else "blob"
        return f"]({repository.url}/{kind}/{repository.branch}/{place})"

    link = re.compile(r"\]\((?P<target>[^)#\s]+)(?P<part>#[^)\s]*)?\)")
    parts = re.split(r"(?ms)^( *(`{3,}).*?^ *\2`* *$)", text)
    # What the pattern found comes as fence and mark of the fence: both stay, and text is changed.
    return "".join(
        link.sub(moved, part) if i % 3 == 0 else part for i, part in enumerate(parts) if i % 3 < 2
    )


def landing_page(text: str, pages: dict[Path, str], settings: Settings) -> str:
    """The map of the documentation, with the list of tutorials and the site's contents."""
    heading, rest = text.split("\n", 1)
    notebooks = [name for name in pages.values() if name.endswith(".ipynb")]
    table = ["| | Tutorial | Time |", "|---|---|---|"]
    for name in notebooks:
        info = settings.tutorials[Path(name).stem]
        table.append(f"| {info.order} | [{info.title}]({name}) | {info.minutes} min |")
    contents = (HERE / "contents.txt").read_text(encoding="utf-8")
    contents = contents.replace("TUTORIALS", "\n".join(notebooks))
    return "\n".join([heading, "", *table, "", rest, "", contents])


def tutorial_page(name: str, notebook: NotebookNode, settings: Settings) -> NotebookNode:
    """Say in a student version what MyST-NB does with each cell.

    Links replace badges, exercises say that they are open, and forms, which need a running
    notebook, are left out.
    """
    source = settings.source(name).with_suffix(".ipynb")
    authored = nbformat.read(source, as_version=4).cells if source.is_file() else []
    alts = {cell.id: cell.metadata["alt"] for cell in authored if cell.metadata.get("alt")}
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = without_badges(cell.source, name)
        if cell.cell_type != "code":
            cells.append(cell)
            continue
        if cell.source.startswith("nma.feedback("):
            continue
        kind, tags = kind_of(cell), []
        if kind is Kind.EXERCISE:
            tags = ["raises-exception", "remove-output"]
        elif cell.source.startswith(("nma.video(", "nma.slides(")):
            tags = ["remove-input"]
        elif kind is Kind.TEST or cell.metadata.get("jupyter", {}).get("source_hidden"):
            tags = ["hide-input"]
        # Nothing else: the cache of runs compares the metadata, too.
        cell.metadata = nbformat.from_dict({"tags": tags, "name": cell.id})
        if cell.id in alts:
            cell.metadata["mystnb"] = {"image": {"alt": alts[cell.id]}}
        cells.append(cell)
        if kind is Kind.EXERCISE:
            cells.append(nbformat.v4.new_markdown_cell(YOUR_TURN, id=f"{cell.id}-your-turn"))
    notebook.cells = cells
    return notebook


def without_badges(text: str, name: str) -> str:
    """Plain links in place of linked pictures from elsewhere, and one more to download."""
    badge = r"\[!\[([^\]]+)\]\(https?://[^)]+\)\]\(([^)]+)\)"
    download = f" · {{download}}`Download the notebook <../downloads/{name}.ipynb>`"
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if re.search(badge, line):
            links = re.sub(badge, r"[\1](\2)", line).replace("&nbsp;", " · ")
            lines[number] = links + download
    return "\n".join(lines)


# --- pages -------------------------------------------------------------------------------------


def run_sphinx(settings: Settings, site: Path, out: Path) -> None:
    """Make HTML of the folder `site`.

    Raises
    ------
    CourseError
        With Sphinx' warnings, if there are any.
    """
    # Runs are kept for one state of the library.
    runs = site.parent / "runs" / key_of(HERE / "kernel", LIBRARY)
    for old in runs.parent.glob("*"):
        if old != runs:
            shutil.rmtree(old)
    title = settings.course.title
    values = {"project": title, "html_title": title, "nb_execution_cache_path": str(runs)}
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-b", "html"]
    command += [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
    command += ["-c", str(HERE), "-d", str(site.parent / "doctrees"), str(site), str(out)]
    variables = environment("small") | {"PYTHONSTARTUP": str(HERE / "kernel" / "startup.py")}
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise CourseError(f"Sphinx warns:\n{(done.stderr or done.stdout).strip()}")


class _Page(html.parser.HTMLParser):
    """Collects what is wrong with a page."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img" and not (given.get("alt") or "").strip():
            self.problems.append(f"picture {str(given.get('src'))[:60]} has no alternative text")
        fetched = given.get("href") if tag == "link" else given.get("src")
        if re.match(r"(https?:)?//", fetched or "") and given.get("rel") != "canonical":
            self.problems.append(f"<{tag}> fetches {fetched}")


def problems_of(page: Path, out: Path) -> list[str]:
    """Pictures without alternative text, and what a page would fetch from elsewhere."""
    parser = _Page()
    parser.feed(page.read_text(encoding="utf-8"))
    return [f"{page.relative_to(out)}: {problem}" for problem in parser.problems]


def main() -> int:
    """Carry out ``make docs``."""
    parser = argparse.ArgumentParser(description="build the course page")
    parser.add_argument("tutorials", nargs="*", metavar="TUTORIAL", help="default: all")
    parser.add_argument("--root", default=HERE.parents[1], type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: build/docs in the root")
    args = parser.parse_args()
    root = args.root.resolve()
    out = (args.out or root / "build" / "docs").resolve()
    try:
        pages = build(root, out, args.tutorials, say=lambda line: print(line, flush=True))
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(pages)} pages: open {out / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
