"""The texts of the repository that students open: what its README says, the data, the licence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nmautils.course.settings import Settings
from nmautils.course.stamp import badges

__all__ = ["BACKEND", "IGNORED", "PROJECT", "Published", "data_page", "plain_readme", "readme"]

IGNORED = """\
.DS_Store
.ipynb_checkpoints/
.venv/
__pycache__/
feedback.jsonl
"""
# So that `pip install git+https://…`, with which a notebook's first cell begins, works with every
# host of repositories: nothing is built, and nothing else is fetched for it.
PROJECT = """\
# `pip install` from this repository takes the wheel in library/.
[build-system]
requires = []
build-backend = "give_wheel"
backend-path = ["library"]
"""
BACKEND = '''\
"""What pip asks for when it installs from this repository: the wheel beside this file."""

import shutil
from pathlib import Path


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    (wheel,) = Path(__file__).resolve().parent.glob("*.whl")
    shutil.copy(wheel, wheel_directory)
    return wheel.name


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("there is no source distribution here")
'''


@dataclass(frozen=True)
class Published:
    """A tutorial that students get.

    Attributes
    ----------
    name : str
        Its name.
    beside : tuple of str
        Files that come with its notebook, by their paths in the repository.
    recordings : bool
        Whether it asks for recordings of the cortex.
    """

    name: str
    beside: tuple[str, ...] = ()
    recordings: bool = False


def readme(
    settings: Settings, tutorials: Iterable[Published], wheel: str, python: str, licence: bool
) -> str:
    """Write the README for students.

    Parameters
    ----------
    settings
        Of the course.
    tutorials
        What is published, in order.
    wheel
        Path of the library's wheel in the repository.
    python
        The oldest version of Python that will do.
    licence
        Whether there is a file LICENSE.
    """
    names = [tutorial.name for tutorial in tutorials]
    parts = [
        f"# {settings.course.title}",
        _table(settings, names),
        "## Start",
        *_start(settings, len(names), wheel, python),
        "## Hand in",
        *_hand_in(settings, names),
        "## Data, credit and licence",
        "[DATA.md](DATA.md) says where the data come from."
        + (" [LICENSE](LICENSE) says what you may do with text and code." if licence else ""),
        *_credit(settings, names),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def plain_readme(title: str, notebooks: dict[str, tuple[str, ...]], licence: bool) -> str:
    """Write the README for students of a course without ``course.toml``.

    Parameters
    ----------
    title
        Of the course.
    notebooks
        Paths in the repository by assignment.
    licence
        Whether there is a file LICENSE.
    """
    lines = [
        f"- {name}: " + ", ".join(f"[{path.split('/')[-1]}](<{path}>)" for path in paths)
        for name, paths in notebooks.items()
    ]
    parts = [
        f"# {title}",
        "\n".join(lines),
        "Download this repository, and open a notebook in JupyterLab. Fill in what is asked, run "
        "it from the top, save it, and hand it in under its own name.",
        "[LICENSE](LICENSE) says what you may do with text and code." if licence else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _numbered(settings: Settings, names: list[str]) -> list[tuple[int, str]]:
    """Number tutorials as in the whole course, whichever are published."""
    return [(number, name) for number, name in enumerate(settings.tutorials, 1) if name in names]


def _table(settings: Settings, names: list[str]) -> str:
    badged = settings.repository.has_badges
    dated = any(settings.tutorials[name].due for name in names)
    heads = ["", "Tutorial", *(["Open in"] if badged else []), "Minutes", *["Due"] * dated]
    rows = [heads, ["--:", "---", *(["---"] if badged else []), "--:", *["---"] * dated]]
    for number, name in _numbered(settings, names):
        tutorial = settings.tutorials[name]
        title = tutorial.title.replace("|", r"\|")
        rows.append(
            [
                str(number),
                f"[{title}](release/{name}/{name}.ipynb)",
                *([badges(settings, name)] if badged else []),
                str(tutorial.minutes),
                *[date_of(settings, tutorial.due)] * dated,
            ]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def date_of(settings: Settings, due: datetime | None) -> str:
    """Write a due date as people do, by the clock of the course."""
    if due is None:
        return ""
    if settings.zone is not None:
        due = due.astimezone(settings.zone)
    months = "January February March April May June July August September October November December"
    zone = settings.course.zone or due.tzname()
    return f"{due.day} {months.split()[due.month - 1]} {due.year}, {due:%H:%M} ({zone})"


def _start(settings: Settings, count: int, wheel: str, python: str) -> list[str]:
    order = "Take the tutorials in the order of the table. " if count > 1 else ""
    hosted = (
        "The badges open a tutorial in Colab or Kaggle. Its first cell installs what is missing. "
        if settings.repository.has_badges
        else ""
    )
    return [
        f"{hosted}{order}".strip(),
        f"To work on your own computer, with Python {python} or later, download this repository, "
        "and type in its folder",
        f"```console\n$ python -m pip install jupyterlab ./{wheel}\n$ python -m jupyterlab\n```",
    ]


def _hand_in(settings: Settings, names: list[str]) -> list[str]:
    where = settings.publish.hand_in.strip()
    late = settings.late
    dated = any(settings.tutorials[name].due for name in names)
    grace = f"{late.grace_minutes:g} minutes late are still in time. " if late.grace_minutes else ""
    costs = (
        f"Each day late that has begun costs {late.per_day:.0%} of the marks, at most "
        f"{late.maximum:.0%}."
        if late.per_day
        else ""
    )
    return [
        "Read, run the cells, fill in the exercises, and run the check below each: it says what is "
        "right and, where something is not, what to look at. At the end, save, and let "
        "`nma.checklist()` in a last cell run the whole notebook: it lists what is red or open.",
        "Then download the notebook (Colab: *File > Download > Download .ipynb*), keep its name, "
        + ("and hand it in: " if where else "and hand it in where your course collects it.")
        + where,
        f"{grace}{costs}".strip() if dated else "",
    ]


def _credit(settings: Settings, names: list[str]) -> list[str]:
    """Give the credit that each notebook ends with; once if it is the same everywhere."""
    numbers: dict[str, list[int]] = {}
    for number, name in _numbered(settings, names):
        numbers.setdefault(settings.tutorials[name].creators, []).append(number)
    creators = [
        f"{who} ({'tutorial' if len(which) == 1 else 'tutorials'} {_listed(which)})"
        if len(numbers) > 1
        else who
        for who, which in numbers.items()
    ]
    credit = settings.course.credit.strip().format(creators="; ".join(creators))
    if not credit:
        return []
    quoted = "\n".join(f"> {line}".rstrip() for line in credit.split("\n"))
    return ["In each notebook stands:", quoted]


def _listed(numbers: list[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last


def data_page(tutorials: Iterable[Published]) -> str:
    """Write what data the notebooks use, where they come from, and on what terms."""
    tutorials = list(tutorials)
    parts = ["# Data"]
    if any(tutorial.recordings for tutorial in tutorials):
        parts += _recordings()
    beside = [name for tutorial in tutorials for name in tutorial.beside]
    if beside:
        parts.append("These files come with the notebooks; ask before you share them:")
        parts.append("\n".join(f"- `{name}`" for name in beside))
    if len(parts) == 1:
        parts.append("The notebooks use no data but what they make themselves.")
    return "\n\n".join(parts) + "\n"


def _recordings() -> list[str]:
    from nmautils.data.registry import CITATION, RECORDINGS

    rows = [
        f"| `{recording.name}` | <{recording.url}> | `{recording.md5}` |"
        for recording in RECORDINGS.values()
    ]
    return [
        "The notebooks work on recordings of a mouse's visual cortex. No recording lies in this "
        "repository: the library downloads a file when a notebook first asks for it, and compares "
        "it with its checksum.",
        "\n".join(["| File | From | MD5 |", "|---|---|---|", *rows]),
        f"They were published with {CITATION}. They belong to their authors: the page that you "
        "download them from says on what terms you may use them, and the licence of this "
        "repository does not speak of them. If you use them elsewhere, cite the article.",
        "Where they cannot be had, simulated recordings of the same form take their place, and "
        "text and figures say so. The library makes these; they are under its licence.",
    ]
