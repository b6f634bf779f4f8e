"""``make docs``: the course page in build/docs, off line, from the files that are there anyway.

Pages are the Markdown files of docs/, README and CHANGELOG, the student version of every
tutorial, and the docstrings of the library. They are put together in build/site, where the
notebooks are copies that have been run (small profile, simulated recordings); a run is kept in
build/runs until code or library change. Sphinx does the rest, and its warnings are errors.
"""

import argparse
import base64
import hashlib
import html.parser
import importlib.util
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import nmautils
from nmautils.course.expected import clean_outputs, code_key, execute
from nmautils.course.settings import Settings, read_settings
from nmautils.course.stamp import kind_of
from nmautils.errors import CourseError

HERE = Path(__file__).resolve().parent
LIBRARY = Path(nmautils.__file__).resolve().parent
WORKERS = 2
# Modules that students meet; the others belong to authors and teachers, whose guides name them.
MODULES = [
    "data", "stimuli", "models", "training", "analysis", "plotting", "explore", "checks", "media",
    "device", "profile",
]  # fmt: skip
# In the kernel, the text that stands in for a figure says what it shows.
PRELUDE = """
from matplotlib.figure import Figure
from nmautils.plotting.words import describe

Figure.__repr__ = describe
"""
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
        If a notebook fails outside its exercises, Sphinx warns, or a page asks for something
        from elsewhere or shows a picture without alternative text.
    """
    settings = read_settings(root)
    wanted = settings.select(list(tutorials)) if tutorials else list(settings.tutorials)
    released = {name: root / "release" / name / f"{name}.ipynb" for name in wanted}
    released = {name: path for name, path in released.items() if path.is_file()}
    site, done = out.parent / "site", out / ".key"
    shutil.rmtree(site, ignore_errors=True)
    collect(settings, released, site, out.parent / "runs", say)
    key = site_key(site)
    if not done.is_file() or done.read_text(encoding="utf-8") != key:
        say("building the pages")
        shutil.rmtree(out, ignore_errors=True)
        run_sphinx(root, site, out)
        problems = [text for page in sorted(out.rglob("*.html")) for text in problems_of(page, out)]
        if problems:
            raise CourseError("\n".join(problems))
        # Written last, so that a build with a warning is not taken for a finished one.
        write(done, key)
    return sorted(out.rglob("*.html"))


def collect(
    settings: Settings,
    released: dict[str, Path],
    site: Path,
    runs: Path,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Put all pages together in the folder `site`, as Sphinx wants them."""
    root = settings.root
    pages = {root / "README.md": "readme.md", root / "CHANGELOG.md": "changelog.md"}
    pages |= {path: path.name for path in sorted((root / "docs").glob("*.md"))}
    pages |= {path: f"tutorials/{path.name}" for path in released.values()}
    for path, name in pages.items():
        if path.suffix == ".md":
            text = with_links(path.read_text(encoding="utf-8"), path, pages, settings)
            if name == "index.md":
                text = landing_page(text, pages, settings)
            write(site / name, text)
    write(site / "_static" / "site.css", (HERE / "site.css").read_text(encoding="utf-8"))
    shutil.copyfile(mathjax(), site / "_static" / "tex-svg.js")
    for name, text in reference_pages().items():
        write(site / "api" / name, text)

    for folder in ("downloads", "tutorials"):
        (site / folder).mkdir()

    def one(name: str) -> None:
        notebook = nbformat.read(released[name], as_version=4)
        done = run_notebook(name, notebook, runs, say)
        page = tutorial_page(name, done, alternative_texts(settings, name), site / "tutorials")
        nbformat.write(page, site / "tutorials" / f"{name}.ipynb")
        shutil.copyfile(released[name], site / "downloads" / f"{name}.ipynb")

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(one, released))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def mathjax() -> Path:
    """MathJax in one file, from the package that brings it.

    Raises
    ------
    CourseError
        If the package is missing.
    """
    found = importlib.util.find_spec("sphinx-mathjax-offline")
    if found is None or not found.submodule_search_locations:
        raise CourseError("sphinx-mathjax-offline is missing; run make venv")
    return Path(found.submodule_search_locations[0]) / "static" / "mathjax" / "tex-svg.js"


# --- text --------------------------------------------------------------------------------------


def with_links(text: str, path: Path, pages: dict[Path, str], settings: Settings) -> str:
    """Point a page's links to other files of the repository to the site, or to the repository.

    Parameters
    ----------
    text
        Markdown of the page.
    path
        Its file, which links are relative to.
    pages
        Names in the site of the files that are pages there.
    settings
        Where the repository is.
    """
    repository = settings.repository

    def moved(match: re.Match[str]) -> str:
        target = match["target"]
        if re.match(r"[a-z]+:", target):
            return match[0]
        file = (path.parent / target).resolve()
        if file in pages:
            return f"]({pages[file]}{match['part'] or ''})"
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
    rows = []
    for name in notebooks:
        info = settings.tutorials[Path(name).stem]
        rows.append(f"| {info.order} | [{info.title}]({name}) | {info.minutes} min |")
    table = "\n".join(["| | Tutorial | Time |", "|---|---|---|", *rows])
    guides = ["teaching.md", "scaling.md", "authoring.md", "recordings.md"]
    known = {*guides, "index.md", "readme.md", "changelog.md", *notebooks}
    guides += sorted(name for name in pages.values() if name not in known)
    chapters = {
        "Tutorials": notebooks,
        "About": ["This course <readme.md>", "What changed <changelog.md>"],
        "Guides": guides,
        "Library": ["api/index"],
    }
    trees = "\n\n".join(
        f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(names) + "\n```"
        for caption, names in chapters.items()
        if names
    )
    return f"{heading}\n\n{table if rows else ''}\n\n{rest}\n\n{trees}\n"


def reference_pages() -> dict[str, str]:
    """The pages about the library: one per module, made by Sphinx from the docstrings."""
    entries, pages = [], {}
    for short in MODULES:
        module = import_module(f"nmautils.{short}")
        summary = (inspect.getdoc(module) or "").split("\n")[0]
        entries.append(f":doc:`nmautils.{short} <{short}>`\n   {summary}\n")
        names = []
        for name in public_names(module):
            path = name if getattr(nmautils, name, None) is getattr(module, name) else None
            names.append(path or f"{short}.{name}")
        title = f"nmautils.{short}"
        parts = [f"{title}\n{'=' * len(title)}", f".. automodule:: {title}"]
        parts += [".. currentmodule:: nmautils"]
        parts += [".. autosummary::\n   :nosignatures:\n\n" + "".join(f"   {n}\n" for n in names)]
        for name in names:
            thing = getattr(module, name.rsplit(".", 1)[-1])
            if inspect.isclass(thing):
                parts.append(f".. autoclass:: nmautils.{name}\n   :members:")
            else:
                parts.append(f".. autofunction:: nmautils.{name}")
        pages[f"{short}.rst"] = "\n\n".join(parts) + "\n"
    tree = "".join(f"   nmautils.{short} <{short}>\n" for short in MODULES)
    pages["index.rst"] = (
        "Reference of nmautils\n=====================\n\n"
        f".. automodule:: nmautils\n\n{chr(10).join(entries)}\n"
        f".. toctree::\n   :hidden:\n\n{tree}"
    )
    return pages


def public_names(module: object) -> list[str]:
    """The classes and functions that a module offers, in its own order."""
    flat = [n for n in nmautils.__all__ if getattr(module, n, None) is getattr(nmautils, n)]
    own = getattr(module, "__all__", None) or [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
    ]
    names = dict.fromkeys([*(name for name in own if name in flat), *flat, *own])
    return [name for name in names if callable(getattr(module, name))]


# --- notebooks ---------------------------------------------------------------------------------


def run_notebook(
    name: str, notebook: NotebookNode, runs: Path, say: Callable[[str], None]
) -> NotebookNode:
    """Run a student version, or take the last run if neither code nor library have changed.

    Raises
    ------
    CourseError
        If a cell fails that is not an exercise.
    """
    kept = runs / f"{name}-{run_key(notebook)}.ipynb"
    if kept.is_file():
        return with_outputs_of(nbformat.read(kept, as_version=4), notebook)
    say(f"{name}: running the student version (profile small, simulated data)")
    first = nbformat.v4.new_code_cell(PRELUDE, id="prelude")
    runnable = nbformat.from_dict(notebook)
    runnable.cells.insert(0, first)
    done = execute(runnable, profile="small", allow_errors=True)
    for cell in done.cells:
        for output in cell.get("outputs", []):
            open_exercise = cell is not done.cells[0] and kind_of(cell) == "exercise"
            expected = open_exercise and output.get("ename") == "NotImplementedError"
            if output.output_type == "error" and not expected:
                raise CourseError(f"{name}: cell {cell.id} raised {output.ename}: {output.evalue}")
    del done.cells[0]
    done = clean_outputs(done)
    runs.mkdir(parents=True, exist_ok=True)
    for old in runs.glob(f"{name}-*.ipynb"):
        old.unlink()
    nbformat.write(done, kept)
    return with_outputs_of(done, notebook)


def run_key(notebook: NotebookNode) -> str:
    """Hash of all that decides what a student version shows."""
    packages = ("ipython", "ipywidgets", "matplotlib", "numpy", "torch")
    return key_of([PRELUDE, code_key(notebook), *map(version, packages)], library_files())


def site_key(site: Path) -> str:
    """Hash of all that decides how the pages look."""
    files = [path for folder in (site, HERE) for path in folder.rglob("*") if path.is_file()]
    files = [path for path in files if path.suffix != ".pyc"]
    return key_of(
        map(version, ("furo", "myst-nb", "myst-parser", "sphinx")), files, library_files()
    )


def library_files() -> list[Path]:
    """What students import; the parts for authors and teachers change no page."""
    files = [*LIBRARY.rglob("*.py"), *LIBRARY.rglob("*.mplstyle")]
    return [path for path in files if not {"course", "grading"} & set(path.parts[-2:-1])]


def key_of(texts: Iterable[str], *groups: list[Path]) -> str:
    digest = hashlib.sha256("\n".join(texts).encode())
    for path in sorted(path for group in groups for path in group):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def with_outputs_of(done: NotebookNode, notebook: NotebookNode) -> NotebookNode:
    """The notebook as it is now, with the outputs of an earlier run of the same code."""
    outputs = {cell.id: cell.outputs for cell in done.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = outputs[cell.id]
    return notebook


def alternative_texts(settings: Settings, name: str) -> dict[str, str]:
    """What authors wrote about the pictures of a tutorial's cells (``alt`` in the header)."""
    path = settings.source(name).with_suffix(".ipynb")
    if not path.is_file():
        return {}
    cells = nbformat.read(path, as_version=4).cells
    return {cell.id: cell.metadata["alt"] for cell in cells if cell.metadata.get("alt")}


def tutorial_page(
    name: str, notebook: NotebookNode, alts: dict[str, str], folder: Path
) -> NotebookNode:
    """Make a page of a student version that has been run.

    Pictures become files in `folder` with an alternative text, links replace badges and videos,
    exercises say that they are open, and forms, which need a running notebook, are left out.
    """
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = without_badges(cell.source, name)
            cells.append(cell)
            continue
        kind = kind_of(cell)
        if cell.source.startswith("nma.feedback("):
            continue
        if kind == "exercise":
            cell.outputs = []
            note = nbformat.v4.new_markdown_cell(YOUR_TURN, id=f"{cell.id}-your-turn")
            cells += [cell, note]
            continue
        tags = cell.metadata.setdefault("tags", [])
        if cell.source.startswith(("nma.video(", "nma.slides(")):
            tags.append("remove-input")
        elif kind == "test" or cell.metadata.get("jupyter", {}).get("source_hidden"):
            tags.append("hide-input")
        shown = [shown_output(output) for output in cell.outputs]
        pictures = [output for output in shown if "image/png" in output.get("data", {})]
        for number, output in enumerate(pictures, start=1):
            words = alts.get(cell.id) or output.data.get("text/plain", "")
            if alts.get(cell.id) and len(pictures) > 1:
                words = f"{words} ({number} of {len(pictures)})"
            file = f"{name}-{cell.id}-{number}.png"
            (folder / file).write_bytes(base64.b64decode(output.data["image/png"]))
            words = re.sub(r"([\\\[\]*_<>`])", r"\\\1", " ".join(words.split()))
            output.data = {"text/markdown": f"![{words}]({file})"}
        cell.outputs = shown
        cells.append(cell)
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


def shown_output(output: NotebookNode) -> NotebookNode:
    """An output for a page: the links of a video as links."""
    text = output.get("text", "") if output.output_type == "stream" else ""
    links = re.findall(r"(?m)^(\w+): (https://\S+)$", text)
    title = re.match(r"Video: (.+)", text)
    if not title or not links:
        return output
    sites = " · ".join(f"[{site}]({link})" for site, link in links)
    return nbformat.v4.new_output(
        "display_data", {"text/markdown": f"▶ **{title[1].removeprefix('Video: ')}**: {sites}"}
    )


# --- pages -------------------------------------------------------------------------------------


def run_sphinx(root: Path, site: Path, out: Path) -> None:
    """Make HTML of the folder `site`.

    Raises
    ------
    CourseError
        With Sphinx' warnings, if there are any.
    """
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-b", "html"]
    command += ["-c", str(HERE), "-d", str(site.parent / "doctrees"), str(site), str(out)]
    path = [str(LIBRARY.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        "MPLBACKEND": "Agg",
        "NMAUTILS_DOCS_ROOT": str(root),
        "NMAUTILS_DOCS_STATIC": str(site / "_static"),
        "PYTHONPATH": os.pathsep.join(path),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise CourseError(f"Sphinx is not content:\n{(done.stderr or done.stdout).strip()}")


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
