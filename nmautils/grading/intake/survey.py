"""What lies in the inbox, by names alone: layouts of archives, and whose each file is."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace

from nmautils.errors import HandInError
from nmautils.grading.model.limits import MIB, STUDENT_BYTES, STUDENT_NOTEBOOKS
from nmautils.grading.safe.text import printable

from .filenames import Known, named_by
from .found import Names
from .gradescope import LIST_NAME
from .layouts import (
    EACH_A_FOLDER,
    TITLED,
    Layout,
    Read,
    UnknownLayout,
    recognise,
    recognise_platform,
)
from .owners import Owner, agree, owner_in, plain_part

__all__ = ["Key", "Survey"]

# The platform and the number, or the name, of a student.
Key = tuple[str, str]


class Survey:
    """Looks at archives and folders before anything in them is read.

    Parameters
    ----------
    assignments : collection of str
        Known names.
    known : callable
        Who of the roster is meant by a name.
    refuse : callable
        Takes a place and why it needs a person.
    """

    def __init__(
        self, assignments: Collection[str], known: Known, refuse: Callable[[str, str], None]
    ) -> None:
        self.assignments = assignments
        self.known = known
        self.refuse = refuse
        self.layouts: dict[tuple[str, ...], Layout] = {}
        self.exhausted: set[Key] = set()
        self._notebooks: Counter[Key] = Counter()
        self._bytes: Counter[Key] = Counter()

    @property
    def lines(self) -> list[str]:
        """What was recognised, one line each."""
        return [
            f"{layout.what}, {layout.people} {'person' if layout.people == 1 else 'people'}  "
            f"{'/'.join(place)}"
            for place, layout in self.layouts.items()
        ]

    def source_of(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Give the archive or folder that was recognised as a whole; nothing if none was."""
        places = (parts[:count] for count in range(1, len(parts)))
        return next((place for place in places if place in self.layouts), ())

    def owner_of(self, parts: tuple[str, ...]) -> Owner | None:
        """Give whose a file is, if the layout around it tells."""
        source = self.source_of(parts)
        if not source:
            return None
        layout = self.layouts[source]
        level = len(source) + layout.at
        owner = layout.owners.get(self.entry_of(parts, level)) if level < len(parts) else None
        return owner and replace(owner, level=level)

    def entry_of(self, parts: tuple[str, ...], level: int) -> str:
        """Give a part of a path as it is written there.

        An archive that is called a notebook is a part that ends in ``.zip``.
        """
        part = parts[level]
        layout = self.layouts.get(self.source_of(parts))
        if layout is None or part in layout.owners:
            return part
        shorter = part.removesuffix(".zip")
        return shorter if shorter in layout.owners else part

    def key_of(self, parts: tuple[str, ...]) -> Key | None:
        """Give whose a file is, told by an outer name that is surely a student's; else None."""
        owner = self._sure_owner(parts)
        return (owner.platform, owner.number or owner.name) if owner else None

    def _sure_owner(self, parts: tuple[str, ...]) -> Owner | None:
        if self.source_of(parts):
            return self.owner_of(parts)
        for level, part in enumerate(map(plain_part, parts)):
            is_folder = level < len(parts) - 1
            packed = part.lower().endswith(".zip")
            if owner := owner_in(part[:-4] if packed else part, level, is_folder and not packed):
                return owner
            if is_folder and (name := self._named(part, level)):
                return Owner(name, level)
        return None

    def begin(
        self, parts: tuple[str, ...], names: Callable[[], Names], read: Read, is_archive: bool
    ) -> str:
        """Recognise an archive or a folder, unless it is a student's own.

        Returns
        -------
        str
            Why nothing of it is looked at; mostly empty.
        """
        if self.source_of((*parts, "")) or any(
            self._is_students(part, level) for level, part in enumerate(parts[:-1])
        ):
            return ""
        here = plain_part(parts[-1])
        stem = here[:-4] if here.lower().endswith(".zip") else here
        if owner_in(stem, 0, not is_archive):
            return ""
        person = self._named(here, len(parts) - 1)
        inside = names()
        try:
            layout = recognise_platform(inside, read)
        except HandInError as error:
            if is_archive and not person:
                return str(error)
            if not is_archive and not isinstance(error, UnknownLayout):
                self.refuse("/".join((*parts, LIST_NAME)), str(error))
            return ""
        if layout is None:
            return "" if person else self._by_hand(parts, inside, read, is_archive)
        archive = layout.form.archive if layout.form else None
        if person and not (archive and archive.fullmatch(stem)):
            if not all(agree(person, owner.name) for owner in layout.owners.values()):
                shown = ", ".join(printable(name) for name in list(layout.owners)[:3])
                return (
                    f"its name says {printable(person)}, but what is in it is named as "
                    f"{layout.what} does it ({shown}): look who packed it, and call it "
                    f"`submissions` only if you have it from {layout.what}"
                )
            return ""
        if is_archive and _may_be_own(stem, layout):
            return (
                f"it is called like the one person in it, who may have packed it, and bears a time "
                f"as {layout.what} writes it: call it `submissions` if you have it from "
                f"{layout.what}, else take out the folder"
            )
        self.layouts[parts] = layout
        return ""

    def spend(self, parts: tuple[str, ...], size: int) -> str | None:
        """Take a notebook or an archive off what one student may hand in."""
        owner = self._sure_owner(parts) or Owner(parts[0], 0)
        key = (owner.platform, owner.number or owner.name)
        if key in self.exhausted:
            return ""
        self._notebooks[key] += 1
        self._bytes[key] += size
        if self._notebooks[key] <= STUDENT_NOTEBOOKS and self._bytes[key] <= STUDENT_BYTES:
            return None
        self.exhausted.add(key)
        return (
            f"more than {STUDENT_NOTEBOOKS} notebooks or {STUDENT_BYTES // MIB} MB of them from "
            f"{printable(owner.name)}: nothing of theirs is collected; take out what does not count"
        )

    def _by_hand(self, parts: tuple[str, ...], inside: Names, read: Read, is_archive: bool) -> str:
        try:
            layout = recognise(inside, read, self.assignments, self.known)
        except HandInError as error:
            return str(error) if is_archive else ""
        if is_archive or (layout.what in (EACH_A_FOLDER, TITLED) and layout.people > 1):
            self.layouts[parts] = layout
        return ""

    def _named(self, part: str, level: int) -> str:
        return named_by(part, self.assignments, self.known, outermost=level == 0)

    def _is_students(self, folder: str, level: int) -> bool:
        folder = plain_part(folder)
        packed = folder.lower().endswith(".zip")
        stem = folder[:-4] if packed else folder
        return owner_in(stem, 0, not packed) is not None or bool(self._named(folder, level))


def _may_be_own(stem: str, layout: Layout) -> bool:
    """Tell whether an archive in the form of a platform is named after the one person in it."""
    owners = layout.owners.values()
    return (
        layout.people == 1
        and len(stem) > 1  # one letter is nobody's name
        and any(owner.time for owner in owners)
        and any(agree(stem, name) for owner in owners for name in (owner.name, owner.full) if name)
    )
