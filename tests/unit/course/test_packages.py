"""What `[grading] packages` asks for is installed, or one line says how to install it."""

import pytest

from nmautils.course.packages import check_packages
from nmautils.errors import CourseError, PackageMissing


@pytest.mark.parametrize(
    "text",
    [
        "numpy",
        "NumPy>=1.0",
        "scikit_learn",
        "torch>=2.0,<99",
        "no-such-package; python_version < '3'",
        "torch[opt-einsum]",
        " numpy ",
    ],
)
def test_what_is_installed_is_enough(text):
    check_packages([text])


@pytest.mark.parametrize("text", ["no-such-package-anywhere", "numpy<0.1", "torch==0.0.1"])
def test_what_is_missing_or_too_old_is_named_with_the_command(text):
    with pytest.raises(PackageMissing, match="python -m pip install") as caught:
        check_packages(["numpy", text])
    assert f"'{text}'" in str(caught.value)
    assert "'numpy'" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "two words", "-r file", "$(rm)", "numpy=>1"])
def test_what_is_no_requirement_is_an_error_of_the_course(text):
    with pytest.raises(CourseError, match="no requirement"):
        check_packages([text])


def test_nothing_is_asked_for_by_default():
    check_packages(())
