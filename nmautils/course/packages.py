"""Packages that answers may import besides those that come with ``nmautils[grading]``."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import InvalidRequirement, Requirement

from nmautils.errors import CourseError, PackageMissing

__all__ = ["check_packages"]


def check_packages(texts: Iterable[str]) -> None:
    """See whether what ``[grading] packages`` in ``course.toml`` asks for is installed here.

    Raises
    ------
    CourseError
        If a text is no requirement that pip could read.
    PackageMissing
        If something is not installed, or in another version; the message says what to run.
    """
    wanted = []
    for text in texts:
        try:
            wanted.append(Requirement(text))
        except InvalidRequirement:
            raise CourseError(
                f"course.toml [grading]: packages has {text!r}, which is no requirement as pip "
                "reads it, such as 'statsmodels' or 'wordcloud>=1.9'"
            ) from None
    missing = [requirement for requirement in wanted if not _is_met(requirement)]
    if missing:
        quoted = " ".join(f"'{requirement}'" for requirement in missing)
        raise PackageMissing(
            f"course.toml [grading] packages asks for what is not installed here; install it with: "
            f"python -m pip install {quoted}"
        )


def _is_met(requirement: Requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        return False
    return requirement.specifier.contains(installed, prereleases=True)
