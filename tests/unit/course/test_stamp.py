"""From the text notebook to reproducible bytes: ids, kinds, metadata and stamps."""

import json
import re
import shutil

import nbformat
import pytest

from nmautils.cells import Kind, kind_of, packages_of
from nmautils.course.settings import read_settings
from nmautils.course.stamp import (
    anchor,
    badges,
    dumps,
    exercises,
    headings,
    read_source,
    source_notebook,
    stamped_with,
    toc,
    write_if_changed,
)
from nmautils.errors import CourseError
from tests.support.paths import TINY_COURSE

TEXT = TINY_COURSE / "source" / "tiny" / "tiny.md"


@pytest.fixture
def course(tmp_path):
    """A copy of the tiny course; `edit` replaces text in its source."""
    shutil.copytree(TINY_COURSE, tmp_path / "course", ignore=shutil.ignore_patterns("*.ipynb"))
    return tmp_path / "course"


def edit(course, old, new, count=1):
    path = course / "source" / "tiny" / "tiny.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))
    return path


def read(course):
    return source_notebook(read_settings(course), "tiny")


def ids(course):
    return [cell.id for cell in read(course)[0].cells]


def test_bytes_are_the_same_each_time_and_valid(course):
    once, again = (dumps(read(course)[1]) for _ in range(2))
    assert once == again
    assert once.endswith(b"}\n")
    nb = json.loads(once)
    assert (nb["nbformat"], nb["nbformat_minor"]) == (4, 5)
    assert list(nb) == sorted(nb)
    assert nb["metadata"]["kernelspec"]["name"] == "python3"
    assert all(cell.get("outputs", []) == [] for cell in nb["cells"])
    assert all(cell.get("execution_count") is None for cell in nb["cells"])
    nbformat.validate(nb)


def test_a_notebook_names_the_packages_that_the_course_adds(course):
    _, stamped, _ = source_notebook(read_settings(course), "tiny")
    assert packages_of(stamped) == []
    assert "nmautils" not in stamped.metadata
    with (course / "course.toml").open("a") as file:
        file.write('\n[grading]\npackages = ["statsmodels", "wordcloud>=1.9"]\n')
    _, stamped, _ = source_notebook(read_settings(course), "tiny")
    assert packages_of(stamped) == ["statsmodels", "wordcloud>=1.9"]
    nbformat.validate(stamped)


def test_graded_cells_are_named_by_their_grade_id(course):
    assert {"mean", "mean_test", "think_median"} <= set(ids(course))


def test_equal_cells_get_different_ids(course):
    made = ids(course)
    explore = [name for name in made if name.startswith("explore-")]
    assert len(explore) == 2
    assert explore[1] == explore[0] + "-2"
    assert len(set(made)) == len(made)


def test_ids_stay_when_another_cell_changes_or_is_added(course):
    before = ids(course)
    edit(course, "values = np.arange(1.0, 6.0)", "values = np.arange(2.0, 6.0)")
    changed = ids(course)
    assert sum(a != b for a, b in zip(before, changed, strict=True)) == 1
    edit(course, "## Set-up", "A new cell.\n\n+++\n\n## Set-up")
    assert [name for name in ids(course) if name in changed] == changed


def test_ids_do_not_depend_on_what_is_stamped(course):
    before = ids(course)
    path = course / "course.toml"
    path.write_text(path.read_text().replace('owner = "someone"', 'owner = "fork"'))
    assert ids(course) == before
    assert "fork/tiny-course" in dumps(read(course)[1]).decode()


def test_nbgrader_metadata_are_complete(course):
    cells = {cell.id: cell for cell in read(course)[0].cells}
    assert cells["mean_test"].metadata.nbgrader == {
        "cell_type": "code",
        "grade": True,
        "grade_id": "mean_test",
        "locked": True,
        "points": 2,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    assert cells["mean"].metadata.nbgrader.locked is False
    assert "points" not in cells["mean"].metadata.nbgrader
    assert cells["think_median"].metadata.nbgrader.cell_type == "markdown"


def test_places_point_to_the_first_line_of_each_cell(course):
    raw, _, places = read(course)
    lines = TEXT.read_text().splitlines()
    for cell, place in zip(raw.cells, places, strict=True):
        assert lines[place.line - 1] == cell.source.split("\n")[0]


def test_kinds_are_told_apart(course):
    kinds = [kind_of(cell) for cell in read(course)[1].cells if kind_of(cell) is not Kind.TEXT]
    assert kinds == "setup setup exercise test demo explore explore question".split()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (":tags: [setup]\n\nvalues", "\nvalues", r"tiny\.md:\d+: cell 5: has no kind"),
        (":tags: [explore]", ":tags: [explore, demo]", "has demo and explore"),
        ("tags: [demo]", "tags: [figure]", "has no kind"),
        ("grade: false, grade_id: mean,", "grade: true, grade_id: mean,", "manually graded code"),
        ("grade_id: mean_test", "grade_id: mean_check", "must end in '_test'"),
        ("grade_id: mean_test", "grade_id: mean test", "letters, digits"),
        ("grade_id: mean_test, ", "", "letters, digits"),
        ("points: 2", "points: 0", "must be a number above 0"),
        (", points: 2", "", "points are None"),
        ('"points": 3', '"points": "3"', "points are '3'"),
        (', "solution": true}}', "}}", "needs grade: true and solution: true"),
        ("points: 2", "points: 2, weight: 3", "may have only"),
        (":tags: [explore]", ":tags: [explore, skip-execution]", "full marks unseen"),
        ('"grade_id": "think_median"', '"grade_id": "mean"', "id is also used in line"),
        ("```{code-cell} ipython3\n:tags: [setup]", "```{raw-cell}", "raw cells are not used"),
        (":tags: [setup]", ":tags: [setup", "could not be read"),
        ("  display_name: Python 3\n", "", "'display_name' is a required property"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(course, old, new, message):
    edit(course, old, new)
    with pytest.raises(CourseError, match=message) as caught:
        read(course)
    assert str(caught.value).startswith("source/tiny/tiny.md")
    assert "\n" not in str(caught.value)


def test_a_missing_or_unreadable_source_is_one_line(tmp_path):
    with pytest.raises(CourseError, match="does not exist"):
        read_source(tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes("# Gr\xfc\xdfe".encode("latin-1"))
    with pytest.raises(CourseError, match="is not UTF-8"):
        read_source(tmp_path / "latin.md")


# --- stamps --------------------------------------------------------------------------------------


def test_every_stamp_is_filled_from_course_toml(course):
    edit(course, "## Set-up", "{{ minutes }} {{ repository }} {{ feedback_prefix }}\n\n## Set-up")
    text = dumps(read(course)[1]).decode()
    assert "{{" not in text
    for value in [
        "# Means & medians",
        "https://osf.io/abcde/",
        "nmautils @ git+https://github.com/someone/tiny-course@main",
        "TINY_mean feedback.jsonl",
        "creators: Nobody.",
        "10 https://github.com/someone/tiny-course TINY",
    ]:
        assert value in text


def test_badges_open_the_release_of_the_forks_branch(course):
    text = badges(read_settings(course), "tiny")
    file = "main/release/tiny/tiny.ipynb"
    assert f"https://colab.research.google.com/github/someone/tiny-course/blob/{file})" in text
    assert f"?src=https://raw.githubusercontent.com/someone/tiny-course/{file})" in text
    assert re.findall(r"!\[([^]]+)\]", text) == ["Open in Colab", "Open in Kaggle"]


def test_other_hosts_have_no_badges_since_colab_and_kaggle_cannot_open_them(course):
    path = course / "course.toml"
    path.write_text(path.read_text().replace("[repository]", '[repository]\nhost = "gitlab.com"'))
    assert badges(read_settings(course), "tiny") == ""
    assert "colab" not in dumps(read(course)[1]).decode()


@pytest.mark.parametrize(
    ("source", "stamped", "values"),
    [
        ("x = 1", "x = 1", {}),
        ("x = 1", "x = 2", None),
        ('a("{{ slides }}")', 'a("v(b7")', {"slides": "v(b7"}),
        ('a("{{ slides }}")', 'a("")', {"slides": ""}),
        ('a("{{ slides }}")', 'b("vb7")', None),
        ('a("{{ slides }}")', 'a("vb7")\nb', None),
        ("{{ a }}-{{ b }}", "1-2", {"a": "1", "b": "2"}),
        ("{{ a }}-{{ a }}", "1-1", {"a": "1"}),
        ("{{ a }}-{{ a }}", "1-2", None),
        ("({{ a }})", "(1\n2)", None),
    ],
)
def test_what_stamps_were_filled_with_is_found_and_any_other_difference(source, stamped, values):
    assert stamped_with(source, stamped) == values


def test_contents_list_the_headings_with_jupyterlabs_anchors(course):
    stamped = read(course)[1]
    assert toc(stamped).split("\n") == [
        "- [Set-up](#Set-up)",
        "- [Section 1: The mean](#Section-1:-The-mean)",
        "  - [Coding exercise 1: write the mean](#Coding-exercise-1:-write-the-mean)",
        "- [Section 2: A question](#Section-2:-A-question)",
        "  - [Think! 2: mean or median?](#Think!-2:-mean-or-median?)",
        "- [Credit](#Credit)",
    ]
    assert stamped.cells[1].source == toc(stamped)
    assert anchor("A (b) c") == "#A-%28b%29-c"


def test_headings_say_what_an_exercise_is_worth_and_a_table_lists_them(course):
    edit(
        course,
        "Coding exercise 1: write the mean",
        "Exercise 1: mean ({{ worth }}, about 5 minutes)",
    )
    edit(course, "{{ badges }}", "{{ badges }}\n\n{{ exercises }}")
    stamped = read(course)[1]
    points = next(c for c in stamped.cells if c.id == "mean_test").metadata.nbgrader.points
    assert f"### Exercise 1: mean ({points} points, about 5 minutes)" in "\n".join(
        cell.source for cell in stamped.cells
    )
    link = anchor(f"Exercise 1: mean ({points} points, about 5 minutes)")
    assert exercises(stamped).split("\n")[2:] == [
        f"| [Exercise 1: mean]({link}) | {points} | 5 |",
        f"| **In all** | **{points}** | **5** |",
    ]
    assert exercises(stamped) in stamped.cells[0].source


def test_marks_in_a_question_and_comments_in_code_are_no_headings(course):
    edit(course, "values = np", "# Not a heading\nvalues = np")
    texts = [heading.text for heading in headings(read(course)[1])]
    assert not [text for text in texts if "SOLUTION" in text or "SCHEME" in text or "Not" in text]
    assert texts[0] == "Means & medians"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{{ badges }}", "{{ badge }}", "unknown stamp {{ badge }}"),
        ("{{ badges }}", "{{badges}}", "'{{badges}}' is not a stamp"),
        ("{{ badges }}", "{{ badges }", "is not a stamp"),
        ("{{ package }}", "{{ pakage }}", "unknown stamp"),
        ("{{ package }}", "{{package}}", "is not a stamp"),
    ],
)
def test_a_wrong_stamp_names_file_and_cell(course, old, new, message):
    edit(course, old, new)
    with pytest.raises(CourseError, match=message) as caught:
        read(course)
    assert re.match(r"source/tiny/tiny\.md:\d+: cell (text|setup)-", str(caught.value))


def test_a_stamp_without_a_value_is_an_error(course):
    path = course / "course.toml"
    path.write_text(path.read_text().replace('slides = "abcde"\n', ""))
    with pytest.raises(CourseError, match=r"\[tutorials.tiny\] has no slides"):
        read(course)


def test_braces_of_formulas_and_of_python_are_left_alone(course):
    edit(course, "## Set-up", "$\\frac{1}{N^{2}}$ and $x_{n_{stim}}$\n\n## Set-up")
    edit(course, "values = np", 'label = f"{{x}} {1 + 1}"\nvalues = np')
    text = dumps(read(course)[1]).decode()
    assert "x_{n_{stim}}" in text
    assert "{{x}}" in text


def test_files_are_written_only_when_they_change(tmp_path):
    path = tmp_path / "a" / "b"
    assert write_if_changed(path, b"1")
    assert not write_if_changed(path, b"1")
    assert write_if_changed(path, b"2")
    assert path.read_bytes() == b"2"
