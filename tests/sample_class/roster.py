"""Who is in the sample class, what they hand in and how, and the marks they should get.

Answers come from ``tests/answers``, each with the marks it deserves at its head. Marks are
therefore known before anything is graded.
"""

import copy
import json
import os
import struct
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from nmautils.course.contract import EXERCISES
from tests.support.answers_runner import Answer, read_answer, without_head
from tests.support.notebooks import find_cell
from tests.support.paths import ANSWERS

DECODING = "tutorial1_decoding"

ENDLESS = """def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    train_loss = []
    epoch = 0
    while epoch < n_epochs:
        out = net(train_data)
        train_loss.append(loss_fn(out, train_labels).item())
    return train_loss
"""

Change = Callable[[NotebookNode], None]


@dataclass(frozen=True)
class Student:
    """One hand-in.

    Parameters
    ----------
    name : str
        Student id that collecting should find; ``""`` if nobody can be told.
    about : str
        What is special about it.
    answers : tuple of str
        For each exercise of the tutorial, in order: ``right/NAME`` or ``mistakes/NAME`` of the
        answers, ``"endless"``, or ``""`` for a cell left alone.
    file : str
        Path in the inbox; ``"ARCHIVE.zip!PATH"`` for an entry of an archive.
    hours_late : float
        After the due date of course.toml; negative for in time.
    change, raw_change : callable, optional
        Damage done to the notebook, or to the bytes of its file.
    refused : str
        If not empty, collecting refuses the file, and this is in the reason.
    penalty_share : float
        Share of the marks that the late policy takes.
    superseded : bool
        Whether another hand-in of the same student is newer.
    tutorial : str
        What they hand in.
    """

    name: str
    about: str
    answers: tuple[str, ...]
    file: str
    hours_late: float = -48
    change: Change | None = None
    raw_change: Callable[[bytes], bytes] | None = None
    refused: str = ""
    penalty_share: float = 0
    superseded: bool = False
    tutorial: str = DECODING

    @property
    def handed_in(self) -> dict[str, str]:
        """What stands in the cell of each exercise."""
        return dict(zip(EXERCISES[self.tutorial], self.answers, strict=True))

    @property
    def expected(self) -> dict[str, float]:
        """Marks per exercise, before the late penalty."""
        return {name: self._points(name) for name in self.handed_in}

    @property
    def total(self) -> float:
        """Marks in all, after the late penalty."""
        return round(sum(self.expected.values()) * (1 - self.penalty_share), 6)

    @property
    def diagnoses(self) -> list[str]:
        """Texts that the checks' tables should show."""
        named = (self.answer(name) for name in self.handed_in)
        return [answer.names for answer in named if answer and answer.names]

    def answer(self, exercise: str) -> Answer | None:
        """The answer taken from the corpus, None if there is none."""
        wanted = self.handed_in[exercise]
        if "/" not in wanted:
            return None
        return read_answer(ANSWERS / self.tutorial / exercise / f"{wanted}.py")

    def _points(self, exercise: str) -> float:
        answer = self.answer(exercise)
        return answer.points if answer else 0.0

    def notebook(self, release: NotebookNode) -> bytes:
        """The file that this student hands in, made from the release notebook."""
        nb = copy.deepcopy(release)
        for exercise, wanted in self.handed_in.items():
            if wanted == "endless":
                find_cell(nb, exercise).source = ENDLESS
            elif answer := self.answer(exercise):
                find_cell(nb, exercise).source = without_head(answer.source)
        if self.change:
            self.change(nb)
        raw = json.dumps(nb, ensure_ascii=False, indent=1).encode()
        return self.raw_change(raw) if self.raw_change else raw


def leave_first_lines(nb: NotebookNode) -> None:
    """Put the line back that students are asked to delete."""
    for exercise in EXERCISES[DECODING]:
        cell = find_cell(nb, exercise)
        line = 'raise NotImplementedError("Exercise: complete this")  # delete this line'
        cell.source = f"{line}\n{cell.source}"


def warn(nb: NotebookNode) -> None:
    """Make a right answer write to stderr, which nbgrader alone would punish with zero."""
    cell = find_cell(nb, "gd_loop")
    cell.source = cell.source.replace(
        "):\n",
        "):\n    import sys\n    import warnings\n\n"
        '    warnings.warn("training starts")\n'
        '    print("training", file=sys.__stderr__)\n',
        1,
    )


def lose_metadata(nb: NotebookNode) -> None:
    """What some editors do: no cell says any more which exercise it is."""
    for cell in nb.cells:
        cell.metadata = {}


def duplicate_and_delete(nb: NotebookNode) -> None:
    """Copy one answer, delete the other's test."""
    gone = find_cell(nb, "relu_forward_test")
    again = copy.deepcopy(find_cell(nb, "gd_loop"))
    again.id = "pasted-again"
    nb.cells = [cell for cell in nb.cells if cell is not gone] + [again]


def cut_short(raw: bytes) -> bytes:
    """An upload that broke off."""
    return raw[: len(raw) // 2]


CANVAS, MOODLE = "submissions.zip!", "course-tutorial1-4711.zip!"
FILE = f"{DECODING}.ipynb"

CLASS = [
    Student("ada", "everything right", ("right/torch_relu", "right/five_lines"), f"ada/{FILE}"),
    Student(
        "ben",
        "right, in other words; renamed by Colab",
        ("right/matrix_products", "right/manual_update"),
        f"ben/Copy_of_{DECODING} (1).ipynb",
    ),
    Student(
        "chencleo",
        "right, a third way; from Canvas, marked late there",
        ("right/mask", "right/closure"),
        f"{CANVAS}chencleo_LATE_10023_77120_{DECODING}-1.ipynb",
    ),
    Student(
        "Dora_Diaz",
        "only the first exercise; from Moodle",
        ("right/functional", ""),
        f"{MOODLE}Dora Diaz_4711_assignsubmission_file_/{FILE}",
    ),
    Student("eli", "only the second exercise", ("", "right/while_loop"), f"eli_{FILE}"),
    Student(
        "fay",
        "forgot the rectifier, trains well",
        ("mistakes/no_rectifier", "right/double_precision"),
        f"fay/{FILE}",
    ),
    Student(
        "gus",
        "sigmoid; records the loss too late",
        ("mistakes/sigmoid", "mistakes/recorded_after_update"),
        f"gus/{FILE}",
    ),
    Student(
        "hal",
        "a leaky rectifier; adds momentum",
        ("mistakes/leaky", "mistakes/momentum"),
        f"hal/{FILE}",
    ),
    Student(
        "imohira",
        "squeezes the output; returns inside the loop; from Canvas",
        ("mistakes/squeezed", "mistakes/return_in_loop"),
        f"{CANVAS}imohira_10044_77121_{DECODING}.ipynb",
    ),
    Student("jo", "untouched", ("", ""), f"jo/{FILE}"),
    Student("kim", "a loop that never ends", ("right/module", "endless"), f"kim/{FILE}"),
    Student(
        "lea",
        "right, but a day late",
        ("right/where", "right/foreach"),
        f"lea/{FILE}",
        hours_late=24.5,
        penalty_share=0.2,  # two days begun at a tenth each
    ),
    Student(
        "max",
        "right, with the line left in that says delete me",
        ("right/one_line", "right/closure"),
        f"max/{FILE}",
        change=leave_first_lines,
    ),
    Student(
        "nia",
        "right, with warnings",
        ("right/torch_relu", "right/new_optimiser_each_epoch"),
        f"nia/{FILE}",
        change=warn,
    ),
    Student(
        "oz",
        "right, all metadata lost",
        ("right/clamp", "right/five_lines"),
        f"oz/{FILE}",
        change=lose_metadata,
    ),
    Student(
        "pia",
        "right, one cell twice and one deleted",
        ("right/maximum", "right/five_lines"),
        f"pia/{FILE}",
        change=duplicate_and_delete,
    ),
    Student(
        "ada",
        "an older hand-in of hers",
        ("mistakes/tanh", ""),
        f"ada/{DECODING} (1).ipynb",
        hours_late=-72,
        superseded=True,
    ),
    Student(
        "quin",
        "cut short while uploading",
        ("right/module", "right/five_lines"),
        f"quin/{FILE}",
        raw_change=cut_short,
        refused="not JSON",
    ),
    Student(
        "rob",
        "a name that nobody knows: told by its cells",
        ("right/module", "right/five_lines"),
        "rob/tutorial9_unknown.ipynb",
    ),
]

# The other tutorials: one who gets it right, one who does not everywhere, one who did nothing.
CLASS += [
    Student(
        name,
        about,
        answers,
        f"{name}/{tutorial}.ipynb",
        tutorial=tutorial,
    )
    for tutorial, of_gus, of_ada in [
        (
            "tutorial2_convolution",
            ("mistakes/c_in_from_number_of_images", "mistakes/channel_0"),
            ("right/functional", "right/cloned"),
        ),
        (
            "tutorial3_normative_encoding",
            ("mistakes/axis_0", "mistakes/diagonal"),
            ("right/corrcoef", "right/pearsonr"),
        ),
        (
            "tutorial4_decoding_encoding",
            ("right/fourier", "mistakes/cross_entropy", "right/norms", "mistakes/bias_random"),
            ("right/one_line", "right/one_line", "right/three_terms", "right/view"),
        ),
    ]
    for name, about, answers in [
        ("ada", "everything right", of_ada),
        ("gus", "typical mistakes", of_gus),
        ("jo", "untouched", ("",) * len(of_ada)),
    ]
]


def write_inbox(inbox: Path, releases: dict[str, NotebookNode], due: dict[str, float]) -> None:
    """Write what the class hands in to `inbox`, with the times of the roster.

    Parameters
    ----------
    inbox : Path
        Folder to make.
    releases : dict of str to NotebookNode
        The student version of each tutorial.
    due : dict of str to float
        Due date of each tutorial, in seconds since 1970.
    """
    for student in CLASS:
        seconds = int(due[student.tutorial] + 3600 * student.hours_late)
        raw = student.notebook(releases[student.tutorial])
        archive, _, path = student.file.rpartition("!")
        if not archive:
            target = inbox / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw)
            os.utime(target, (seconds, seconds))
            continue
        inbox.mkdir(parents=True, exist_ok=True)
        entry = zipfile.ZipInfo(path, time.gmtime(seconds)[:6])
        entry.extra = struct.pack("<HHBI", 0x5455, 5, 1, seconds)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(inbox / archive, "a") as file:
            file.writestr(entry, raw)
