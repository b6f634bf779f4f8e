"""What a tutorial's page needs beside MyST-NB: a Sphinx extension.

MyST-NB runs the notebooks, keeps the runs, folds and hides cells, and writes pictures to files. It
has no place for these: runs side by side, a picture's text from the figure itself, the links of a
video, and one line that names the cell that failed.
"""

from typing import Any

from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.util import logging

from nmautils.course.stamp import anchor

logger = logging.getLogger(__name__)


def slug(text: str) -> str:
    """The target as JupyterLab makes it, so that the links inside a notebook work here too."""
    return anchor(text).removeprefix("#")


def run_notebooks(app: Sphinx) -> None:
    """Run what the cache does not have, as many at once as there are cores."""
    cache = get_cache(app.config.nb_execution_cache_path)
    paths = [str(path) for path in sorted((app.srcdir / "tutorials").glob("*.ipynb"))]
    for path in paths:
        cache.add_nb_to_project(path)
    quiet = logging.getLogger("runs").logger
    quiet.setLevel("WARNING")
    load_executor("temp-parallel", cache, quiet).run_and_cache(
        filter_uris=paths, timeout=app.config.nb_execution_timeout, allow_errors=True
    )


def finish_cells(app: Sphinx, document: nodes.document) -> None:
    """Go through the code cells of a page that has just been read."""
    # Nothing shows widgets here, so their state need not be in the page.
    NbMetadataCollector.get_js_files(app.env, app.env.docname).clear()
    for cell in document.findall(lambda node: element(node) == "cell_code"):
        add_alternative_texts(cell)
        for block in list(cell.findall(nodes.literal_block)):
            text = block.astext()
            if "traceback" in block["classes"]:
                name, error = cell["cell_metadata"].get("name"), text.strip().rsplit("\n", 1)[-1]
                logger.warning("cell %s raised %s", name, error, location=document["source"])
            elif text.startswith("Video: ") and ": https://" in text:
                block.replace_self(video(text))


def element(node: nodes.Node) -> str:
    return str(node.get("nb_element", "")) if isinstance(node, nodes.container) else ""


def add_alternative_texts(cell: nodes.Element) -> None:
    """Number an author's words for several pictures; without any, let the figure speak."""
    bundles = list(cell.findall(lambda node: element(node) == "mime_bundle"))
    shown = [{part["mime_type"]: part for part in bundle.children} for bundle in bundles]
    pictures = [parts for parts in shown if "image/png" in parts]
    for number, parts in enumerate(pictures, start=1):
        image = parts["image/png"].next_node(nodes.image)
        if not image.get("alt"):
            words = parts["text/plain"].astext() if "text/plain" in parts else ""
            image["alt"] = " ".join(words.split())
        elif len(pictures) > 1:
            image["alt"] += f" ({number} of {len(pictures)})"


def video(text: str) -> nodes.paragraph:
    """The printed links of a video as links."""
    title, *lines = text.split("\n")
    name = nodes.strong("", title.removeprefix("Video: "))
    paragraph = nodes.paragraph("", "", nodes.Text("▶ "), name)
    links = [line.split(": ") for line in lines if ": https://" in line]
    for number, (site, link) in enumerate(links):
        paragraph += nodes.Text(" · " if number else ": ")
        paragraph += nodes.reference("", site, refuri=link)
    return paragraph


def setup(app: Sphinx) -> dict[str, Any]:
    # Before autosummary imports the library, since the runs are forked from this process.
    app.connect("builder-inited", run_notebooks, priority=100)
    app.connect("doctree-read", finish_cells)
    return {"parallel_read_safe": True}
