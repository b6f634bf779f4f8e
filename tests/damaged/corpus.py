"""Makes damaged notebooks that deserve full marks; see the README here."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from nmautils.course.contract import EXERCISES, QUESTIONS
from tests.support.answers_runner import read_answer
from tests.support.notebooks import find_cell as cell
from tests.support.paths import ANSWERS

ONE, TWO, THREE, FOUR = EXERCISES

RIGHT = {
    ONE: {"relu_forward": "torch_relu", "gd_loop": "five_lines"},
    TWO: {"conv_layer": "functional", "conv_weights": "cloned"},
    THREE: {"rdm": "corrcoef", "correlate_rdms": "pearsonr"},
    FOUR: {
        "preferred_orientation": "one_line",
        "nll_loss": "two_lines",
        "regularized_loss": "three_terms",
        "conv_fc": "view",
    },
}

Change = Callable[[NotebookNode, NotebookNode, dict[str, str]], bytes | None]


@dataclass(frozen=True, eq=False)
class Damage:
    """A damaged notebook.

    Parameters
    ----------
    name, about : str
        What happened to it, in a word and in a line.
    tutorial : str
        Which notebook it was.
    change : callable
        Does the damage to a solved notebook; may return the bytes of the file instead.
    repairs : tuple of str
        Texts that the list of repairs must contain.
    marks : dict of str to float
        Points of the exercises that deserve less than all.
    unanswered : tuple of str
        Grade ids of questions whose answer is not in the file any more.
    """

    name: str
    about: str
    tutorial: str
    change: Change
    repairs: tuple[str, ...]
    marks: dict[str, float] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    def make(self, release: NotebookNode, answers: dict[str, str] | None = None) -> bytes:
        """Write the file that is handed in.

        Parameters
        ----------
        release : NotebookNode
            Student version of the tutorial; left as it is.
        answers : dict of str to str, optional
            What stands in each answer cell, by grade id; `right_answers` if left out.
        """
        answers = right_answers(self.tutorial) if answers is None else answers
        nb = copy.deepcopy(release)
        for grade_id, answer in answers.items():
            cell(nb, grade_id).source = answer
        raw = self.change(nb, copy.deepcopy(release), answers)
        return as_bytes(nb) if raw is None else raw


DAMAGES: list[Damage] = []


def damage(
    tutorial: str,
    *repairs: str,
    marks: dict[str, float] | None = None,
    unanswered: tuple[str, ...] = (),
) -> Callable[[Change], Change]:
    """Add a function to `DAMAGES`."""

    def add(change: Change) -> Change:
        about = (change.__doc__ or "").strip()
        DAMAGES.append(
            Damage(change.__name__, about, tutorial, change, repairs, marks or {}, unanswered)
        )
        return change

    return add


def right_answers(tutorial: str) -> dict[str, str]:
    """Give a right answer to each exercise, and some text for each question."""
    answers = {}
    for exercise, name in RIGHT[tutorial].items():
        text = read_answer(ANSWERS / tutorial / exercise / "right" / f"{name}.py").source
        answers[exercise] = text.split("\n\n", 1)[1].strip("\n")
    for question in QUESTIONS[tutorial]:
        answers[question] = f"1. I think so.\n2. Not for {question.replace('_', ' ')}: see above."
    return answers


# --- tools ---------------------------------------------------------------------------------------


def as_bytes(nb: NotebookNode) -> bytes:
    """Write a notebook as it is, valid or not."""
    return json.dumps(nb, ensure_ascii=False, indent=1).encode()


def with_text(nb: NotebookNode, start: str) -> NotebookNode:
    """Find a cell by how its text begins."""
    return next(c for c in nb.cells if c.source.startswith(start))


def copied(one: NotebookNode, source: str | None = None) -> NotebookNode:
    """Copy a cell as JupyterLab does: the same metadata, another id."""
    new = copy.deepcopy(one)
    new.id = f"{one.id[:50]}-copy"
    new.source = one.source if source is None else source
    return new


def below(nb: NotebookNode, one: NotebookNode, *new: NotebookNode) -> None:
    """Insert cells below a cell."""
    place = next(i for i, c in enumerate(nb.cells) if c is one) + 1
    nb.cells[place:place] = new


def above(nb: NotebookNode, one: NotebookNode, *new: NotebookNode) -> None:
    """Insert cells above a cell."""
    place = next(i for i, c in enumerate(nb.cells) if c is one)
    nb.cells[place:place] = new


def delete(nb: NotebookNode, *ones: NotebookNode) -> None:
    """Delete cells."""
    nb.cells = [c for c in nb.cells if not any(c is one for one in ones)]


def reset(nb: NotebookNode, release: NotebookNode, grade_id: str) -> None:
    """Give a cell its first state back."""
    cell(nb, grade_id).source = cell(release, grade_id).source


def lose_marks(nb: NotebookNode, *, ids: bool = True) -> None:
    """Take from all cells what says which they are."""
    for i, each in enumerate(nb.cells):
        each.metadata = {}
        if ids:
            each.id = f"new{i}"


def retype(one: NotebookNode, kind: str) -> None:
    """Change the type of a cell as JupyterLab does."""
    one.cell_type = kind
    for key in ("outputs", "execution_count", "attachments"):
        one.pop(key, None)
    if kind == "code":
        one.outputs, one.execution_count = [], None


def half(source: str, line: str) -> tuple[str, str]:
    """Cut a text before the first line that begins with `line`, indented or not."""
    lines = source.split("\n")
    cut = next(i for i, text in enumerate(lines) if text.lstrip().startswith(line))
    return "\n".join(lines[:cut]), "\n".join(lines[cut:])


# --- Tutorial 1 ----------------------------------------------------------------------------------


@damage(ONE, "The cell `train` was there twice; the last one you worked on counts.")
def copied_and_corrected(nb, release, answers):
    """A first try of `train` was kept, and corrected in a copy of the cell."""
    right = cell(nb, "gd_loop")
    below(nb, right, copied(right))
    right.source = right.source.replace("train_loss.append(loss.item())", "pass")


@damage(ONE, "was there twice")
def pasted_the_first_state_at_the_end(nb, release, answers):
    """The untouched cell was pasted again to look something up."""
    nb.cells.append(copied(cell(release, "relu_forward")))


@damage(ONE, "`DeepNetReLU` was merged", "The check of `DeepNetReLU` was missing")
def merged_with_its_test(nb, release, answers):
    """The answer and the test below it were merged into one cell."""
    answer, test = cell(nb, "relu_forward"), cell(nb, "relu_forward_test")
    answer.source += "\n\n\n" + test.source
    delete(nb, test)


@damage(ONE, "The answers to `DeepNetReLU` and `train` stood in one cell", "what it defines")
def both_answers_in_one_cell(nb, release, answers):
    """Both answers were written in the first cell, with an import and a try below; one is gone."""
    cell(nb, "relu_forward").source = (
        "import math\n\n"
        + answers["gd_loop"].replace("epoch + 1", "math.floor(epoch + 1)")
        + "\n\n\n"
        + answers["relu_forward"]
        + "\n\nprint(DeepNetReLU(3, 2))"
    )
    delete(nb, cell(nb, "gd_loop"))


@damage(ONE)  # the run tells of the drive, not the repair
def came_from_colab(nb, release, answers):
    """Colab rewrote all metadata and ids; the student mounted a drive."""
    for i, each in enumerate(nb.cells):
        each.metadata["id"] = each.pop("id")
        each.metadata["colab"] = {"base_uri": "https://localhost:8080/", "height": 17}
        if each.cell_type == "code":
            each.execution_count = i
            each.outputs = [new_output("stream", name="stdout", text="done\n")]
    nb.metadata["colab"] = {"provenance": [], "toc_visible": True}
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nb.nbformat_minor = 0
    drive = "from google.colab import drive\ndrive.mount('/content/drive')\nplace = '/content'"
    nb.cells.insert(3, new_code_cell(drive))


@damage(ONE, "`DeepNetReLU` was recognised by what it defines", "`train` was recognised")
def lost_all_marks(nb, release, answers):
    """An editor dropped all metadata and gave every cell a new id."""
    lose_marks(nb)


@damage(ONE, "In the cell `train` the line that raises NotImplementedError")
def left_the_first_line(nb, release, answers):
    """The line that says delete me is still there."""
    one = cell(nb, "gd_loop")
    one.source = cell(release, "gd_loop").source.split("\n")[0] + "\n\n\n" + one.source


@damage(ONE, "Your answer to `train` stood in another cell")
def answered_below_the_test(nb, release, answers):
    """The answer is in a new cell below the test; the cell for it was left alone."""
    reset(nb, release, "gd_loop")
    below(nb, cell(nb, "gd_loop_test"), new_code_cell(answers["gd_loop"], id="mine"))


@damage(ONE, "Your answer to `DeepNetReLU` stood in another cell")
def answered_above_the_cell(nb, release, answers):
    """The answer is in a new cell above the one for it, of which only the first line is gone."""
    one = cell(nb, "relu_forward")
    one.source = cell(release, "relu_forward").source.split("\n", 3)[3]
    above(nb, one, new_code_cell(answers["relu_forward"], id="mine"))


@damage(ONE, "Some cells of the tutorial had been moved")
def sections_in_another_order(nb, release, answers):
    """The second half of the notebook was dragged above the first."""
    middle = next(i for i, c in enumerate(nb.cells) if c is cell(nb, "gd_loop")) - 5
    nb.cells = nb.cells[middle:] + nb.cells[:middle]


@damage(ONE, "The cell `train` was cut in two")
def cut_in_two(nb, release, answers):
    """The answer was split at the cursor, inside the loop; both halves kept the metadata."""
    one = cell(nb, "gd_loop")
    one.source, rest = half(one.source, "optimizer.zero_grad")
    below(nb, one, copied(one, rest))


# --- Tutorial 2 ----------------------------------------------------------------------------------


@damage(TWO, "The cell `get_filter_weights` had become a text cell")
def became_text(nb, release, answers):
    """One answer became a text cell with a fence around it, the other a raw cell."""
    for grade_id, kind in (("conv_layer", "raw"), ("conv_weights", "markdown")):
        retype(cell(nb, grade_id), kind)
    one = cell(nb, "conv_weights")
    one.source = f"```python\n{one.source}\n```"


@damage(TWO, "had lost the marks")
def lost_all_metadata_but_ids(nb, release, answers):
    """An editor dropped all metadata."""
    lose_marks(nb, ids=False)


@damage(TWO, "“Think! 1.3” was recognised by its place", "by what it defines")
def lost_all_marks_of_answers_in_words(nb, release, answers):
    """All metadata and ids are gone, so that nothing tells answers in words from notes."""
    lose_marks(nb)


@damage(TWO, "“Think! 1.3” was recognised by its place")
def wrote_below_the_cell_for_it(nb, release, answers):
    """The answer in words stands in new cells below the one for it, in two parts."""
    reset(nb, release, "think_conv_shapes")
    parts = answers["think_conv_shapes"].split("\n")
    below(nb, cell(nb, "think_conv_shapes"), *map(new_markdown_cell, parts))


@damage(TWO, "The tag `skip-execution`")
def tagged_to_be_skipped(nb, release, answers):
    """Tags that make Jupyter pass over cells and errors were set to save time."""
    for each in nb.cells:
        each.metadata["tags"] = ["skip-execution", "raises-exception"]


@damage(TWO, "old format", "asked for the kernel `julia-1.10`")
def saved_in_format_3(nb, release, answers):
    """An old program saved it in format 3, with the kernel of another notebook."""
    text = nbformat.writes(nbformat.from_dict(nb), version=3)
    data = json.loads(text)
    data["metadata"]["kernelspec"] = {"name": "julia-1.10", "display_name": "Julia 1.10"}
    return b"\xef\xbb\xbf" + json.dumps(data).encode()


@damage(TWO, "was there twice", "there more than once")
def whole_notebook_twice(nb, release, answers):
    """The untouched notebook was pasted above the worked one."""
    first = copy.deepcopy(release)
    for each in first.cells:
        each.id = f"{each.id[:50]}-old"
    nb.cells = first.cells + nb.cells


@damage(TWO, "given cells were missing", "The check of `apply_conv_layer` was missing")
def kept_only_the_answers(nb, release, answers):
    """All but the answers was deleted, the tests and the set-up included."""
    nb.cells = [cell(nb, grade_id) for grade_id in answers]


@damage(TWO)  # the run tells of the installs, not the repair
def installs_and_magics(nb, release, answers):
    """The answer's cell installs packages and measures time; there is a shell command."""
    one = cell(nb, "conv_layer")
    one.source = f"%pip install torch\n!pip install numpy\n%matplotlib inline\n{one.source}"
    below(nb, one, new_code_cell("%%time\nhere = !ls\napply_conv_layer?"))


# --- Tutorial 3 ----------------------------------------------------------------------------------


@damage(THREE, "`RDM` was recognised by what it defines", "by its place")
def renamed_the_cells(nb, release, answers):
    """The names of the cells were changed in nbgrader's toolbar, and the ids are new."""
    for i, each in enumerate(nb.cells):
        each.id = f"cell{i}"
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader["grade_id"] += "_of_me"


@damage(THREE, "The cell that makes `pairs_of` stood below `correlate_rdms`")
def helper_below_the_test(nb, release, answers):
    """A function that the answer needs stands below the test; cells were run out of order."""
    cell(nb, "correlate_rdms").source = (
        "def correlate_rdms(rdm1, rdm2):\n"
        "    return np.corrcoef(pairs_of(rdm1), pairs_of(rdm2))[0, 1]"
    )
    helper = "def pairs_of(rdm):\n    return rdm[np.triu_indices(len(rdm), k=1)]"
    below(nb, cell(nb, "correlate_rdms_test"), new_code_cell(helper))


@damage(THREE)
def helper_split_off(nb, release, answers):
    """The cell was split between a function and the answer that uses it."""
    one = cell(nb, "rdm")
    helper = "import numpy as mynp\n\ndef similarity(resp):\n    return mynp.corrcoef(resp)"
    above(nb, one, copied(one, helper))
    one.source = "def RDM(resp):\n    return 1 - similarity(resp)"


@damage(THREE, "What you added to given cells was kept", "not as given")
def added_to_the_set_up(nb, release, answers):
    """An import and a constant that the answer needs were added to the set-up cell."""
    with_text(nb, "import matplotlib").source += (
        "\nfrom scipy.spatial.distance import squareform as as_square\n\nDIAGONAL = 0"
        "\nresp_all = undefined_name"
    )
    cell(nb, "rdm").source = (
        "def RDM(resp):\n"
        "    out = 1 - np.corrcoef(resp)\n"
        "    np.fill_diagonal(out, DIAGONAL)\n"
        "    return as_square(as_square(out, checks=False))"
    )


@damage(THREE, "The cell `RDM` was merged", "1 given cell was missing")
def merged_with_the_demonstration(nb, release, answers):
    """The answer was merged with the demonstration below the test."""
    shown = with_text(nb, 'if nma.solved("RDM"):')
    cell(nb, "rdm").source += "\n\n" + shown.source
    delete(nb, shown)


@damage(THREE, "The check of `RDM` had been changed", "were missing")
def test_changed_and_set_up_deleted(nb, release, answers):
    """The test was made to print, and cells that seemed needless are gone."""
    test = cell(nb, "rdm_test")
    test.source = "print('now testing')\n" + test.source.replace("probe\n", "probe  # a probe\n")
    delete(nb, with_text(nb, "import matplotlib"), with_text(nb, "import importlib"))


@damage(THREE, "“Think! 3.2” was recognised by its place", "not as given")
def wrote_into_the_question(nb, release, answers):
    """The answer in words was written into the cell of the question."""
    reset(nb, release, "think_lowd")
    place = next(i for i, c in enumerate(nb.cells) if c is cell(nb, "think_lowd"))
    nb.cells[place - 1].source += "\n\n" + answers["think_lowd"]


@damage(THREE, "after the end of the notebook")
def rubbish_after_the_end(nb, release, answers):
    """A second, shorter save left the tail of the first behind the notebook's end."""
    raw = as_bytes(nb)
    return raw + raw[-400:]


# --- Tutorial 4 ----------------------------------------------------------------------------------


@damage(FOUR, "Latin-1")
def stray_bytes(nb, release, answers):
    """An old editor wrote an accent as Latin-1."""
    cell(nb, "nll_loss").source = "# la première réponse\n" + answers["nll_loss"]
    raw = as_bytes(nb)
    return raw.replace("première réponse".encode(), "première réponse".encode("latin-1"))


@damage(FOUR, "stood in another cell")
def answers_exchanged(nb, release, answers):
    """Two answers were pasted into each other's cells."""
    cell(nb, "nll_loss").source = answers["regularized_loss"]
    cell(nb, "regularized_loss").source = answers["nll_loss"]


@damage(FOUR, "stood in one cell")
def all_answers_at_the_end(nb, release, answers):
    """All four answers were written in one cell at the end."""
    for exercise in EXERCISES[FOUR]:
        reset(nb, release, exercise)
    text = "\n\n".join(answers[exercise] for exercise in reversed(EXERCISES[FOUR]))
    nb.cells.append(new_code_cell(text + "\n\nprint('all done')"))


@damage(FOUR, "recognised by what it defines", "The check of `preferred_orientation` had been")
def tidied_by_a_formatter(nb, release, answers):
    """A formatter rewrote every code cell, another tool dropped the metadata."""
    for each in nb.cells:
        if each.cell_type == "code":
            each.source = each.source.replace('"', "'").replace("    ", "\t") + "\n"
    cell(nb, "preferred_orientation_test").source += "# done"
    lose_marks(nb)


@damage(FOUR, "stood in another cell", "not as given")
def answered_in_the_demonstration(nb, release, answers):
    """The answer was written at the top of the demonstration that uses it."""
    reset(nb, release, "preferred_orientation")
    shown = with_text(nb, 'if nma.solved("preferred_orientation"):')
    shown.source = answers["preferred_orientation"] + "\n\n" + shown.source + "\nprint(isort)"


@damage(FOUR)
def indented_with_windows_line_ends(nb, release, answers):
    """Pasted from an indented place on Windows; the notebook came as UTF-16."""
    for exercise in EXERCISES[FOUR]:
        one = cell(nb, exercise)
        one.source = "\r\n".join("    " + line for line in one.source.split("\n"))
    return json.dumps(nb).encode("utf-16")


@damage(FOUR, "1 given cell was missing", "recognised by what it defines")
def merged_with_the_set_up(nb, release, answers):
    """The first answer, given classes and another given cell are one cell now."""
    given = with_text(nb, "class DeepNetReLU")
    load = with_text(nb, "resp_all, stimuli_all")
    given.source = "\n\n".join([load.source, given.source, answers["preferred_orientation"]])
    delete(nb, load, cell(nb, "preferred_orientation"))


@damage(FOUR, "The check of `make_classifier` had been changed", "what it defines")
def answered_in_the_test(nb, release, answers):
    """The answer was pasted over the test, and its own cell deleted."""
    cell(nb, "nll_loss_test").source = answers["nll_loss"]
    delete(nb, cell(nb, "nll_loss"))


@damage(FOUR, "was there 3 times")
def half_finished_copies(nb, release, answers):
    """Below the finished answer stand a half-finished copy and an empty one."""
    one = cell(nb, "conv_fc")
    stub = cell(release, "conv_fc").source.split("\n", 3)[3]
    again = copied(one, stub)
    again.id = "second"
    below(nb, one, copied(one, stub.replace("b = ...", "b = None")), again)


@damage(FOUR, "“Think! 1.1” had become a code cell")
def words_in_code_cells(nb, release, answers):
    """Answers in words became code and raw cells, one with a picture, and ids are gone."""
    retype(cell(nb, "think_weights"), "code")
    retype(cell(nb, "think_conv_units"), "raw")
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    seen = cell(nb, "think_decoding_error")
    seen.attachments = {
        "plot.png": {"image/png": pixel + "RU5ErkJggg=="},
        "page.html": {"text/html": "<b>no</b>"},
    }
    for each in nb.cells:
        each.pop("id")


@damage(FOUR, unanswered=("think_conv_units",))
def notes_between_everything(nb, release, answers):
    """Own cells stand everywhere: notes, tries, a wrong `make_classifier` after the test."""
    reset(nb, release, "think_conv_units")
    wrong = "def make_classifier(*args, **kwargs):\n    raise ValueError('a try')"
    below(nb, cell(nb, "nll_loss_test"), new_code_cell(wrong))
    nb.cells.insert(0, new_markdown_cell("# Notes of mine"))
    nb.cells.insert(7, new_code_cell("1 / 0"))
    nb.cells.insert(8, new_raw_cell("raw notes"))
    nb.cells.append(new_code_cell("print(undefined_name)"))


# --- the file itself -----------------------------------------------------------------------------


@damage(TWO, "had no line ends; they were put back")
def lines_without_line_ends(nb, release, answers):
    """A converter wrote each cell as a list of lines and left the line ends out."""
    for each in nb.cells:
        each.source = each.source.splitlines()


@damage(THREE, "was packed in another file")
def notebook_in_a_string(nb, release, answers):
    """The notebook was written as JSON twice, so that the file is one string."""
    return json.dumps(as_bytes(nb).decode()).encode()


@damage(FOUR, "was packed in another file")
def answer_of_the_contents_api(nb, release, answers):
    """Jupyter's own answer was saved in place of the file in it."""
    return json.dumps({"name": "x.ipynb", "type": "notebook", "content": nb}).encode()


@damage(ONE, "The file had 25 MB: one large output was left out.")
def video_of_24_megabytes(nb, release, answers):
    """An animation was shown in a cell of one's own."""
    video = new_output("display_data", {"text/html": "<video src='" + "A" * (24 << 20) + "'>"})
    own = new_code_cell("from IPython.display import HTML", id="own", outputs=[video])
    nb.cells.insert(4, own)
