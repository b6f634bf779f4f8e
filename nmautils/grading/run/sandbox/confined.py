"""The walls around our own process that reads and judges a hand-in.

It runs none of the student's code, but it parses the student's bytes. So it keeps nothing that
it does not need: no files but Python's own to read, no network, no other program, and a bound on
memory and processor time. It talks through one socket that it has already.
"""

import contextlib
import resource
import sys

from nmautils.grading.model.limits import READER_BYTES, Limits

from .bubblewrap import give_up_privileges, read_only_folders
from .landlock import read_only_these
from .seccomp import filter_system_calls

__all__ = ["confine_reader"]

# Read by libraries while they run: kinds of files, fonts, the time zone.
SYSTEM = ("/usr", "/lib", "/lib64", "/etc/localtime", "/etc/fonts", "/dev/null", "/dev/urandom")

# It talks through the socket that it has, starts nothing, reaches no other process, and changes
# nothing of a file, which a right to read it would not keep its owner from.
NOT_IN_THE_JUDGE = tuple(
    "socket socketpair connect bind listen accept accept4 execve execveat clone clone3 fork vfork "
    "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal prlimit64 "
    "setpriority ioprio_set sched_setaffinity sched_setattr sched_setparam sched_setscheduler "
    "chmod fchmod fchmodat fchmodat2 chown fchown fchownat lchown utime utimes utimensat futimesat "
    "setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr "
    "inotify_init inotify_init1 inotify_add_watch".split()
)


def confine_reader(limits: Limits) -> None:
    """Give up, for good, what reading and judging does not need.

    Parameters
    ----------
    limits : Limits
        What the submission may use: of processor time, the judge has as much.
    """
    limit = resource.setrlimit
    limit(resource.RLIMIT_CORE, (0, 0))
    limit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    if sys.platform != "linux":
        return
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    limit(resource.RLIMIT_AS, (now + READER_BYTES, now + READER_BYTES))
    limit(resource.RLIMIT_FSIZE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")
    give_up_privileges()
    read_only_these([*read_only_folders(), *SYSTEM])
    filter_system_calls(NOT_IN_THE_JUDGE)
