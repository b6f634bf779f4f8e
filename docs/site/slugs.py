"""Link targets of headings on the course page."""

from nmautils.course.stamp import anchor


def slug(text: str) -> str:
    """The target as JupyterLab makes it, so that the links inside a notebook work here too."""
    return anchor(text).removeprefix("#")
