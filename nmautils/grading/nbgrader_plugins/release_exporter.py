"""What ``nbgrader generate_assignment`` plugs in: a gradebook it cannot use is told in one line."""

from typing import Any

from nbconvert.exporters import NotebookExporter

from .course_directory import check_gradebook

__all__ = ["ReleaseExporter"]


class ReleaseExporter(NotebookExporter):
    """nbgrader's notebook exporter. A command makes it before it opens the gradebook."""

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config, **kw)  # type: ignore[no-untyped-call]  # nbconvert has no types
        converter: Any = self.parent
        # `nmautils build` has looked at the gradebook itself, and has no application.
        if getattr(converter, "parent", None) is not None and not converter.no_database:
            check_gradebook(self, write=True)
