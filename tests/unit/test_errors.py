"""The tree of errors: every one is told in a line, and is what older code expects."""

import pytest

from nmautils import errors


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_one_that_the_command_line_catches(name):
    error = getattr(errors, name)
    assert issubclass(error, errors.NmautilsError)
    assert error("say what to do").exit_status == 2
    assert str(error("say what to do")) == "say what to do"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CourseError", ValueError),
        ("UsageError", ValueError),
        ("HandInError", ValueError),
        ("GradebookError", RuntimeError),
        ("GradingBusy", RuntimeError),
        ("GradingFailed", RuntimeError),
        ("SandboxMissing", RuntimeError),
        ("ClusterError", RuntimeError),
        ("PackageMissing", ImportError),
    ],
)
def test_errors_are_also_what_they_were_before_they_had_a_tree(name, kind):
    assert issubclass(getattr(errors, name), kind)
