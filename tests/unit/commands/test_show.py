"""``nmautils show``: a page to look at whatever was handed in, that runs nothing."""

import os
import shutil
import time
from dataclasses import replace
from functools import partial

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from nmautils.cli import main
from nmautils.grading.model.limits import GIB
from nmautils.grading.model.results import Graded
from nmautils.grading.record.records import write_record
from nmautils.grading.report import hand_in_page
from nmautils.grading.report.apart import Apart
from tests.support.hostile_texts import HOSTILE
from tests.support.paths import TINY_COURSE
from tests.support.safe_pages import assert_harmless, in_base64, png


def notebook(*cells):
    return nbformat.writes(new_notebook(cells=list(cells))).encode()


PLAIN = notebook(new_markdown_cell("# Tiny"), new_code_cell("double = 'what ada wrote'"))


@pytest.fixture
def course(tmp_path):
    root = shutil.copytree(TINY_COURSE, tmp_path / "course")
    (root / "release/tiny").mkdir(parents=True, exist_ok=True)
    (root / "release/tiny/tiny.ipynb").write_bytes(PLAIN)
    return root


def hand_in(root, raw, student="ada", name="tiny.ipynb"):
    folder = root / "submitted" / student / "tiny"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(raw)
    return folder


def show(root, capsys, *arguments):
    status = main(["show", *(arguments or ("ada", "tiny")), "--root", str(root)])
    return status, capsys.readouterr()


def page_of(root, raw, capsys):
    hand_in(root, raw)
    status, said = show(root, capsys)
    assert (status, said.out) == (0, f"{root}/shown/ada/tiny.html\n")
    return (root / "shown/ada/tiny.html").read_text()


def words(page):
    return " ".join(BeautifulSoup(page, "html.parser").main.get_text(" ").split())


def test_the_page_shows_every_cell_and_what_it_showed(course, capsys):
    outputs = [
        new_output("stream", text="printed\n"),
        new_output("execute_result", data={"text/plain": "42 as value"}),
        new_output("display_data", data={"image/png": in_base64(png())}),
        new_output("error", ename="ValueError", evalue="no such thing", traceback=[]),
    ]
    page = page_of(
        course,
        notebook(
            new_markdown_cell("Some *words* of hers"),
            new_code_cell("x = 6 * 7", outputs=outputs),
            new_raw_cell("<b>raw</b>"),
        ),
        capsys,
    )
    text = words(page)
    for part in [
        "ada: tiny",
        "Some words of hers",
        "printed",
        "42 as value",
        "ValueError: no such",
    ]:
        assert part in text
    assert "<b>raw</b>" in text
    assert "Not graded yet" in text
    assert page.count("<img") == 1


PICTURES = {
    "plain": "![a](attachment:plain.png)",
    "a blank": "![a](attachment:my pic.png)",
    "escapes": "![a](attachment:my%20pic.png)",
    "brackets and a title": '![b](attachment:Zeichnung (1).png "Titel")',
    "HTML": '<img src="attachment:my pic.png" width="300"/>',
    "HTML around": "<figure><img width=200 src='attachment:plain.png'></figure>",
    "data in Markdown": "![a](data:image/png;base64,{})",
    "data in HTML": '<img src="data:image/png;base64,{}" alt="hand">',
    "by reference": "![alt][ref]\n\n[ref]: data:image/png;base64,{}",
    "by reference of Colab": "![][image1]\n\n[image1]: <data:image/png;base64,{}>",
}


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
@pytest.mark.parametrize("text", PICTURES.values(), ids=PICTURES)
def test_a_picture_is_shown_wherever_the_text_has_it_from(course, capsys, text, make):
    named = ("plain.png", "my pic.png", "Zeichnung (1).png")
    attached = {name: {"image/png": in_base64(png())} for name in named}
    drawn = make("Mine: " + text.format(in_base64(png())), attachments=attached)
    page = page_of(course, notebook(drawn), capsys)
    assert page.count('<img src="data:image/png;base64,') == 1
    assert "Mine:" in words(page)
    assert "attachment:" not in words(page)
    assert "<img" not in words(page)


def test_a_large_picture_in_the_text_takes_no_room_of_the_page(course, capsys):
    large = in_base64(png(400, 400, compress_level=0))
    assert len(large) > 100_000
    cells = [new_markdown_cell(f"![](data:image/png;base64,{large})\n\nbelow") for _ in range(3)]
    page = page_of(course, notebook(*cells), capsys)
    assert page.count("<img") == words(page).count("below") == 3


def test_nothing_of_the_hand_in_runs(course, capsys):
    code = f"open({str(course / 'ran')!r}, 'w')"
    page = page_of(
        course, notebook(new_code_cell(code), new_code_cell(f"!touch {course}/ran")), capsys
    )
    assert "touch" in words(page)
    assert not (course / "ran").exists()


@pytest.mark.parametrize("kind", ["markdown", "code", "output", "value", "raw", "error", "id"])
def test_nothing_in_the_page_acts(course, capsys, kind):
    made = {
        "markdown": new_markdown_cell,
        "code": new_code_cell,
        "raw": new_raw_cell,
        "output": lambda t: new_code_cell("1", outputs=[new_output("stream", text=t)]),
        "value": lambda t: new_code_cell(
            "1",
            outputs=[new_output("display_data", data={"text/plain": t, "text/html": t})],
        ),
        "error": lambda t: new_code_cell(
            "1", outputs=[new_output("error", ename=t, evalue=t, traceback=[t])]
        ),
        "id": lambda t: new_code_cell("1", metadata={"nbgrader": {"grade_id": t, "grade": True}}),
    }[kind]
    page = page_of(course, notebook(*map(made, HOSTILE)), capsys)
    tree = BeautifulSoup(page, "html.parser")
    assert tree.find_all(["script", "iframe", "object", "embed", "form", "base", "svg"]) == []
    assert len(tree.find_all("meta")) == 4
    assert len(tree.find_all("style")) == 1
    assert not [t for t in tree.find_all(True) if any(name.startswith("on") for name in t.attrs)]
    for cell in tree.select(".words, .highlight"):
        assert_harmless(cell.decode_contents())
    assert "default-src 'none'" in page


def test_after_grading_it_says_what_became_of_it(course, capsys):
    graded = Graded("ada", "tiny", "", "", 1, repairs=("A cell was put back.",))
    write_record(course, replace(graded, needs_person=("it `died` twice",)))
    text = words(page_of(course, PLAIN, capsys))
    assert "Not graded yet" not in text
    assert "It needs a person it died twice" in text
    assert "A cell was put back." in text
    write_record(course, replace(graded, problem="the file was no notebook"))
    assert "It could not be graded the file was no notebook" in words(
        page_of(course, PLAIN, capsys)
    )


def test_a_file_that_was_cut_short_is_shown_as_far_as_it_goes(course, capsys):
    whole = notebook(new_code_cell("first = 1"), new_code_cell("second = 2" + " " * 400))
    text = words(page_of(course, whole[: whole.index(b"second")], capsys))
    assert "first = 1" in text
    assert "cut short" in text


def _link(folder):
    (folder / "tiny.ipynb").unlink()
    (folder / "tiny.ipynb").symlink_to("/etc/hostname")


def _pipe(folder):
    (folder / "tiny.ipynb").unlink()
    os.mkfifo(folder / "tiny.ipynb")


def _several(folder):
    (folder / "tiny.ipynb").rename(folder / "a.ipynb")
    shutil.copy(folder / "a.ipynb", folder / "b.ipynb")


def _half_a_gigabyte(folder):
    os.truncate(folder / "tiny.ipynb", 500 << 20)


@pytest.mark.parametrize(
    ("raw", "change", "why"),
    [
        (b"", None, "the file is empty"),
        (b"PK\3\4 and so on", None, "a zip archive"),
        (b"%PDF-1.7", None, "a PDF"),
        (b"{]", None, "nothing to show: "),
        (b"[1, 2, 3]", None, "nothing to show: "),
        (b"plain words", None, "nothing to show: "),
        (b"{" * 3000, None, "nothing to show: "),
        (PLAIN, _link, "link"),
        (PLAIN, _pipe, "nothing to show: "),
        (PLAIN, _several, "several notebooks (a.ipynb, b.ipynb)"),
        (PLAIN, lambda folder: (folder / "tiny.ipynb").unlink(), "no notebook in the folder"),
        (PLAIN, _half_a_gigabyte, "500 MB, more than 64 MB"),
        (b'{"cells":' + b"[" * 3_000_000, None, "too many parts"),
        (b'{"cells":[{"source":"' + b"[" * (21 << 20), None, "more than the 20 MB"),
    ],
)
def test_what_cannot_be_shown_says_why_in_a_line(course, capsys, raw, change, why):
    folder = hand_in(course, raw)
    if change:
        change(folder)
    status, said = show(course, capsys)
    assert status == 1
    assert said.out.startswith("nothing to show: ")
    assert why in said.out
    assert str(course / "submitted/ada/tiny") in said.out
    assert said.out.count("\n") == 1
    assert not (course / "shown").exists()


def _wait(*_):
    time.sleep(60)


def _compute(*_):
    while True:
        pass


def _fill(*_):
    bytearray(64 * GIB)


@pytest.mark.parametrize(
    ("where", "act", "wall", "why"),
    [
        ("find_hand_ins", _wait, 0.2, "it took longer than 1 seconds to make"),
        ("read_submission", _compute, 30, "it took longer than 1 seconds to make"),
        ("read_submission", _fill, 30, "it needs more than 1 GiB of memory"),
        ("find_hand_ins", lambda *_: os._exit(3), 30, "the process that made it ended"),
        ("find_hand_ins", lambda *_: int("two\nlines"), 30, "it could not be made: ValueError: "),
    ],
)
def test_what_would_hold_up_or_end_the_command_is_one_line(
    course, capsys, monkeypatch, where, act, wall, why
):
    hand_in(course, PLAIN)
    monkeypatch.setattr(hand_in_page, where, act)
    monkeypatch.setattr(hand_in_page, "Apart", partial(Apart, seconds=1, wall_seconds=wall))
    status, said = show(course, capsys)
    assert status == 1
    assert said.out.startswith(f"nothing to show: {why}")
    assert said.out.endswith(f"({course / 'submitted/ada/tiny'})\n")
    assert (said.out.count("\n"), said.err) == (1, "")


SLOW = [
    "[",
    "*a ",
    "`",
    "<a",
    "![](",
    "$$",
    "| ",
    "> ",
    "- ",
    "\n",
    " \n",
    "&a",
    "\\",
    "<!--",
    "](",
]


def test_texts_that_are_slow_to_read_and_huge_pictures_are_shown_in_time(course, capsys):
    bomb = in_base64(png(9_000, 3_000))
    cells = [new_markdown_cell(text * (20_000 // len(text))) for text in SLOW]
    cells += [new_code_cell(text * (20_000 // len(text))) for text in [*SLOW, "f'{", "a."]]
    pictures = [new_output("display_data", {"image/png": bomb})] * 30
    cells += [
        new_code_cell("1", outputs=pictures),
        new_markdown_cell("![](attachment:a.png)", attachments={"a.png": {"image/png": bomb}}),
        new_markdown_cell(f"![](data:image/png;base64,{bomb})"),
    ]
    started = time.process_time()
    page_of(course, notebook(*cells), capsys)
    assert time.process_time() - started < 2  # what takes its time is the child


def test_who_or_what_is_unknown_is_one_line(course, capsys):
    hand_in(course, PLAIN)
    for arguments, line in [
        (("adda", "tiny"), "'adda' has not handed in tiny (did you mean 'ada'?)"),
        (("../ada", "tiny"), "'../ada' has not handed in tiny"),
        (("ada", "tinny"), "unknown assignment 'tinny'; released are: tiny"),
    ]:
        status, said = show(course, capsys, *arguments)
        assert (status, said.out) == (2, "")
        assert line in said.err
        assert said.err.count("\n") == 1


def test_the_page_goes_where_one_says_and_replaces_the_last(course, capsys, tmp_path):
    hand_in(course, PLAIN)
    for _ in range(2):
        status, said = show(
            course, capsys, "ada", "tiny", "--to", str(tmp_path / "a" / "page.html")
        )
        assert (status, said.out) == (0, f"{tmp_path}/a/page.html\n")
    assert "what ada wrote" in words((tmp_path / "a/page.html").read_text())
    assert not (course / "shown").exists()


@pytest.fixture
def plain(tmp_path):
    """A course of nbgrader's with two notebooks in a folder."""
    root = tmp_path / "plain"
    for folder in ("for_students/ps1", "work/ada/ps1"):
        (root / folder).mkdir(parents=True)
        for name in ("problem1", "problem2"):
            (root / folder / f"{name}.ipynb").write_bytes(
                notebook(new_code_cell(f"x = '{name} of ada'"))
            )
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.release_directory = 'for_students'\n"
        "c.CourseDirectory.submitted_directory = 'work'\n"
    )
    return root


def test_one_notebook_of_a_folder_is_shown(plain, capsys):
    status, said = show(plain, capsys, "ada", "ps1/problem1")
    assert (status, said.out) == (0, f"{plain}/shown/ada/ps1/problem1.html\n")
    assert "problem1 of ada" in words((plain / "shown/ada/ps1/problem1.html").read_text())


def test_the_name_of_a_folder_means_a_page_for_each_of_its_notebooks(plain, capsys):
    pages = [plain / f"shown/ada/ps1/problem{number}.html" for number in (1, 2)]
    status, said = show(plain, capsys, "ada", "ps1")
    assert (status, said.out.split()) == (0, [str(page) for page in pages])
    assert ["problem2 of ada" in words(page.read_text()) for page in pages] == [False, True]
    status, said = show(plain, capsys, "ada", "ps1", "--to", str(plain / "page.html"))
    assert status == 2
    assert "--to takes one page, and there are ps1/problem1, ps1/problem2" in said.err
    (plain / "work/ada/ps1/problem1.ipynb").write_bytes(b"")
    status, said = show(plain, capsys, "ada", "ps1")
    assert status == 1
    assert f"the file is empty ({plain / 'work' / 'ada/ps1/problem1.ipynb'})" in said.out
    assert f"{pages[1]}\n" in said.out


def test_a_course_of_nbgraders_is_told_its_own_command(plain, capsys):
    (plain / "for_students/ps1/problem1.ipynb").write_text("nothing")
    assert "run `nbgrader generate_assignment ps1`" in show(plain, capsys, "ada", "ps1")[1].err
    shutil.rmtree(plain / "for_students")
    status, said = show(plain, capsys, "ada", "ps1")
    assert status == 2
    assert f"none in {plain}; run `nbgrader generate_assignment` first" in said.err


def test_a_very_long_notebook_ends_with_a_word(course, capsys):
    cells = [new_code_cell("#" * 90_000) for _ in range(30)]
    assert "8 more cells are left out" in words(page_of(course, notebook(*cells), capsys))


def test_a_renamed_file_and_a_name_of_many_signs_are_shown(course, capsys):
    name = "ÿ <b> & 'quoted'"
    hand_in(course, PLAIN, name, "mine.ipynb")
    assert show(course, capsys, name, "tiny")[0] == 0
    page = (course / "shown" / name / "tiny.html").read_text()
    assert "found as mine.ipynb" in words(page)
    assert name in words(page)
    assert "what ada wrote" in words(page)
