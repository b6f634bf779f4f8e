"""nbgrader's settings for this course; the course's own data stand in course.toml."""

from pathlib import Path

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    LockCells,
    SaveCells,
)

from nmautils.course.expected import ShowExpected
from nmautils.course.scaffold import Scaffold
from nmautils.course.settings import read_settings

root = Path(__file__).resolve().parent
course = read_settings(root)
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
# nbgrader's list with Scaffold in place of ClearSolutions, and the expected pictures added.
c.GenerateAssignment.preprocessors = [
    LockCells,
    Scaffold,
    ClearOutput,
    ShowExpected,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]

# --- grading: nbgrader zip_collect, autograde, generate_feedback, export ------------------------
c.ZipCollectApp.extractor_plugin = "nmautils.grading.collect.InboxExtractor"
c.ZipCollectApp.collector_plugin = "nmautils.grading.collect.InboxCollector"

# nbgrader's lists; ours repair first, keep a run-away cell from the others, and settle scores.
c.Autograde.exporter_class = "nmautils.grading.repair.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "nmautils.grading.late.DueDate",
    "nbgrader.preprocessors.ClearOutput",
    "nmautils.grading.repair.RepairCells",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "nmautils.grading.execute.RunNotebook",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "nmautils.grading.scores.SettleScores",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# Seconds per cell; after a first time-out, and for a whole notebook.
c.RunNotebook.timeout = 30
c.RunNotebook.timeout_again = 10
c.RunNotebook.total_timeout = 600
too_long = "this cell took too long and was stopped. Is there a loop that never ends?"
c.RunNotebook.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": too_long,
    "traceback": [f"CellTimeoutError: {too_long}"],
}
# A cell that floods or ignores the interrupt must not cost the notebook its marks.
c.RunNotebook.raise_on_iopub_timeout = False
c.RunNotebook.iopub_timeout = 10
c.RunNotebook.shutdown_kernel = "immediate"
# Only errors of the kernel itself in the log: a warning for each student would bury ours.
c.RunNotebook.extra_arguments = ["--log-level=ERROR"]
# For the kernels only: a JupyterLab that loads this file keeps its own environment.
c.RunNotebook.environment = {
    "NMAUTILS_PROFILE": "small",
    "NMAUTILS_DATA": "simulated",
    "NMAUTILS_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
c.LimitOutput.max_lines = 500
c.AssignLatePenalties.plugin_class = "nmautils.grading.late.LatePolicy"

# A page of our own: self-contained, no test's source, nothing of a submission acts in it.
c.GenerateFeedback.exporter_class = "nmautils.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["nmautils.grading.feedback.GradebookMarks"]
c.ExportApp.plugin_class = "nmautils.grading.marks.MarksExport"
