"""Where a fork's ``nbgrader_config.py`` says plug-ins are, they are found for one more release."""

import subprocess
import sys

OLD = (
    "autograde.GradeSubmission autograde.SaveResult autograde.SubmissionExporter "
    "autograde.set_links_aside collect.InboxCollector collect.InboxExtractor "
    "feedback.FeedbackExporter feedback.GradebookMarks late.DueDate late.LatePolicy "
    "marks.MarksExport"
).split()
CODE = """
import sys
from traitlets.utils.importstring import import_item

for old in sys.argv[1:]:
    item = import_item(f"nmautils.grading.{old}")
    assert import_item(f"nmautils.grading.{old}") is item
    print(f"{item.__module__}.{item.__qualname__}")
try:
    from nmautils.grading.collect import Nothing
except ImportError as error:
    print(error)
"""


def test_an_old_dotted_path_gives_the_plugin_and_says_once_where_it_is_now():
    done = subprocess.run([sys.executable, "-c", CODE, *OLD], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *found, refused = done.stdout.splitlines()
    said = done.stderr.splitlines()
    assert len(found) == len(said) == len(OLD)
    for old, new, line in zip(OLD, found, said, strict=True):
        assert new.startswith("nmautils.grading.nbgrader_plugins.")
        assert line.startswith(f"nmautils: nmautils.grading.{old} is now {new};")
    assert "cannot import name 'Nothing'" in refused
