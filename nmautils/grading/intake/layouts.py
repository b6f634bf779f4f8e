"""What an archive or a folder is as a whole: the layout of a platform, or one that people make.

One name may look like many things; all that lie side by side say together what they are. What
fits no layout, or only in part, is not guessed at.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from nmautils.errors import HandInError
from nmautils.grading.model.limits import FOLDERS_NESTED, LIST_BYTES, TIMESTAMP_BYTES
from nmautils.grading.safe.text import printable

from .filenames import Known, file_named_by, named_by
from .gradescope import LIST_NAME, read_list
from .lms import FORMS, OF_NO_STUDENT, Form
from .owners import Owner, owner_in, plain_part

__all__ = ["EACH_A_FOLDER", "Layout", "Read", "UnknownLayout", "recognise", "recognise_platform"]

# Gives the first bytes of a file below the place, at most so many.
Read = Callable[[tuple[str, ...], int], bytes]
Names = Sequence[tuple[str, ...]]

EACH_A_FOLDER = "a folder for each student"
TITLED = "Google Classroom or Drive"
_WRAPPERS = FOLDERS_NESTED  # folders around what a platform wrote
_SHOWN = 3  # names in a line
_SUBMISSION = re.compile(r"submission_\d+")
_ENDING = re.compile(r"\.(?:ipynb|json|txt|html?|gz|zip)$", re.IGNORECASE)
# The first line that Blackboard writes into the text beside each hand-in.
_NAME_AND_ACCOUNT = re.compile(r"Name: (?P<full>.+) \((?P<login>[^()]+)\)")
_ATTEMPT = re.compile(r"_attempt_\d", re.IGNORECASE)
_WITHOUT_TEXT = (
    "Blackboard's text beside it is missing, which says where the title ends and the user name "
    "begins: download it again with the texts, or make a folder for each student"
)
_OWN_TEXT = re.compile(r"_attempt_[\d-]+\.txt", re.IGNORECASE)
# Names of people that are also words of file names; where each folder is a student they are names.
_ALSO_NAMES = {"my", "a"}


class UnknownLayout(HandInError):
    """An archive fits no layout."""


@dataclass(frozen=True)
class Layout:
    """The layout of an archive or a folder.

    Parameters
    ----------
    what : str
        Name of it, for a line.
    at : int
        How many folders lie around what the platform wrote.
    owners : mapping
        By the names there, whose they are. Of names that are not in it, the file's name tells.
    form : Form or None
        The platform's; None if people have made the names.
    people : int
        How many students have handed something in.
    """

    what: str
    at: int
    owners: Mapping[str, Owner] = field(default_factory=dict)
    form: Form | None = None
    people: int = 0


def recognise(names: Names, read: Read, assignments: Collection[str], known: Known) -> Layout:
    """Tell the layout of an archive.

    Parameters
    ----------
    names : sequence of tuple of str
        Paths of all files in it.
    read : callable
        Reads what a platform put beside the hand-ins.
    assignments : collection of str
        Known names.
    known : callable
        Who of the roster is meant by a name.

    Raises
    ------
    UnknownLayout
        If it fits none; one line with what was seen.
    HandInError
        If a list of the platform's cannot be read.
    """
    found = recognise_platform(names, read)
    if found:
        return found
    levels = [_by_hand(*level, assignments, known) for level in enumerate(_unwrapped(names))]
    found_by_hand = [layout for layout in levels if layout]
    outer = found_by_hand[0] if found_by_hand else None
    inner = next((layout for layout in found_by_hand[1:] if layout.people > 1), None)
    if outer and (inner is None or any(map(known, outer.owners))):
        return outer
    # The one folder may be a student's, or the assignment's with those of students in it.
    if inner and (inner.what == TITLED or any(map(known, inner.owners))):
        return inner
    raise UnknownLayout(
        f"in no layout that is known; it holds {_listed(_tops(names))}: see the table of layouts, "
        "or make a folder for each student"
    )


def recognise_platform(names: Names, read: Read) -> Layout | None:
    """Tell the layout of a platform; None if it is none.

    Raises
    ------
    UnknownLayout
        If it fits one in part only.
    """
    for at, below in enumerate(_unwrapped(names)):
        tops = _tops(below)
        folders = [top for top, folder in tops.items() if folder]
        if folders and all(map(_SUBMISSION.fullmatch, folders)):
            return _gradescope(at, tops, names, read)
        counted = {top: folder for top, folder in tops.items() if not _of_no_student(top, folder)}
        by_form = {form: _owners(form, at, counted) for form in FORMS}
        for form, owners in by_form.items():
            if owners and len(owners) == len(counted):
                return _with_facts(Layout(form.platform, at, owners, form), names, read)
        form, owners = max(by_form.items(), key=lambda each: len(each[1]))
        if owners and (not form.folders or 2 * len(owners) >= len(counted)):
            rest = [top for top in counted if top not in owners]
            raise UnknownLayout(
                f"{len(owners)} of {len(counted)} names in it are as {form.platform} writes them, "
                f"but not {_listed(rest)}: take out what is not {form.platform}'s, or download "
                "it again"
            )
    return None


def _unwrapped(names: Names) -> list[Names]:
    """Give the paths, and again without the one folder that may lie around all of them."""
    levels = [names]
    for _ in range(_WRAPPERS):
        tops = _tops(levels[-1])
        folders = [top for top, folder in tops.items() if folder]
        if len(folders) != 1 or not all(
            folder or _of_no_student(top, folder) for top, folder in tops.items()
        ):
            break
        levels.append([path[1:] for path in levels[-1] if len(path) > 1])
    return levels


def _tops(names: Names) -> dict[str, bool]:
    """Give the outermost names, and which of them are folders."""
    tops: dict[str, bool] = {}
    for path in names:
        tops[path[0]] = tops.get(path[0], False) or len(path) > 1
    return tops


def _of_no_student(top: str, folder: bool) -> bool:
    return not folder and OF_NO_STUDENT.fullmatch(top) is not None


def _listed(names: Collection[str]) -> str:
    shown = ", ".join(printable(name) for name in list(names)[:_SHOWN]) or "nothing"
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


# --- of a platform -------------------------------------------------------------------------------


def _owners(form: Form, at: int, tops: Mapping[str, bool]) -> dict[str, Owner]:
    owners = {top: owner for top in tops if (owner := _owner(form, at, top, tops[top]))}
    if form.loose and 2 * len(owners) > len(tops):
        loose = replace(form, pattern=form.loose)
        rest = [top for top in tops if top not in owners]
        more = {top: owner for top in rest if (owner := _owner(loose, at, top, tops[top]))}
        owners |= {top: replace(owner, form=form) for top, owner in more.items()}
    return owners


def _owner(form: Form, at: int, top: str, folder: bool) -> Owner | None:
    name = plain_part(top)
    stem = name if folder else _ENDING.sub("", _ENDING.sub("", name))
    # A file may be called ".ipynb", and must not spoil what all the others tell.
    return owner_in(stem, at, folder, [form]) or owner_in(name, at, folder, [form])


def _with_facts(layout: Layout, names: Names, read: Read) -> Layout:
    """Add what the platform says in files beside the hand-ins, and count the people."""
    owners = dict(layout.owners)
    if layout.what == "Blackboard":
        owners = _accounts_of_blackboard(owners, layout.at, names, read)
    elif layout.what == "Sakai":
        for path in names:
            if path[layout.at + 1 :] == ("timestamp.txt",):
                top = path[layout.at]
                owners[top] = replace(owners[top], time=_time_of_sakai(_start(path, read)))
    elif layout.what == "Brightspace":
        owners = _accounts_of_brightspace(owners)
    people = {(owner.number, owner.name) for owner in owners.values()}
    return replace(layout, owners=owners, people=len(people))


def _gradescope(at: int, tops: Mapping[str, bool], names: Names, read: Read) -> Layout:
    if LIST_NAME not in tops:
        raise UnknownLayout(
            f"Gradescope's folders, but not its {LIST_NAME}, which says whose they are: export "
            "the assignment again"
        )
    (place,) = [path for path in names if path[at:] == (LIST_NAME,)]
    raw = read(place, LIST_BYTES + 1)
    if len(raw) > LIST_BYTES:
        raise HandInError(f"{LIST_NAME} is too large")
    submitters = read_list(raw)
    owners = {}
    for top, folder in tops.items():
        if not folder:
            continue
        one = submitters.get(top)
        if one is None:
            owners[top] = Owner("", at, problem="Gradescope's list does not say whose it is")
            continue
        owners[top] = Owner(
            one.name,
            at,
            number=one.number,
            email=one.email,
            time=one.time,
            label=one.account,
            platform="gradescope",
            problem=one.problem,
        )
    people = {(owner.number, owner.name) for owner in owners.values() if not owner.problem}
    return Layout("Gradescope", at, owners, None, len(people))


def _start(path: tuple[str, ...], read: Read) -> str:
    """Give the first lines of a small text of a platform's; nothing if it cannot be read."""
    try:
        return read(path, TIMESTAMP_BYTES).decode("utf-8-sig", errors="replace").strip()
    except HandInError:
        return ""


def _time_of_sakai(text: str) -> datetime | None:
    """Read ``timestamp.txt``: 20260130150000000, or since 2019 as ISO 8601 has it; both in UTC."""
    for written, count in (("%Y%m%d%H%M%S", 14), ("%Y-%m-%dT%H:%M:%S", 19)):
        try:
            time = datetime.strptime(text[:count], written)
        except ValueError:
            continue
        return time.replace(tzinfo=timezone.utc) if 1 < time.year < 9999 else None
    return None


def _accounts_of_blackboard(
    owners: Mapping[str, Owner], at: int, names: Names, read: Read
) -> dict[str, Owner]:
    """Take title and account apart, which both may hold low lines.

    The text beside a hand-in names the account. Without it, all have the title before them; if
    that leaves more than one way to part the two, a person is asked.
    """
    heads = {top: _ATTEMPT.split(plain_part(top), maxsplit=1)[0] for top in owners}
    accounts: dict[str, tuple[str, str]] = {}
    for path in names:
        top = path[at]
        # The student's part of a name begins behind the time, and may hold anything.
        behind = plain_part(top)[len(heads.get(top, "")) :]
        if len(path) > at + 1 or top not in heads or not _OWN_TEXT.fullmatch(behind):
            continue
        if (said := _NAME_AND_ACCOUNT.match(_start(path, read))) and heads[top].endswith(
            f"_{said['login']}"
        ):
            accounts[heads[top]] = (said["login"], said["full"])
    title = _common_title(set(heads.values()))
    found = {}
    for top, owner in owners.items():
        head = heads[top]
        login, full = accounts.get(head, (head.removeprefix(title), ""))
        if not title and head not in accounts:
            login = owner.name
        told = head in accounts or head.count("_") < 2
        problem = "" if told else _WITHOUT_TEXT
        found[top] = replace(owner, name=login, number=login, full=full, problem=problem)
    return found


def _common_title(heads: set[str]) -> str:
    """Give what stands before all accounts, up to a low line; nothing of one name alone."""
    if len(heads) < 2:
        return ""
    first, last = min(heads), max(heads)
    same = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    return first[:same].rpartition("_")[0] + "_" if "_" in first[:same] else ""


def _accounts_of_brightspace(owners: Mapping[str, Owner]) -> dict[str, Owner]:
    """Take the first number for that of the student only where no two names share it."""
    numbers = defaultdict(set)
    for top, owner in owners.items():
        numbers[top.partition("-")[0].strip()].add(owner.name)
    of_people = len(numbers) > 1 and all(len(names) == 1 for names in numbers.values())
    if not of_people:
        return dict(owners)
    return {
        top: replace(owner, number=number, label=f"Brightspace {number}")
        for top, owner in owners.items()
        for number in [top.partition("-")[0].strip()]
    }


# --- made by people ------------------------------------------------------------------------------


def _by_hand(at: int, below: Names, assignments: Collection[str], known: Known) -> Layout | None:
    """Tell whether all that lie side by side name a student each."""
    tops = {top: f for top, f in _tops(below).items() if not _of_no_student(top, f)}
    folders = [top for top, folder in tops.items() if folder]
    files = [top for top, folder in tops.items() if not folder]
    named = {top: named_by(plain_part(top), assignments, known) for top in folders}
    unnamed = [top for top, name in named.items() if not name]
    if len(folders) > 1 and all(_by_position(top, folders) for top in unnamed):
        named |= {top: top for top in unnamed}
        unnamed = []
    if unnamed or not tops:
        return None
    owners = {top: Owner(name, at) for top, name in named.items()}
    if not files:
        return Layout(EACH_A_FOLDER, at, owners, None, len(owners))
    stems = {top: _ENDING.sub("", _ENDING.sub("", plain_part(top))) for top in files}
    titled = {top: _name_and_title(stem) for top, stem in stems.items()}
    people = {name for name, title in titled.values() if name and title}
    if (
        not folders
        and len(people) > 1
        and 2 * len(people) > len(files)
        and all(all(two) for two in titled.values())
    ):
        owners = {top: Owner(name, at, rest=title) for top, (name, title) in titled.items()}
        return Layout(TITLED, at, owners, None, len(people))
    of_files = {
        top: named_by(top, assignments, known)
        if top.lower().endswith(".zip")
        else file_named_by(stem, assignments, known)
        for top, stem in stems.items()
    }
    if not all(of_files.values()):
        return None
    owners |= {top: Owner(of_files[top], at) for top in files if top.lower().endswith(".zip")}
    what = "files of students" if not folders else "files and folders of students"
    return Layout(what, at, owners, None, len({*of_files.values(), *named.values()}))


def _by_position(top: str, folders: Sequence[str]) -> bool:
    """Tell whether a folder is a student's where each folder beside it is."""
    return top.lower() in _ALSO_NAMES or all(folder.isdigit() for folder in folders)


def _name_and_title(stem: str) -> tuple[str, str]:
    """Split ``NAME - TITLE``, as Google Classroom and Drive name a file (general knowledge).

    Nothing but all of them side by side tells that.
    """
    name, _, title = stem.replace(" – ", " - ", 1).partition(" - ")
    return name.strip(), title.strip()
