"""Pages that need nothing but themselves: templates, one style sheet, and how numbers are said."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nmautils.checks.score import as_html, capital
from nmautils.grading.model import words
from nmautils.grading.safe.code import is_quick_to_colour

if TYPE_CHECKING:
    from nbconvert.filters.highlight import Highlight2HTML

__all__ = ["highlighted", "points", "render"]

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """Fill in a template of the folder ``templates``; everything but `Markup` is escaped."""
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    return _environment().get_template(template).render(style=style, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["words"] = words
    environment.filters |= {"points": points, "capital": capital, "brief": _brief, "ticks": _ticks}
    return environment


def points(number: float) -> str:
    """Write points with at most two decimals."""
    return f"{round(float(number), 2):g}"


def highlighted(source: str) -> Markup:
    """Turn the source of a code cell into HTML with names for its words, if that is quick."""
    if not is_quick_to_colour(source):
        return Markup('<div class="highlight"><pre>{}</pre></div>').format(source)
    return Markup(_highlighter()(source))


@cache
def _highlighter() -> "Highlight2HTML":
    from nbconvert.filters.highlight import Highlight2HTML  # half a second, and few pages show code

    return Highlight2HTML(pygments_lexer="ipython3")


def _brief(text: str, limit: int = 110) -> str:
    text = text.partition("\n")[0]  # what follows shows code
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(".,;:") + " …"


def _ticks(text: str) -> Markup:
    """Show as code what stands between backticks in a plain sentence."""
    return Markup(as_html(str(text)))
