"""What ``nbgrader generate_assignment`` plugs in: each release is noted, as by `nmautils build`.

A gradebook it cannot use is told in one line.
"""

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode

from nmautils.course.plain import settings_of
from nmautils.course.releases import remember_release
from nmautils.grading.model.names import name_of

from .course_directory import check_gradebook, course_directory

__all__ = ["ReleaseExporter"]


class ReleaseExporter(NotebookExporter):
    """nbgrader's notebook exporter. A command makes it before it opens the gradebook."""

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config, **kw)  # type: ignore[no-untyped-call]  # nbconvert has no types
        converter: Any = self.parent
        # `nmautils build` has looked at the gradebook itself, and notes what it releases.
        self._of_a_command = getattr(converter, "parent", None) is not None
        if self._of_a_command and not converter.no_database:
            check_gradebook(self, write=True)

    def from_notebook_node(  # type: ignore[override]  # the notebook leaves as text
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Make the student version and note what is in it."""
        convert: Any = super().from_notebook_node  # has no types
        text, resources = convert(nb, resources=resources, **kw)
        if self._of_a_command:
            root, where = Path(course_directory(self).root), resources["nbgrader"]
            released = nbformat.reads(text, as_version=4)
            name = name_of(where["assignment"], where["notebook"])
            remember_release(root, name, released, settings_of(root).zone)
        return text, resources
