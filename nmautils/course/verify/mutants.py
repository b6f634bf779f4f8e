"""The tests of the tests: a test cell must notice each small change of the right answer.

For each exercise, `mutations` makes many wrong versions of the model answer. Each runs through
the exercise's test cell, hidden part included, with several draws of inputs. One that gets full
marks is either a right answer in other words, which `equivalence` proves or a person has listed
with the reason, or it survives: then the inputs of the test cell miss a mistake.

The list stands beside the source, in ``source/<t>/equivalent_mutants.md``::

    ## gd_loop

    The gradient may be cleared at any time before ``backward()``.

    ```diff
    -        optimizer.zero_grad()
             loss = ...
    ```
"""

import ast
import contextlib
import multiprocessing
import os
import random
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from nmautils.cells import Kind, kind_of, runs_inside
from nmautils.checks import Checks
from nmautils.course.problems import Problem
from nmautils.course.scaffold import answer_of
from nmautils.course.settings import read_settings
from nmautils.course.stamp import source_notebook
from nmautils.course.trial import given_source, judge, student_namespace
from nmautils.course.verify.equivalence import canonical
from nmautils.course.verify.mutations import Mutant, Number, Seen, make_mutants, plain

__all__ = ["Exercise", "Tally", "Worker", "exercises_of", "problems_of", "read_list", "try_mutants"]

LIST_FILE = "equivalent_mutants.md"
# Of the checks' inputs; one draw may miss by chance what the others see.
SEEDS = (2020, 1, 2)
# Fewer mutants than this say little about a test cell.
ENOUGH = 40
# What one mutant may use: seconds of processor time, seconds on the clock, bytes.
CPU_SECONDS = 10
WALL_SECONDS = 300
MEMORY_BYTES = 4 * 2**30


@dataclass(frozen=True)
class Exercise:
    """An exercise, with all that is needed to judge an answer to it.

    Attributes
    ----------
    tutorial, name : str
        Assignment and grade id.
    answer, test : str
        The model answer, and the whole test cell.
    given : str
        What the notebook's set-up cells give.
    used : dict
        Numbers that the notebook's own cells hand to the answer, by the argument's name.
    listed : dict
        Mutants that a person says are right answers, by their diff, with the reason.
    cpu_seconds : int
        Processor time for one mutant.
    """

    tutorial: str
    name: str
    answer: str
    test: str
    given: str
    used: dict[str, list[Number]] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    cpu_seconds: int = CPU_SECONDS


@dataclass
class Tally:
    """What became of the mutants of an exercise.

    Attributes
    ----------
    exercise : Exercise
        Which one.
    made : list of Mutant
        All of them.
    tried : int
        How many of these were run or proved; fewer than `made` only for a sample.
    caught, proved, listed, surviving : list of Mutant
        Those that a check noticed, are equivalent by proof, are listed as equivalent, and the rest.
    problems : list of str
        What is wrong with the list of equivalent ones, or with the answer itself.
    """

    exercise: Exercise
    made: list[Mutant] = field(default_factory=list)
    tried: int = 0
    caught: list[Mutant] = field(default_factory=list)
    proved: list[Mutant] = field(default_factory=list)
    listed: list[Mutant] = field(default_factory=list)
    surviving: list[Mutant] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        part = "" if self.tried == len(self.made) else f", {self.tried} tried"
        equivalent = len(self.proved) + len(self.listed)
        return (
            f"{self.exercise.tutorial} {self.exercise.name}: {len(self.made)} mutants made{part}, "
            f"{len(self.caught)} caught, {equivalent} equivalent ({len(self.proved)} proved, "
            f"{len(self.listed)} listed), {len(self.surviving)} surviving"
        )


def try_mutants(
    root: str | Path,
    tutorials: Iterable[str] = (),
    sample: int | None = None,
    workers: int = 2,
    say: Callable[[str], None] = lambda line: None,
) -> list[Tally]:
    """Run the mutants of each exercise through its test cell.

    Parameters
    ----------
    root
        Folder of the course.
    tutorials
        Names; none means all that have a source.
    sample
        Run only so many of each exercise's mutants, spread over all kinds of changes.
    workers
        How many exercises are tried at a time, each in a process of its own.
    say
        Called with a line for each exercise that is done.

    Returns
    -------
    list of Tally
        One for each exercise, in the order of the notebooks.
    """
    exercises = exercises_of(root, tutorials)

    def one(exercise: Exercise) -> Tally:
        tally = _tally(exercise, sample)
        say(str(tally))
        return tally

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, exercises))


def problems_of(tally: Tally) -> Iterator[Problem]:
    """Say which mutants survive, and what is wrong with the list of equivalent ones."""
    where = f"{tally.exercise.tutorial} {tally.exercise.name}"
    for message in tally.problems:
        yield Problem(where, message)
    if len(tally.made) - len(tally.proved) - len(tally.listed) < ENOUGH:
        yield Problem(where, f"fewer than {ENOUGH} wrong mutants can be made of the answer")
    for mutant in tally.surviving:
        yield Problem(where, f"full marks although {mutant.change}:\n{mutant.diff}")


# --- what is tried -----------------------------------------------------------------------------


def exercises_of(root: str | Path, tutorials: Iterable[str] = ()) -> list[Exercise]:
    """Read the exercises of some tutorials, or of all."""
    settings = read_settings(root)
    found = []
    for tutorial in settings.select(list(tutorials)):
        _, notebook, _ = source_notebook(settings, tutorial)
        listed = read_list(settings.source(tutorial).parent / LIST_FILE)
        cells = {cell.id: cell.source for cell in notebook.cells}
        given = given_source(notebook)
        for cell in notebook.cells:
            test = cells.get(f"{cell.id}_test")
            if kind_of(cell) is Kind.EXERCISE and test is not None and not runs_inside(test):
                answer = answer_of(cell.source)
                found.append(
                    Exercise(
                        tutorial,
                        cell.id,
                        answer,
                        test,
                        given,
                        numbers_used(notebook, answer),
                        listed.get(cell.id, {}),
                    )
                )
    return found


def read_list(path: Path) -> dict[str, dict[str, str]]:
    """Read which mutants are right answers: diffs with their reasons, by exercise."""
    listed: dict[str, dict[str, str]] = {}
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, _, rest = part.partition("\n")
        found = listed.setdefault(name.strip(), {})
        reason = ""
        for place, block in enumerate(re.split(r"^```(?:diff)?\n", rest, flags=re.MULTILINE)):
            if place % 2 == 0:
                reason = " ".join(block.split()) or reason
                continue
            for diff in re.split(r"\n\s*\n", block.strip("\n")):
                found[diff] = reason
    return listed


def numbers_used(notebook: NotebookNode, answer: str) -> dict[str, list[Number]]:
    """Find the numbers that the notebook's own cells hand to what the answer defines."""
    arguments: dict[str, list[str]] = {}
    for node in ast.parse(answer).body:
        made = next(
            (
                inner
                for inner in ast.walk(node)
                if isinstance(inner, ast.FunctionDef)
                and (isinstance(node, ast.FunctionDef) or inner.name == "__init__")
            ),
            None,
        )
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and made is not None:
            names = [argument.arg for argument in made.args.args]
            arguments[node.name] = names[1:] if isinstance(node, ast.ClassDef) else names
    found: dict[str, list[Number]] = {}
    for call in _calls(notebook):
        names = arguments.get(ast.unparse(call.func), [])
        handed = [*zip(names, call.args, strict=False)]
        handed += [(word.arg, word.value) for word in call.keywords if word.arg in names]
        for name, value in handed:
            number = value.value if isinstance(value, ast.Constant) else None
            if isinstance(number, int | float) and not isinstance(number, bool):
                numbers = found.setdefault(name, [])
                numbers += [number] if number not in numbers else []
    return found


def _calls(notebook: NotebookNode) -> Iterator[ast.Call]:
    for cell in notebook.cells:
        if cell.cell_type == "code" and kind_of(cell) in (Kind.DEMO, Kind.EXPLORE, Kind.SETUP):
            with contextlib.suppress(SyntaxError):  # magics
                for node in ast.walk(ast.parse(cell.source)):
                    if isinstance(node, ast.Call):
                        yield node


# --- the main process --------------------------------------------------------------------------


def _tally(exercise: Exercise, sample: int | None) -> Tally:
    """Try the mutants of one exercise."""
    tally = Tally(exercise)
    worker = Worker(exercise)
    try:
        prepared = worker.ask("prepare")
        if not isinstance(prepared, tuple):
            tally.problems.append(f"the model answer cannot be judged: {prepared or 'it crashed'}")
            return tally
        tally.made, tally.proved = prepared
        proved = {mutant.source for mutant in tally.proved}
        rest = [mutant for mutant in tally.made if mutant.source not in proved]
        if sample is not None and sample < len(rest):
            rest = sorted(random.Random(0).sample(rest, sample), key=rest.index)
        tally.tried = len(tally.proved) + len(rest)
        for mutant in rest:
            survived = worker.ask(mutant.source) is True
            if mutant.diff in exercise.listed:
                tally.listed.append(mutant)
                if not survived:
                    tally.problems.append(
                        f"{LIST_FILE} lists as a right answer what the checks catch:\n{mutant.diff}"
                    )
            else:
                (tally.surviving if survived else tally.caught).append(mutant)
    finally:
        worker.close()
    for diff in exercise.listed.keys() - {mutant.diff for mutant in tally.made}:
        tally.problems.append(f"{LIST_FILE} lists what is no mutant of the answer:\n{diff}")
    return tally


class Worker:
    """A process that judges mutants of one exercise; one that dies of a mutant is replaced."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.process: Any = None

    def ask(self, question: str) -> Any:
        """Ask, and give the answer; None if the process ended or took too long."""
        if self.process is None:
            self._start()
        try:
            self.pipe.send(question)
            if self.pipe.poll(WALL_SECONDS):
                return self.pipe.recv()
        except (EOFError, OSError):
            pass
        self.close()
        return None

    def _start(self) -> None:
        methods = multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context(
            "forkserver" if "forkserver" in methods else "spawn"
        )
        if "forkserver" in methods:
            # Imported once, so that a new process need not wait for it.
            context.set_forkserver_preload(
                [
                    __name__,
                    "torch",
                    "torch._dynamo",
                    "matplotlib.pyplot",
                    "scipy.ndimage",
                    "scipy.stats",
                ]
            )
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, self.exercise), daemon=True)
        self.process.start()
        theirs.close()

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process.close()
            self.pipe.close()
            self.process = None


# --- the process of an exercise ----------------------------------------------------------------


def _work(pipe: Connection, exercise: Exercise) -> None:
    """Answer questions until the other end is closed."""
    import torch

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    _leave_mistakes_unnamed()
    with contextlib.suppress(EOFError):
        while True:
            question = pipe.recv()
            _limit(exercise.cpu_seconds)
            if question == "prepare":
                _limit(20 * exercise.cpu_seconds)
                try:
                    pipe.send(prepare(exercise))
                except Exception as error:
                    pipe.send(f"{type(error).__name__}: {error}")
            else:
                pipe.send(survives(exercise, question))


def _leave_mistakes_unnamed() -> None:
    """Let checks of this process not look for the name of a mistake, which nobody reads here.

    It takes most of the time that a wrong answer needs. A check that forgives known mistakes
    still has to know them.
    """
    close = Checks.close

    def unnamed(self: Checks, value: Any, expected: Any, **options: Any) -> None:
        if not options.get("forgive"):
            options["mistakes"] = ()
        close(self, value, expected, **options)

    Checks.close = unnamed  # type: ignore[method-assign]


def _limit(cpu_seconds: int) -> None:
    """Let the next mutant use only so much processor time, or this process ends, and memory."""
    with contextlib.suppress(ImportError):  # not on Windows
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + cpu_seconds
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
        with contextlib.suppress(ValueError, OSError):  # not on every system
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


def prepare(exercise: Exercise) -> tuple[list[Mutant], list[Mutant]]:
    """Make all mutants of an exercise; give them, and those that are equivalent by proof.

    Raises
    ------
    ValueError
        If the model answer itself does not get full marks.
    """
    answer = plain(exercise.answer)
    if not survives(exercise, answer):
        raise ValueError("it does not get full marks")
    seen = watch(exercise)
    mutants = make_mutants(exercise.answer, seen, at_least=ENOUGH + 10)
    namespace = student_namespace(exercise.given)
    wanted = canonical(answer, namespace, seen)
    proved = [one for one in mutants if canonical(one.source, namespace, seen) == wanted]
    return mutants, proved


def survives(exercise: Exercise, answer: str) -> bool:
    """Tell whether an answer gets full marks, whatever inputs are drawn."""
    for seed in SEEDS:
        os.environ["NMAUTILS_CHECK_SEED"] = str(seed)
        try:
            score = judge(exercise.name, exercise.test, answer, exercise.given)
        except BaseException:
            return False
        if not score.results or not all(result.passed for result in score.results):
            return False
    return True


def watch(exercise: Exercise) -> dict[str, Seen]:
    """Run the answer's test cell, and note what values each expression of the answer has."""
    seen: dict[str, Seen] = {}

    def note(text: str, value: Any) -> Any:
        known = seen.setdefault(text, Seen(list(exercise.used.get(text, []))))
        if isinstance(value, int | float) and not isinstance(value, bool):
            # The first number is that of the inputs which students see.
            if not known.numbers or (len(known.numbers) == 1 and text in exercise.used):
                known.numbers.append(value.item() if hasattr(value, "item") else value)
        elif hasattr(value, "ndim") and isinstance(value.ndim, int):
            known.dimensions = max(known.dimensions or 0, value.ndim)
        return value

    watched = ast.unparse(ast.fix_missing_locations(_Watch().visit(ast.parse(exercise.answer))))
    judge(exercise.name, exercise.test, watched, exercise.given, extra={"note_value": note})
    return seen


class _Watch(ast.NodeTransformer):
    """Put ``note_value(text, …)`` around the expressions of an answer."""

    def _noted(self, node: ast.expr) -> ast.expr:
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            return node
        text = ast.Constant(ast.unparse(node))
        self.generic_visit(node)
        return ast.Call(ast.Name("note_value", ast.Load()), [text, node], [])

    visit_Name = visit_Attribute = visit_Subscript = visit_BinOp = _noted

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = ast.unparse(node.func)
        if name == "super":
            return node
        text = ast.Constant(ast.unparse(node))
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        node.args = [self.visit(argument) for argument in node.args]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]
        return ast.Call(ast.Name("note_value", ast.Load()), [text, node], [])

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(inner) for inner in node.body]
        return node
