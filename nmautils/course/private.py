"""What of a course is private, in the words that commands and pages use."""

from pathlib import Path

from nmautils.course.git import address_of, remotes_of
from nmautils.course.settings import FILE_NAME, read_settings

__all__ = ["KEEP_PRIVATE", "told_private"]

KEEP_PRIVATE = (
    "Keep this repository private: source/, solutions/ and its history hold the answers and the "
    "hidden tests. `nmautils publish` writes another one for students."
)


def told_private(root: str | Path) -> list[str]:
    """Say what must stay private, and whether students are sent to it."""
    settings = read_settings(root)
    public = address_of(settings.repository.url)
    lines = [KEEP_PRIVATE]
    for name, url in remotes_of(settings.root).items():
        address = address_of(url)
        if address == public:
            lines.append(
                f"{FILE_NAME} [repository] is this repository itself ({name}): whoever may open "
                "its notebooks may read the answers; name the one that you publish to."
            )
        elif "/" in address and f"{address}@" in f"{settings.requirement.lower()}@":
            lines.append(
                f"{FILE_NAME} [install] installs from this repository ({name}), which students "
                "cannot open if it is private; install from {owner}/{name} of [repository]."
            )
    return lines
