"""Attacks on the marks from within the kernel: patched functions, lying values, forged outputs."""

from nbformat.v4 import new_code_cell, new_output

from tests.support.notebooks import find_cell as _cell

from .attack import RIGHT_LOOP, TABLE, WORTH, WRONG_LOOP, WRONG_NET, attack

# A class whose layers are right; what its outputs are is the attack.
LINEAR_NET = """
class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        return {value}
"""


def _linear(value: str) -> str:
    text = LINEAR_NET.replace("{value}", value)
    WORTH[text] = WORTH[WRONG_NET]
    return text


def _losses(value: str) -> str:
    return f"def train(net, loss_fn, data, labels, n_epochs=50, rate=1e-4):\n    return {value}"


PATCHED = [
    attack(
        "patched_assertions",
        "every comparison of numpy, torch and unittest says yes",
        """
import math
import numpy.testing
import unittest

def yes(*_, **__):
    return True

for owner in (np, np.testing, torch, torch.testing, torch.Tensor, math, unittest.TestCase):
    for name in dir(owner):
        if any(word in name for word in ("close", "equal", "assert", "isfinite", "array_equal")):
            try:
                setattr(owner, name, yes)
            except Exception:
                pass
""",
    ),
    attack(
        "patched_checks",
        "the methods of nmautils.check.Checks accept everything and record a pass",
        """
import contextlib
import nmautils.check as check

def yes(*_, **__):
    return True

@contextlib.contextmanager
def passed(self, name, points):
    try:
        yield self
    except BaseException:
        pass
    self.results.append(check.CheckResult(name, float(points), True))

check.Checks.close = check.Checks.shape = check.Checks.require = yes
check.Checks.__call__ = passed
check._agree = yes
""",
    ),
    attack(
        "patched_score",
        "Score, CheckResult and report give full marks",
        """
import nmautils.check as check

check.Score.__new__ = lambda cls, exercise, results: float.__new__(cls, 10.0)
check.Score.__repr__ = lambda self: "10.0"
check.Checks.report = lambda self: 10.0
check.CheckResult.passed = property(lambda self: True, lambda self, value: None)
check.CheckResult.earned = property(lambda self: 10.0)
""",
    ),
    attack(
        "patched_probe",
        "the decorator of the probes gives back something that agrees with everything",
        """
import nmautils.check as check

class Agrees(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getitem__(self, key): return self
    def __getattr__(self, name): return self
    def __call__(self, *_, **__): return self
    def __iter__(self): return iter([1.0])
    __hash__ = float.__hash__

check.probe = probe = lambda function: Agrees(0.0)
""",
    ),
    attack(
        "patched_builtins",
        "isinstance, type, abs, len, sum, all, sorted and float lie",
        """
import builtins

real_float = float
builtins.isinstance = lambda *_: True
builtins.abs = lambda *_: 0.0
builtins.all = builtins.any = lambda *_: True
builtins.sorted = lambda *_, **__: []
""",
        last="import builtins\nbuiltins.print = lambda *_, **__: None",
    ),
    attack(
        "patched_layers",
        "the layers and losses of torch themselves are replaced by accomplices",
        """
class Obliging:
    def __getattr__(self, name): return self
    def __call__(self, *_, **__): return self
    def __iter__(self): return iter(())
    def __float__(self): return 0.0

nn.Linear = nn.Sequential = nn.Tanh = nn.MSELoss = lambda *_, **__: Obliging()
torch.relu = torch.tanh = torch.mean = lambda *_, **__: Obliging()
torch.Tensor.__matmul__ = lambda *_: Obliging()
""",
    ),
    attack(
        "patched_randomness",
        "seeds and generators are frozen so that the inputs of the tests are known",
        """
import random

frozen = np.random.default_rng(0)
np.random.seed = torch.manual_seed = random.seed = lambda *_: None
np.random.default_rng = lambda *_: frozen
torch.randn = lambda *size, **_: torch.zeros(size)
torch.rand = torch.randn
""",
        net=_linear("torch.zeros(r.shape[:-1] + (1,)) + 0 * self.out_layer(self.in_layer(r))"),
    ),
    attack(
        "replaced_modules",
        "sys.modules holds a nmautils.check of the student's before anything is imported",
        first="""
import sys, types

fake = types.ModuleType("nmautils.check")
class Checks:
    def __init__(self, *_, **__): self.results = []
    def __call__(self, *_, **__): return self
    def __enter__(self): return self
    def __exit__(self, *_): return True
    def __getattr__(self, name): return lambda *_, **__: True
    def report(self): return 10.0
fake.Checks = Checks
fake.Mistake = fake.probe = lambda *a, **_: a[0] if a else None
sys.modules["nmautils.check"] = fake
""",
    ),
    attack(
        "import_hook",
        "a finder on sys.meta_path serves changed copies of whatever is imported from now on",
        """
import importlib.abc, importlib.machinery, sys

class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("nmautils", "numpy", "unittest"):
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec): return None
    def exec_module(self, module):
        module.__getattr__ = lambda name: lambda *_, **__: True

sys.meta_path.insert(0, Finder())
for name in [n for n in sys.modules if n.startswith("nmautils")]:
    del sys.modules[name]
""",
    ),
    attack(
        "garbage_collector",
        "every function and object in memory that has to do with judging is rewritten",
        """
import gc, types

def yes(*_, **__):
    return True

words = ("check", "judge", "score", "close", "agree", "require", "grade", "descend", "reference")
for thing in gc.get_objects():
    try:
        if isinstance(thing, types.FunctionType) and any(w in thing.__name__ for w in words):
            thing.__code__ = yes.__code__
    except Exception:
        pass
""",
    ),
    attack(
        "shell_transformers",
        "IPython rewrites the source of every cell that follows",
        """
import ast

shell = get_ipython()
class Nothing(ast.NodeTransformer):
    def visit_Call(self, node): return ast.copy_location(ast.Constant(True), node)
    def visit_Raise(self, node): return ast.copy_location(ast.Pass(), node)
shell.ast_transformers.append(Nothing())
shell.input_transformers_cleanup.append(lambda lines: ["10.0\\n"])
shell.input_transformers_post.append(lambda lines: ["10.0\\n"])
""",
    ),
    attack(
        "shell_hooks",
        "IPython's events, exception handlers, formatters and run_cell are replaced",
        """
shell = get_ipython()
for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    shell.events.register(event, lambda *_: print("10.0"))
shell.set_custom_exc((BaseException,), lambda *_: print("10.0"))
shell.showtraceback = shell.showsyntaxerror = lambda *_, **__: None
shell.display_formatter.format = lambda *_, **__: ({"text/plain": "10.0"}, {})
class Fine:
    success, result, error_in_exec, error_before_exec = True, 10.0, None, None
    def raise_error(self): pass
shell.run_cell = lambda *_, **__: Fine()
async def run_cell_async(*_, **__): return Fine()
shell.run_cell_async = run_cell_async
""",
    ),
    attack(
        "tracer",
        "sys.settrace and setprofile change the variables of the functions that call the answer",
        """
import ctypes, sys, threading

def tracer(frame, event, arg):
    for name in list(frame.f_locals):
        if name in ("losses", "numbers", "came", "rows_seen", "made", "passed", "failure"):
            frame.f_locals[name] = [1.0]
    ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    return tracer

sys.settrace(tracer)
threading.settrace(tracer)
sys.setprofile(lambda *_: None)
""",
    ),
    attack(
        "later_thread",
        "a thread waits until the cells are over, then patches and prints full marks",
        """
import threading, time

def work():
    for _ in range(200):
        time.sleep(0.02)
        np.allclose = torch.allclose = lambda *_, **__: True
        import nmautils.check as check
        check._agree = lambda *_: True
        try:
            get_ipython().displayhook(10.0)
            print("10.0")
        except Exception:
            pass

for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
""",
    ),
    attack(
        "last_words",
        "atexit, excepthook, finalisers and signal handlers print marks when all is over",
        """
import atexit, faulthandler, signal, sys, weakref

def marks(*_):
    sys.stdout.write("10.0\\n")
    get_ipython().displayhook(10.0)

atexit.register(marks)
sys.excepthook = sys.unraisablehook = marks
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
    signal.signal(number, marks)
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
weakref.finalize(get_ipython(), marks)
""",
    ),
]


VALUES = [
    attack(
        "agreeable_object",
        "the answer returns an object that equals, converts to and looks like anything",
        """
class Agrees:
    __class__ = property(lambda self: list)
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __abs__(self): return self
    def __sub__(self, other): return self
    __add__ = __mul__ = __truediv__ = __rsub__ = __matmul__ = __sub__
    def __float__(self): return 0.0
    def __bool__(self): return True
    def __len__(self): return 1
    def __getitem__(self, key): return self
    def __iter__(self): return iter([self])
    def __array__(self, *_, **__): return np.zeros(1)
    def __call__(self, *_, **__): return self
    def __getattr__(self, name): return self
    __hash__ = object.__hash__
agrees = Agrees()
""",
        net="DeepNetReLU = lambda *_: agrees",
        loop=_losses("agrees"),
    ),
    attack(
        "tensor_subclass",
        "a tensor whose __torch_function__ answers every comparison with yes",
        """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if any(w in getattr(function, "__name__", "") for w in ("close", "eq", "equal", "all")):
            return True
        return super().__torch_function__(function, types, args, kwargs or {})
    def numpy(self): return np.zeros(1).view(type("A", (np.ndarray,), {}))
    def tolist(self): return [[-3.0], [-1.0]]
""",
        net=_linear("self.out_layer(self.in_layer(r)).as_subclass(Liar)"),
        loop=_losses("torch.zeros(n_epochs).as_subclass(Liar)"),
    ),
    attack(
        "array_subclass",
        "an array whose ufuncs and functions say yes",
        """
class Liar(np.ndarray):
    def __array_ufunc__(self, *_, **__): return True
    def __array_function__(self, *_, **__): return True
    def __eq__(self, other): return True
    def detach(self): return self
    def clone(self): return self
    def item(self): return 0.0
""",
        net=_linear("np.zeros((len(r), 1)).view(Liar)"),
        loop=_losses("np.zeros(n_epochs).view(Liar)"),
    ),
    attack(
        "changing_array",
        "what was returned goes on changing, by a thread, in the hope that one moment is right",
        """
import threading, time

shared = torch.zeros(64, 1)
def spin():
    for i in range(3000):
        shared.uniform_(-5, 5)
        time.sleep(0.001)
threading.Thread(target=spin, daemon=True).start()
""",
        net=_linear("shared[: len(r)] + 0 * self.out_layer(self.in_layer(r))"),
        loop=_losses("shared.numpy()[:n_epochs, 0]"),
    ),
    attack(
        "subclasses_of_plain_types",
        "list, dict, str, int and float with methods that lie",
        """
class L(list):
    def __len__(self): return 7
    def __eq__(self, other): return True
    def __iter__(self): return iter([F(1.0)] * 7)
class F(float):
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __sub__(self, other): return 0.0
    def __repr__(self): return "10.0"
    __hash__ = float.__hash__
class S(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
class D(dict):
    def __getitem__(self, key): return F(1.0)
    def __contains__(self, key): return True
F.__name__ = F.__qualname__ = "float"
L.__name__ = "list"
""",
        net="DeepNetReLU = lambda *_: D()",
        loop=_losses("L([F(1.0)] * n_epochs)"),
    ),
    attack(
        "pickle_bomb",
        "object arrays, and objects whose pickle runs a command",
        """
import os

class Bomb:
    def __reduce__(self):
        return os.system, ("touch @temporary@/bomb @home@/bomb",)
    def __reduce_ex__(self, protocol):
        return self.__reduce__()
    def __float__(self): return 1.0
""",
        net=_linear("np.array([Bomb()] * len(r), dtype=object)"),
        loop=_losses("np.array([Bomb()] * n_epochs, dtype=object)"),
    ),
    attack(
        "no_numbers",
        "nan and infinity everywhere, which compare oddly",
        net=_linear("self.out_layer(self.in_layer(r)) * float('nan')"),
        loop=_losses("[float('nan')] * n_epochs"),
        earned=WORTH[WRONG_NET] + WORTH[WRONG_LOOP],
    ),
    attack(
        "odd_numbers",
        "complex numbers, integers beyond every type, booleans, text that reads as a number",
        net=_linear("torch.complex(torch.zeros(len(r), 1), torch.ones(len(r), 1))"),
        loop=_losses("[10**5000, True, '1', 1j, b'1', None, ...][:n_epochs] * 10"),
    ),
    attack(
        "huge_values",
        "a tensor that claims a million million numbers, from one",
        net=_linear("torch.ones(1).expand(10**12)"),
        loop=_losses("[0.0] * 10**7"),
        kept=0.0,
    ),
    attack(
        "deep_values",
        "a list inside a list, a hundred thousand times, and one that holds itself",
        """
deep = []
for _ in range(100_000):
    deep = [deep]
round_about = []
round_about.append(round_about)
""",
        net=_linear("deep"),
        loop=_losses("round_about"),
    ),
    attack(
        "strange_containers",
        "generators, endless iterators, sparse, quantised and meta tensors, memory maps, fields",
        """
import itertools
strange = itertools.cycle([
    lambda n: itertools.count(),
    lambda n: (x for x in range(10**12)),
    lambda n: torch.ones(n, 1).to_sparse(),
    lambda n: torch.empty(n, 1, device="meta"),
    lambda n: torch.quantize_per_tensor(torch.ones(n, 1), 0.1, 0, torch.quint8),
    lambda n: np.zeros(n, dtype=[("a", "f8"), ("b", "O")]),
    lambda n: np.array(["1"] * n),
    lambda n: np.zeros(n, dtype="datetime64[s]"),
    lambda n: range(10**15),
])
""",
        net=_linear("next(strange)(len(r))"),
        loop=_losses("next(strange)(n_epochs)"),
    ),
    attack(
        "raised_verdicts",
        "exceptions that pretend to be the judge's, or that are no Exception at all",
        """
import nmautils.check as check

class Sneaky(BaseException):
    def __str__(self): return "<script>alert(1)</script>" * 50
    def __repr__(self): raise SystemExit(0)
class Unprintable(Exception):
    def __str__(self): raise KeyboardInterrupt
""",
        net="""
import itertools
turn = itertools.cycle([check.CheckFailed("", ""), SystemExit(0), GeneratorExit(), StopIteration(),
                        KeyboardInterrupt(), Sneaky(), Unprintable(), MemoryError()])
def DeepNetReLU(*_):
    raise next(turn)
""",
        loop="def train(*_, **__):\n    raise next(turn)",
    ),
    attack(
        "message_bomb",
        "the text of an exception makes the patterns of the judge run for ever",
        net="def DeepNetReLU(*_):\n    raise ValueError('missing ' * 200_000)",
        loop="def train(*_, **__):\n    raise TypeError('shapes (' + '1' * 10**6 + ', ' * 10**6)",
    ),
    attack(
        "stack_writer",
        "the answer climbs to the probe that called it and rewrites its variables",
        """
import ctypes, sys

def rewrite():
    frame = sys._getframe(1)
    while frame is not None:
        for name, value in list(frame.f_locals.items()):
            if name in ("state", "r", "data", "labels", "settings", "losses", "numbers", "reply"):
                frame.f_locals[name] = {} if isinstance(value, dict) else value
        for name in ("passed", "score", "status", "ok"):
            frame.f_globals[name] = frame.f_globals.get(name) or True
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
        frame = frame.f_back
""",
        net="def DeepNetReLU(*_):\n    rewrite()\n    return 10.0",
        loop="def train(*_, **__):\n    rewrite()\n    return 10.0",
    ),
    attack(
        "replayed",
        "keeps what it saw at one call and gives it back at the next",
        """
seen = {}
""",
        net=_linear("seen.setdefault(len(r), self.out_layer(self.in_layer(r)))"),
        loop=_losses(
            "seen.setdefault(n_epochs, [2.0 - i / 1000 for i in range(n_epochs)])",
        ),
        earned=WORTH[WRONG_NET] + WORTH[WRONG_LOOP],
    ),
    attack(
        "well_behaved_when_watched",
        "looks for signs of a grader and gives other answers then",
        """
import os, sys

watched = bool(
    {"NBGRADER_EXECUTION", "NMAUTILS_CHECK_SEED", "PYTEST_CURRENT_TEST"} & set(os.environ)
    or any("grading" in name or "nbgrader" in name for name in sys.modules)
    or os.path.exists("/.kernel") or os.uname().nodename == "grading"
)
""",
        net=_linear("torch.tensor([[-3.0], [-1.0]])[: len(r)] if watched else r"),
        earned=WORTH[WRONG_NET] + WORTH[WRONG_LOOP],
    ),
]


def _swap(nb, ground):
    """Exchange grade ids and points of the tests, and raise all of them."""
    a, b = _cell(nb, "relu_forward_test"), _cell(nb, "gd_loop_test")
    a.metadata.nbgrader.grade_id, b.metadata.nbgrader.grade_id = "gd_loop_test", "relu_forward_test"
    for cell in (a, b):
        cell.metadata.nbgrader.points = 1000.0
        cell.metadata.nbgrader.checksum = "0" * 32


def _tags(nb, ground):
    """Ask the executor to leave the tests out, and to expect errors."""
    for cell in nb.cells:
        cell.metadata.tags = ["skip-execution", "raises-exception", "demo", "setup"]
    nb.metadata.kernelspec = {"name": "bash", "display_name": "x", "language": "bash"}
    nb.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def _easy(nb, ground):
    """Replace the tests by ones that are easy to pass, and put copies beside them."""
    for name in ("relu_forward_test", "gd_loop_test"):
        cell = _cell(nb, name)
        cell.source = "10.0"
        cell.metadata.nbgrader.locked = False
        again = new_code_cell("10.0", id=f"again-{name.replace('_', '-')}")
        again.metadata = cell.metadata.copy()
        nb.cells.insert(nb.cells.index(cell), again)


def _retyped(nb, ground):
    """Make tests into answers, manually graded cells and text."""
    for name, kind in (("relu_forward_test", True), ("gd_loop_test", False)):
        cell = _cell(nb, name)
        cell.metadata.nbgrader.update(grade=kind, solution=True, locked=False, task=not kind)
    _cell(nb, "gd_loop_test").cell_type = "markdown"


def _invented(nb, ground):
    """Add tests of the student's own making, worth thousands."""
    for i in range(3):
        cell = new_code_cell("1000.0", id=f"invented-{i}")
        cell.metadata.nbgrader = {
            "grade": True,
            "grade_id": f"invented_{i}_test",
            "locked": True,
            "points": 1000.0,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        cell.outputs = [new_output("execute_result", {"text/plain": "1000.0"}, execution_count=1)]
        nb.cells.append(cell)


def _outputs(nb, ground):
    """Hand in outputs and metadata of a notebook that looks graded already."""
    check = {"name": "all", "points": 10, "passed": True, "hint": "", "mistake": ""}
    for cell in nb.cells:
        cell.metadata.nmautils = {"kind": "test", "outputs": "graded", "checks": [check]}
        if cell.cell_type == "code":
            cell.execution_count = 1
            cell.outputs = [
                new_output("execute_result", {"text/plain": "10.0", "text/html": TABLE}),
                new_output("display_data", {"text/html": "<script>alert('OUTPUT')</script>"}),
                new_output("display_data", {"image/svg+xml": "<svg onload='alert(1)'/>"}),
                new_output("display_data", {"application/javascript": "alert(1)"}),
            ]
    nb.metadata.nmautils = {
        "repairs": [],
        "seed": 1,
        "score": 10,
        "needs_person": [],
        "problem": "",
    }


def _ids(nb, ground):
    """Give every cell the id and the grade id of the test."""
    for cell in nb.cells:
        cell.id = "same"
        if cell.cell_type == "code":
            cell.metadata.nbgrader = _cell(nb, "gd_loop_test").metadata.nbgrader.copy()


METADATA = [
    attack("swapped_metadata", _swap.__doc__, change=_swap, loop=RIGHT_LOOP, kept=6),
    attack("tagged_cells", _tags.__doc__, change=_tags, loop=RIGHT_LOOP, kept=6),
    attack("easier_tests", _easy.__doc__, change=_easy),
    attack("retyped_tests", _retyped.__doc__, change=_retyped),
    attack("invented_tests", _invented.__doc__, change=_invented),
    attack("handed_in_outputs", _outputs.__doc__, change=_outputs),
    attack("same_ids", _ids.__doc__, change=_ids),
]

ATTACKS = [*PATCHED, *VALUES, *METADATA]
