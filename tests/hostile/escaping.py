"""Attacks on what surrounds a submission: network, files, other processes, the warm parent."""

from .attack import RIGHT_LOOP, attack

# Names the processes that an attack leaves, for the harness to look for.
MARK = """
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)

def mark():
    libc.prctl(15, b"@mark@", 0, 0, 0)
"""

FOREVER = "while True:\n            time.sleep(1)"

NETWORK = [
    attack(
        "tcp",
        "connects to the loopback interface and to the world, and listens",
        """
import socket

for family, address in (
    (socket.AF_INET, ("127.0.0.1", @tcp@)), (socket.AF_INET6, ("::1", @tcp@)),
    (socket.AF_INET, ("192.0.2.1", 80)), (socket.AF_INET, ("10.0.2.2", @tcp@)),
):
    try:
        with socket.socket(family) as s:
            s.settimeout(0.3)
            s.connect(address)
            obtained(address)
    except OSError:
        pass
""",
    ),
    attack(
        "udp_and_names",
        "sends datagrams and asks for names",
        """
import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    for address in (("127.0.0.1", @udp@), ("255.255.255.255", @udp@)):
        try:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            s.sendto(b"hello", address)
        except OSError:
            pass
socket.setdefaulttimeout(0.3)
try:
    obtained(socket.getaddrinfo("example.org", 80))
except OSError:
    pass
""",
    ),
    attack(
        "unix_sockets",
        "Unix sockets: in the abstract name space, in folders, netlink, vsock and raw",
        """
import glob, socket

names = ["\\0@abstract@", "@path@", *glob.glob("/run/**/*.sock", recursive=True)]
for name in names:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_UNIX, kind) as s:
            s.settimeout(0.3)
            try:
                s.connect(name)
                s.send(b"hello")
                obtained(name)
            except OSError:
                pass
# Refused as soon as it is asked for: nothing is ever connected.
try:
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()
    obtained("vsock")
except OSError:
    pass
try:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind(("lo", 3))
        obtained("raw")
except OSError:
    pass
""",
    ),
]

FILES = [
    attack(
        "writes_outside",
        "writes, changes, removes and renames files of the home, the course and the system",
        """
import os, shutil

# Harmless where it should succeed after all: a new file that goes again.
for place in ("@nmautils@", "@packages@", "/usr/bin", "/usr/lib", "/etc", "/", "/root", "/var/tmp",
              "/usr/local/lib", "/sys", "/proc", "/dev", "/run"):
    try:
        path = os.path.join(place, f"gotcha{os.getpid()}")
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.remove(path)
        obtained(f"wrote into {place}")
    except OSError:
        pass
# The harness's own.
for place in ("@home@", "@course@", "@temporary@", "@memory@", os.path.dirname("@other@")):
    for name in ("gotcha", "gradebook.db", "secret.txt", "sitecustomize.py", "course.toml"):
        for flags in (os.O_CREAT | os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_TRUNC):
            try:
                with open(os.open(os.path.join(place, name), flags), "w") as file:
                    file.write("gotcha")
                obtained(os.path.join(place, name))
            except OSError:
                pass
    for change in (lambda: os.chmod(place, 0o777), lambda: os.utime(place, (0, 0)),
                   lambda: os.mkdir(place + "/gotcha.d"), lambda: os.symlink("/", place + "/l"),
                   lambda: os.rename(place, place + ".gone"), lambda: shutil.rmtree(place)):
        try:
            change()
        except OSError:
            pass
# The harness's folders cannot even be made where they seem to be missing.
for place in ("@home@", "@course@", "@memory@"):
    try:
        os.makedirs(place)
    except OSError:
        pass
""",
    ),
    attack(
        "start_up_files",
        "leaves modules, start-up files and profiles where a later Python would find them",
        """
import os, site, sys

text = "print('OBT' + 'AINED start-up file of another submission')\\n"
home = os.path.expanduser("~")
folders = {os.getcwd(), "/tmp", home, *filter(None, sys.path), site.getusersitepackages(),
           f"{home}/.ipython/profile_default/startup", f"{home}/.ipython/profile_default",
           f"{home}/.jupyter", f"{home}/.config/matplotlib", "/usr/local/lib/python3.11"}
for folder in folders:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        continue
    for name in ("torch.py", "numpy.py", "nmautils.py", "sitecustomize.py", "usercustomize.py",
                 "ipython_config.py", "jupyter_config.py", "00.py", "x.pth", "random.py"):
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write("import os\\n" * name.endswith("pth") + text)
        except OSError:
            pass
os.environ["PYTHONSTARTUP"] = os.environ["PYTHONPATH"] = "/tmp"
""",
    ),
    attack(
        "shadowing_modules",
        "a module of the student's stands in front of torch, numpy and nmautils.check",
        first="""
import os, sys

for name in ("torch", "numpy", "nmautils"):
    for folder in ("/tmp/shadow", "."):
        try:
            os.makedirs(f"{folder}/{name}", exist_ok=True)
            for module in ("__init__", "check", "testing"):
                with open(f"{folder}/{name}/{module}.py", "w") as file:
                    file.write("def __getattr__(name):\\n    return lambda *_, **__: 10.0\\n")
        except OSError:
            pass
sys.path[:0] = ["/tmp/shadow", "."]
for name in [n for n in sys.modules if n.split(".")[0] == "nmautils"]:
    del sys.modules[name]
""",
    ),
    attack(
        "a_note_for_the_next",
        "leaves texts for a later submission in every place that might outlive it",
        """
import ctypes, os, socket

text = b"OBT" + b"AINED a note of an earlier submission"
for folder in ("/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), "."):
    try:
        with open(f"{folder}/note", "wb") as file:
            file.write(text)
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
for ring in (-4, -5, -3):  # user keyring, user session keyring, session keyring
    libc.syscall(248, b"user", b"hostile-note", text, len(text), ring)
shared = libc.shmget(4711, 4096, 0o1666)
libc.shmat.restype = ctypes.c_void_p
where = libc.shmat(shared, None, 0) if shared >= 0 else -1
if where and where > 0 and where != 2**64 - 1:
    ctypes.memmove(where, text, len(text))
np.note = torch.note = text
for module in (np, torch):
    module.array = module.array if hasattr(module, "array") else None
torch.set_default_dtype(torch.float64)
np.seterr(all="raise")
os.nice(15)
""",
    ),
    attack(
        "a_note_from_before",
        "looks for what the submission before it has left",
        """
import ctypes, os

for folder in ("/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), "."):
    try:
        obtained(open(f"{folder}/note").read())
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
for ring in (-4, -5, -3):
    if libc.syscall(250, 10, ring, b"user", b"hostile-note", 0) > 0:
        obtained("a key in a key ring")
if libc.shmget(4711, 4096, 0) >= 0:
    obtained("a shared segment")
if hasattr(np, "note") or torch.get_default_dtype() != torch.float32 or os.nice(0) > 10:
    obtained("a changed library")
""",
    ),
]

PROCESSES = [
    attack(
        "background_processes",
        "children that cut every tie to their parent and stay",
        MARK
        + f"""
import subprocess, time

for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        mark()
        {FOREVER}
subprocess.Popen(["/bin/sh", "-c", "exec -a @mark@ sleep 600 || nohup sleep 600"],
                 start_new_session=True, env={{"NMA_HOSTILE": "@mark@"}})
""",
        loop=RIGHT_LOOP,
        kept=6,
    ),
    attack(
        "child_keeps_sockets",
        "the kernel goes, a child that looks like it stays and keeps its sockets",
        MARK
        + f"""
import time

if os.fork():
    os._exit(0)
mark()
for _ in range(1):
    if os.fork() == 0:
        {FOREVER}
""",
    ),
    attack(
        "kills_everybody",
        "signals to all, to its group, to its parent, to process 1 and to the grader",
        """
import os, signal

mine = {0, os.getpid(), *map(int, os.listdir("/proc/self/task"))}
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
    for target in (1, os.getppid(), @pid@, *range(2, 40)):
        if target in mine:
            continue
        try:
            os.kill(target, number)
        except OSError:
            pass
try:
    os.killpg(0, signal.SIGKILL)
except OSError:
    pass
os.kill(-1, signal.SIGKILL)
""",
    ),
    attack(
        "kills_from_a_probe",
        "ends the kernel whenever a test calls the answer",
        net="import os\ndef DeepNetReLU(*_):\n    os.kill(os.getpid(), 9)",
        loop=RIGHT_LOOP,
        kept=6,
    ),
    attack(
        "exits",
        "leaves in a cell, by all doors",
        """
import os, sys
get_ipython().ask_exit()
get_ipython().kernel.do_shutdown(False)
""",
        net="import os\nos._exit(0)",
        loop="import sys\nsys.exit(0)",
    ),
    attack(
        "exits_in_one_answer",
        "the first answer ends the kernel; the second is right",
        net="import os\nos._exit(0)",
        loop=RIGHT_LOOP,
        kept=6,
    ),
    attack(
        "stops_itself",
        "stops its own process, which then answers nothing and does not end",
        net="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
        loop=RIGHT_LOOP,
        kept=6,
    ),
    attack(
        "closes_descriptors",
        "closes every file and socket it has",
        net="import os\nos.closerange(0, 4096)",
        loop=RIGHT_LOOP,
        kept=6,
    ),
    attack(
        "breaks_the_interpreter",
        "crashes by a null pointer, a stack overflow and a freed object",
        net="import ctypes\nctypes.string_at(0)",
        loop="import sys\nsys.setrecursionlimit(10**9)\n"
        "def train(*a, **k):\n    return train(*a, **k)",
    ),
]

PRIVILEGES = [
    attack(
        "name_spaces",
        "name spaces of its own, mounts, chroot, other users, devices, namespaces of others",
        """
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10000000 | 0x00020000) == 0:
    for what in (("uid_map", "0 0 1"), ("setgroups", "deny")):
        try:
            open(f"/proc/self/{what[0]}", "w").write(what[1])
        except OSError:
            pass
for target in (b"/", b"/usr", b"/tmp"):
    if libc.mount(b"none", target, b"tmpfs", 0, None) == 0:
        print("mounted inside a name space of its own", target)
    if libc.mount(None, target, None, 32 | 4096, None) == 0 and os.access("/usr/bin", os.W_OK):
        obtained("/usr made writable")
if libc.mount(b"proc", b"/tmp", b"proc", 0, None) == 0 and os.path.exists("/tmp/@pid@/environ"):
    obtained("a fresh /proc that shows the machine")
for call in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.chroot("/proc/1/root"),
             lambda: os.mknod("/tmp/disk", 0o60666, os.makedev(8, 0)),
             lambda: os.mknod("/tmp/memory", 0o20666, os.makedev(1, 1)),
             lambda: os.sethostname("x") if hasattr(os, "sethostname") else 1 / 0):
    try:
        call()
        if os.getuid() == 0 or os.path.exists("/tmp/disk"):
            open("/tmp/disk", "rb").read(1)
            obtained("privileges")
    except (OSError, ZeroDivisionError, AttributeError):
        pass
for kind in ("mnt", "pid", "net", "user", "ipc"):
    for pid in (1, os.getppid(), @pid@):
        try:
            fd = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
        except OSError:
            continue
        if os.readlink(f"/proc/{pid}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}"):
            if libc.setns(fd, 0) == 0:
                obtained(f"name space {kind} of {pid}")
""",
    ),
    attack(
        "dangerous_calls",
        "system calls that few need: bpf, perf, kexec, modules, handles, key rings, userfaultfd",
        """
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
# With arguments that do nothing even for one who is allowed to.
calls = {"kexec_load": 246, "init_module": 175, "reboot": 169, "swapon": 167, "acct": 163,
         "pivot_root": 155, "open_by_handle_at": 304, "perf_event_open": 298}
for name, number in calls.items():
    if libc.syscall(number, 0, 0, 0, 0, 0) >= 0:
        obtained(name)
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/oom_score_adj",
             "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/pids.max"):
    try:
        with open(path, "r+") as file:
            if "self" not in path:
                obtained(f"{path} can be written")
    except OSError:
        pass
""",
    ),
    attack(
        "warm_parent",
        "signals, traces and writes to the memory of the process it was forked from",
        """
import ctypes, os, resource, signal

libc = ctypes.CDLL(None, use_errno=True)
for pid in {1, os.getppid(), @pid@, *range(1, 64)} - {0, os.getpid()}:
    if libc.ptrace(16, pid, 0, 0) == 0 or libc.ptrace(0x4206, pid, 0, 0) == 0:
        obtained(f"ptrace of {pid}")
    for call in (lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (5, 5)),
                 lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                 lambda: os.sched_setaffinity(pid, {0}),
                 lambda: open(f"/proc/{pid}/mem", "r+b").close()):
        try:
            call()
            if pid == @pid@:
                obtained(f"a hand on {pid}")
        except OSError:
            pass
# Raise what a child inherits; nobody after this one is a child of it.
for name in ("RLIMIT_NPROC", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_NOFILE"):
    kind = getattr(resource, name)
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        obtained(f"{name} lifted")
    except (OSError, ValueError):
        pass
""",
    ),
    attack(
        "sends_to_inherited_sockets",
        "writes to every descriptor it has inherited, in the hope that a parent listens",
        """
import array, os, socket, stat

kernel = get_ipython().kernel
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode) or number < 3:
            continue
        with socket.socket(fileno=os.dup(number)) as s:
            s.setblocking(False)
            peer = s.getpeername() if s.family == socket.AF_UNIX else None
            if s.family == socket.AF_UNIX and s.type == socket.SOCK_STREAM and peer in ("", b""):
                handle = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [2]))]
                for text in (b'{"fork": 1}\\n', b"\\x00" * 8, b"quit\\n"):
                    s.sendmsg([text], handle)
    except OSError:
        pass
""",
    ),
    attack(
        "terminal",
        "pushes key strokes into the terminal of the one who grades",
        """
import fcntl, os, termios

for path in ("/dev/tty", "/dev/pts/0", "/dev/console", "/proc/self/fd/0"):
    try:
        fd = os.open(path, os.O_RDWR)
        for char in b"id\\n":
            fcntl.ioctl(fd, termios.TIOCSTI, bytes([char]))
        obtained(path)
    except OSError:
        pass
""",
    ),
]

# System calls that build a way around the walls. `refused` runs one with the numbers of both
# processors; none of the arguments does anything where it should be allowed after all.
CALLS = """
import ctypes, os, platform

libc = ctypes.CDLL(None, use_errno=True)
arm = platform.machine() == "aarch64"

def refused(what, x86, on_arm, *arguments):
    result = libc.syscall(on_arm if arm else x86, *arguments)
    if result >= 0:
        obtained(what)
    return result < 0
"""

SYSTEM_CALLS = [
    attack(
        "other_families",
        "sockets of other families, which a network namespace does not all hide; none is connected",
        """
import socket

for name in ("AF_VSOCK", "AF_NETLINK", "AF_PACKET", "AF_ALG", "AF_BLUETOOTH", "AF_CAN", "AF_TIPC",
             "AF_RDS", "AF_QIPCRTR", "AF_PPPOX", "AF_KEY", "AF_LLC", "AF_X25"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        for make in (socket.socket, socket.socketpair):
            try:
                make(getattr(socket, name), kind)
                obtained(f"{name} {kind}")
            except (OSError, AttributeError):
                pass
for protocol in (1, 58, 132, 136, 255, 262):  # ICMP, SCTP, UDP-Lite, raw, MPTCP
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(socket.AF_INET, kind, protocol).close()
            obtained(f"protocol {protocol}")
        except OSError:
            pass
""",
    ),
    attack(
        "io_uring",
        "asks for input and output by a queue, past every filter of calls",
        CALLS
        + """
refused("io_uring_setup", 425, 425, 4, ctypes.create_string_buffer(120))
refused("io_setup", 206, 0, 4, ctypes.byref(ctypes.c_ulong()))
""",
    ),
    attack(
        "key_rings",
        "keys that outlive a process, in every ring",
        CALLS
        + """
for ring in (-1, -2, -3, -4, -5):
    refused("add_key", 248, 217, b"user", b"hostile-note", b"x" * 1000, 1000, ring)
    refused("keyctl", 250, 219, 0, ring, 1)
refused("keyctl join", 250, 219, 1, b"hostile-note")
refused("request_key", 249, 218, b"user", b"hostile-note", None, -3)
""",
    ),
    attack(
        "nested_name_spaces",
        "name spaces inside name spaces, by each call that makes them",
        CALLS
        + """
for bit in (0x80, 0x20000, *(1 << number for number in range(25, 31))):
    refused(f"unshare {bit:x}", 272, 97, bit)
    if bit != 0x80:  # in clone's flags a part of a signal's number
        pid = libc.syscall(220 if arm else 56, 17 | bit, 0, 0, 0, 0)
        if pid == 0:
            os._exit(0)
        if pid > 0:
            obtained(f"clone {bit:x}")
arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
pid = libc.syscall(435, arguments, 88)
if pid == 0:
    os._exit(0)
if pid > 0:
    obtained("clone3")
for kind in ("user", "mnt", "net", "pid", "cgroup"):
    descriptor = os.open(f"/proc/self/ns/{kind}", os.O_RDONLY)
    refused(f"setns {kind}", 308, 268, descriptor, 0)
""",
    ),
    attack(
        "mounts_of_a_new_kind",
        "file systems without a limit, by the calls that came after mount",
        CALLS
        + """
context = refused("fsopen", 430, 430, b"tmpfs", 0)
refused("open_tree", 428, 428, -100, b"/tmp", 1)
refused("move_mount", 429, 429, -100, b"/tmp", -100, b"/dev/shm", 0)
refused("fspick", 433, 433, -100, b"/tmp", 0)
refused("mount_setattr", 442, 442, -100, b"/tmp", 0, ctypes.create_string_buffer(32), 32)
refused("mount", 165, 40, b"none", b"/tmp", b"tmpfs", 32, b"nr_inodes=0,size=0")
refused("umount", 166, 39, b"/tmp", 2)
refused("pivot_root", 155, 41, b"/tmp", b"/tmp")
refused("chroot", 161, 51, b"/tmp")
""",
    ),
    attack(
        "personalities",
        "becomes another kind of program: memory at fixed places, pages that can be run",
        CALLS
        + """
for kind in (0x0040000, 0x0400000, 8, 0x0020000):
    refused(f"personality {kind:x}", 135, 92, kind)
""",
    ),
    attack(
        "calls_of_other_programs",
        "system calls as 32-bit and x32 programs make them, with numbers of their own",
        CALLS
        + """
import mmap

if not arm:
    refused("x32", 0x40000000 + 39, 0)
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3")  # mov eax, getpid; int 0x80; ret
    place = ctypes.addressof(ctypes.c_char.from_buffer(code))
    if ctypes.CFUNCTYPE(ctypes.c_int)(place)() > 0:
        obtained("a 32-bit call")
""",
    ),
    attack(
        "typing",
        "types into a terminal that it has made itself",
        """
import fcntl, os, termios

try:
    master, slave = os.openpty()
    for char in b"id\n":
        fcntl.ioctl(slave, termios.TIOCSTI, bytes([char]))
    obtained("a key stroke")
except OSError:
    pass
""",
    ),
    attack(
        "hands_on_others",
        "reads memory and takes descriptors of process 1 and of a child of its own",
        CALLS
        + """
child = os.fork()
if child == 0:
    import time
    time.sleep(2)
    os._exit(0)
for pid in (1, 2, child):
    held = ctypes.create_string_buffer(16)
    vector = (ctypes.c_uint64 * 2)(ctypes.addressof(held), 16)
    refused("process_vm_readv", 310, 270, pid, vector, 1, vector, 1, 0)
    refused("ptrace", 101, 117, 0x4206, pid, 0, 0)
    refused("kcmp", 312, 272, pid, os.getpid(), 2, 0, 0)
    try:
        refused("pidfd_getfd", 438, 438, os.pidfd_open(pid), 0, 0)
    except OSError:
        pass
""",
    ),
    attack(
        "first_among_processes",
        "priorities, real time, and to be the last that is ended when memory is short",
        """
import os

for what, attempt in {
    "nice": lambda: os.setpriority(os.PRIO_PROCESS, 0, -10),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(9)),
    "round robin": lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(9)),
    "out of memory": lambda: os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"-1000"),
    "oom_adj": lambda: os.write(os.open("/proc/self/oom_adj", os.O_WRONLY), b"-17"),
}.items():
    try:
        attempt()
        obtained(what)
    except OSError:
        pass
""",
    ),
    attack(
        "control_groups",
        "leaves the group that counts it, or raises its limits",
        CALLS
        + """
for line in open("/proc/self/cgroup"):
    _, names, path = line.strip().split(":", 2)
    for top in ("/sys/fs/cgroup", f"/sys/fs/cgroup/{names}"):
        for file in ("cgroup.procs", "tasks", "memory.limit_in_bytes", "memory.max", "pids.max"):
            for where in (top, f"{top}{path}", f"{top}{path}/.."):
                try:
                    os.write(os.open(f"{where}/{file}", os.O_WRONLY), b"0")
                    obtained(f"{where}/{file}")
                except OSError:
                    pass
for version in (b"cgroup", b"cgroup2"):
    refused("a mount of control groups", 165, 40, b"none", b"/tmp", version, 0, b"memory")
""",
    ),
]

ATTACKS = [*NETWORK, *FILES, *PROCESSES, *PRIVILEGES, *SYSTEM_CALLS]
