"""nbgrader's settings for this course; the course's own data stand in course.toml."""

from pathlib import Path

from nmautils.course.settings import read_settings

root = Path(__file__).resolve().parent
course = read_settings(root)
plugins = "nmautils.grading.nbgrader_plugins"
# Steps are named, not imported: every command reads this file, and few need them.
stock = "nbgrader.preprocessors"
c = get_config()  # noqa: F821  (nbgrader puts it here)

# --- authoring: nbgrader generate_assignment ---------------------------------------------------
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = course.course.id
# The text notebook and the kept pictures hold the solutions: they must not reach release/.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "*.md",
    "expected",
]
# nbgrader's list with Scaffold in place of ClearSolutions; the expected pictures, and what the
# formulas of the visible tests give, are added.
c.GenerateAssignment.preprocessors = [
    f"{stock}.LockCells",
    "nmautils.course.scaffold.Scaffold",
    f"{stock}.ClearOutput",
    "nmautils.course.expected.ShowExpected",
    f"{stock}.CheckCellMetadata",
    f"{stock}.ComputeChecksums",
    f"{stock}.SaveCells",
    f"{stock}.ClearHiddenTests",
    "nmautils.course.worked_out.ShowWorkedOut",
    f"{stock}.ClearMarkScheme",
    f"{stock}.ComputeChecksums",
    f"{stock}.CheckCellMetadata",
]

c.GenerateAssignment.exporter_class = f"{plugins}.release_exporter.ReleaseExporter"

# --- grading: nbgrader zip_collect, autograde, generate_feedback, export ------------------------
c.ZipCollectApp.extractor_plugin = f"{plugins}.zip_collect.InboxExtractor"
c.ZipCollectApp.collector_plugin = f"{plugins}.zip_collect.InboxCollector"

# A submission is repaired, run behind walls and judged from outside by the first step; what came
# out is saved by the second. `nmautils grade` does the same for a whole class at once.
c.Autograde.pre_convert_hook = f"{plugins}.autograde.set_links_aside"
c.Autograde.exporter_class = f"{plugins}.autograde.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [f"{plugins}.autograde.GradeSubmission"]
c.Autograde.autograde_preprocessors = [
    f"{plugins}.autograde.SaveResult",
    f"{stock}.CheckCellMetadata",
]
c.AssignLatePenalties.plugin_class = f"{plugins}.late_policy.LatePolicy"

# A page of our own: self-contained, no test's source, nothing of a submission acts in it.
c.GenerateFeedback.exporter_class = f"{plugins}.feedback_exporter.FeedbackExporter"
c.GenerateFeedback.preprocessors = [f"{plugins}.feedback_exporter.GradebookMarks"]
c.ExportApp.plugin_class = f"{plugins}.export_marks.MarksExport"

# Formgrader's pages open on what the student wrote; a box on them shows the rest.
c.HTMLExporter.preprocessors = [f"{plugins}.formgrader.AnswersFirst"]
