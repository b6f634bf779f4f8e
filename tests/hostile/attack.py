"""What a hostile submission is, and how one is made from the student version."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from tests.sample_class.roster import DECODING
from tests.support.answers_runner import read_answer, without_head
from tests.support.notebooks import find_cell
from tests.support.paths import ANSWERS

__all__ = [
    "DECODING",
    "RIGHT_LOOP",
    "RIGHT_NET",
    "TABLE",
    "WORTH",
    "WRONG_LOOP",
    "WRONG_NET",
    "Attack",
    "Ground",
    "attack",
    "fields",
]


# Looks like the table of a solved exercise.
TABLE = (
    "<p><strong>relu_forward: 4 of 4 checks hold, 4 of 4 points</strong></p><table><tr><td>&#10004;"
    "</td><td>everything</td><td>4 / 4</td></tr></table>"
)

# What the answers that stand in the attacks honestly deserve, by their text.
WORTH: dict[str, float] = {}


def _answer(name: str) -> str:
    answer = read_answer(ANSWERS / DECODING / name)
    text = without_head(answer.source)
    WORTH[text] = answer.points
    return text


RIGHT_NET = _answer("relu_forward/right/module.py")
RIGHT_LOOP = _answer("gd_loop/right/five_lines.py")
# Plausible, so that every check has something to look at, and wrong.
WRONG_NET = _answer("relu_forward/mistakes/no_rectifier.py")
WRONG_LOOP = _answer("gd_loop/mistakes/step_missing.py")

# Put before every attack. The two words are joined at run time, so that a listing of the
# attack's own source is not taken for success.
PRELUDE = '''
def obtained(what, word="OBT" + "AINED"):
    """Tell the harness of success, by every way that leads into a graded notebook."""
    print(word, str(what)[:2000])
    return RuntimeError(f"{word} {str(what)[:300]}")


CANARY = "nmacan" + "ary"

# Nothing below may run where it could do harm: it is not inside a sandbox.
import os
if os.getuid() == 0 or os.readlink("/proc/self/ns/pid") == "@process_names@":
    raise obtained("no sandbox around this")
'''


@dataclass(frozen=True)
class Ground:
    """Where the harness has laid out what must be neither read, written nor reached.

    The worst case is assumed: an attacker knows all these names.

    Parameters
    ----------
    home, course, temporary, memory : str
        Folders outside the sandbox: the instructor's home, the course, one below ``/tmp`` and
        one below ``/dev/shm``, each with files that hold a secret.
    other : str
        Another student's hand-in.
    nmautils, packages : str
        Folders of nmautils and of the installed packages.
    tcp, udp : int
        Ports of the loopback interface on which somebody listens.
    abstract, path : str
        Names of two Unix sockets with a listener: in the abstract name space (without the
        leading zero byte), and in a folder.
    pid : int
        The process that grades.
    process_names : str
        Its name space of processes; an attack that finds itself in there gives up, for the
        safety of the machine that runs the tests.
    mark : str
        What a process is called that tries to stay; other tests run beside these.
    """

    home: str
    course: str
    temporary: str
    memory: str
    other: str
    nmautils: str
    packages: str
    tcp: int
    udp: int
    abstract: str
    path: str
    pid: int
    process_names: str
    mark: str


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    Parameters
    ----------
    name : str
        Short and unique.
    about : str
        What it tries, in a line.
    make : callable
        From the student version and the `Ground` to the bytes handed in.
    earned : float
        Points that it honestly deserves, of 10: it must not get more.
    kept : float
        Points that it must get nevertheless, since what is right in it runs away from nobody.
    limits : dict
        Changes to the harness's limits.
    tutorial : str
        What it hands in.
    """

    name: str
    about: str
    make: Callable[[NotebookNode, Ground], bytes]
    earned: float = 0.0
    kept: float = 0.0
    limits: dict[str, float] = field(default_factory=dict)
    tutorial: str = DECODING

    def __str__(self) -> str:
        return self.name


def fields(text: str, ground: Ground) -> str:
    """Fill the names of the ground into a text: ``@home@`` and so on."""
    for name, value in vars(ground).items():
        text = text.replace(f"@{name}@", str(value))
    return text


def attack(
    name: str,
    about: str,
    code: str = "",
    *,
    net: str = WRONG_NET,
    loop: str = WRONG_LOOP,
    first: str = "",
    last: str = "",
    change: Callable[[NotebookNode, Ground], None] | None = None,
    raw: Callable[[bytes], bytes] | None = None,
    earned: float | None = None,
    kept: float = 0.0,
    **limits: float,
) -> Attack:
    """Make an attack on tutorial 1.

    Parameters
    ----------
    name, about, kept
        See `Attack`.
    earned : float, optional
        See there; by default what the two answers deserve, which is nothing for one that is
        not in `WORTH`.
    code : str
        Stands in a cell of the student's own, before the first exercise.
    net, loop : str
        The two answers; by default a plausible, wrong one.
    first, last : str
        Cells of the student's own: before anything else, and at the end.
    change, raw : callable, optional
        What else is done to the notebook, and to the bytes of its file.
    **limits : float
        See `Attack`.
    """

    def make(release: NotebookNode, ground: Ground) -> bytes:
        nb = copy.deepcopy(release)
        for grade_id, answer in (("relu_forward", net), ("gd_loop", loop)):
            find_cell(nb, grade_id).source = fields(f"{PRELUDE}\n{answer}", ground)
        place = nb.cells.index(find_cell(nb, "relu_forward"))
        for index, text in ((len(nb.cells), last), (place, code), (0, first)):
            if text:
                cell = new_code_cell(fields(f"{PRELUDE}\n{text}", ground), id=f"own-{index}")
                nb.cells.insert(index, cell)
        if change:
            change(nb, ground)
        data = json.dumps(nb, ensure_ascii=False, indent=1).encode()
        return raw(data) if raw else data

    if earned is None:
        earned = sum(points for text, points in WORTH.items() if text in net or text in loop)
    return Attack(name, about, make, earned, kept, limits)
