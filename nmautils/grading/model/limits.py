"""Every limit of grading, with its unit: one table.

`Limits` holds what one submission may use while it runs; three of its lines an instructor may
set in ``course.toml``, section ``[grading]``, under the same names. All others are constants
that no honest hand-in comes near.
"""

from dataclasses import dataclass
from typing import Protocol

__all__ = ["GIB", "KIB", "MIB", "GradingSettings", "Limits", "OutputLimits", "PictureLimits"]

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

# --- intake: files of the inbox ------------------------------------------------------------------

NOTEBOOK_BYTES = 20 * MIB  # of a notebook that is parsed; of a larger file outputs are left out
NOTEBOOK_FILE_BYTES = 64 * MIB  # of a file with a notebook, in the inbox and in submitted/
HEAD_BYTES = 64 * KIB  # by which a file is told that is not called a notebook
TIMESTAMP_BYTES = 1_000  # of timestamp.txt
ARCHIVE_BYTES = 2 * GIB  # of an archive, and of all that is unpacked from it
ARCHIVE_FILES = 10_000  # in one archive
ARCHIVE_DIRECTORY_BYTES = 4 * MIB  # of the list of its files and folders
ARCHIVES_NESTED = 2  # archives within archives
ARCHIVE_GROWTH = 10  # times that a packed archive may grow; what is packed already hardly does
ARCHIVE_SMALL = 10 * KIB  # of an archive within an archive, which may grow more
STUDENT_NOTEBOOKS = 100  # and archives, of one student in an inbox
STUDENT_BYTES = 192 * MIB  # of all of them together, unpacked
INBOX_FILES, INBOX_BYTES = 100_000, 32 * GIB  # in all archives of an inbox together
LIST_BYTES = 10 * MIB  # of the list that a platform puts beside the hand-ins
FOLDERS_NESTED = 8  # folders within folders
FILE_NAME_BYTES = 240  # of each part of a path in an archive
HAND_IN_FILES = 1_000  # in a folder of submitted/ in which a notebook is looked for
STUDENT_ID_CHARACTERS = 100

# --- intake: what a notebook file holds ----------------------------------------------------------

# Brackets and commas: what a parsed file needs of memory, which its size does not tell.
JSON_CONTAINERS = 2_000_000  # brackets
JSON_ITEMS = 10_000_000  # commas
JSON_DEPTH = 30  # levels
CELL_OUTPUTS_READ = 1_000  # outputs of a cell that are read
OUTPUT_BYTES = 1 * MIB  # of an output that is kept of a file that is too large
WRAPPED_LEVELS = 8  # values of JSON around a notebook
WRAPPED_PARTS = 2_000  # values that are looked at to find it

# --- the release ---------------------------------------------------------------------------------

RELEASE_FILE_BYTES = 32 * MIB  # of all files beside the notebooks of an assignment

# --- repair --------------------------------------------------------------------------------------

OWN_CELLS = 2_000  # cells of the student's own that are kept
CELL_COPIES = 20  # copies of one cell of the release that are looked at
CELL_CHARACTERS = 1_000_000  # of one cell
OWN_CHARACTERS = 5_000_000  # of all the student's own cells together
PARSED_CELL_CHARACTERS = 100_000  # of a cell that is parsed as Python, or compared word by word
PARSED_CHARACTERS = 400_000  # of all cells that are parsed, together
JOINED_CELLS = 4  # cells that are joined because they are code only together
WRITTEN_CHARACTERS = 20_000  # of a written answer
WRITTEN_BLANKS = 100  # side by side in a written answer; more take long to render
WRITTEN_FORMULAS = 200  # environments of TeX in a written answer; more take long to render
STRAY_CELLS = 50  # that are searched for the answer to a question which was left as it was
SHOWN_CHARACTERS = 2_000_000  # of all cells on a page of `nmautils show`
REPAIR_SENTENCES = 60  # on what was repaired

# --- run: what passes between processes ----------------------------------------------------------

PROBE_DEPTH = 20  # levels of a value
PROBE_NODES = 100_000  # parts of a value
PROBE_ARRAYS = 10_000  # arrays in a value
PROBE_CHARACTERS = 2_000_000  # of the text that describes a value
PROBE_BYTES = 64 * MIB  # of all arrays of a value
PROBE_DIMENSIONS = 16  # of an array
PROBE_TEXT_BYTES = 6 * PROBE_CHARACTERS  # of a frame's text; JSON escapes take up to six bytes
CONTROL_BYTES = 4 * MIB  # of a request to the forkserver
CONTROL_DESCRIPTORS = 16  # file descriptors beside it
READER_BYTES = 1 * GIB  # of memory, for the process that reads and judges a hand-in
RESULT_BYTES = 96 * MIB  # of a request to a worker, or of its answer
FRAME_PARTS = 500_000  # brackets and commas in the text of a frame from a student's process
ANSWER_BYTES = 32 * MIB  # of all arrays of an answer, or ...
ANSWER_TIMES = 64  # ... so many times what was handed to the call, if that is more
NOTEBOOK_OUTPUT_CHARACTERS = 24 * MIB  # of all outputs of a graded notebook, pictures included
STREAM_CHARACTERS = 200_000  # of text that a cell sends; less of it is kept
FLOOD_BYTES, FLOOD_MESSAGES = 40 * MIB, 20_000  # that a cell may publish before it is stopped
TEST_HINT_CHARACTERS = 300  # of what a test that ran inside says of a failure
ERROR_CHARACTERS = 2_000  # of the text of an error in the student's code
ERROR_LINE_CHARACTERS = 500  # of the student's line that raised it
CLASS_NAME_CHARACTERS = 100  # of the name of a class that comes from a student's process
TRACEBACK_LINES = 100  # of an error, as a kernel sends them
LEFT_OUT_LINES = 20  # of a cell that a kernel may say it left out
LEFT_OUT_CHARACTERS = 200  # of each text about such a line
EVENTS = 200  # that are told of one submission
REASONS = 20  # for a person to look at it, of those that a kernel's word gives
REASONS_IN_LINE = 3  # of them in the line of a run; the record has all
NAMES_IN_LINE = 10  # of students, where a run says who gained or lost; the summary has all
LEFT_OUT_NAMES = 50  # that it would have made
SHARED_MEMORY_BYTES = 64 * MIB  # of /dev/shm in a sandbox
SANDBOX_FILES = 10_000  # files and folders in /tmp of a sandbox, and as many in /dev/shm
INODE_BYTES = 2 * KIB  # that each of them takes of the kernel's memory, at most
SOCKET_BYTES = 256 * KIB  # that wait in a socket, where nobody counts them
INTERNET_SOCKET_BYTES = 4 * MIB  # the same of TCP and UDP, whose buffers grow
MEMORY_MARGIN_BYTES = 64 * MIB  # between a submission's limit and the one that the kernel holds

# --- run: patience -------------------------------------------------------------------------------

KERNEL_STARTS = 10  # processes that one notebook may end
SUSPECTS = 3  # cells without which one that ended its process is tried again
SUSPECT_TRIES = 6  # of these that were in vain, in one submission
LOST_CALLS = 2  # calls by one exercise's checks that may run into a limit
KERNEL_START_SECONDS = 60
CONTROL_SEND_SECONDS = 10  # until the forkserver has taken a request
PROBE_SEND_SECONDS = 5  # until a student's process has taken a call
RESULT_SECONDS = 60  # after a submission's own limit, until its process is given up
GROUP_REMOVAL_SECONDS = 1  # until a control group counts as one that stays behind
CLUSTER_CONNECT_SECONDS = 10
CLUSTER_WORKER_SECONDS = 60  # until the first worker is there
WORKER_ATTEMPTS = 2  # workers that one submission may end

# --- report --------------------------------------------------------------------------------------

COLOURED_CHARACTERS = 20_000  # of a code cell whose words are coloured on a page
COLOURED_LINES = 1_000
COLOURED_RUN = 150  # blanks and line ends, or letters and dots, that follow one another
PAGE_SECONDS = 20  # of processor time for a student's feedback page
PAGE_WALL_SECONDS = 120

# --- record --------------------------------------------------------------------------------------

RECORD_NAME_CHARACTERS = 150


class GradingSettings(Protocol):
    """The section ``[grading]`` of ``course.toml``."""

    @property
    def cell_seconds(self) -> float:
        """Processor time of a cell."""

    @property
    def total_seconds(self) -> float:
        """Processor time of a submission."""

    @property
    def memory_gib(self) -> float:
        """Memory of a submission."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use while it runs.

    Parameters
    ----------
    cell_seconds : float
        Processor time of a cell. ``course.toml`` may set it.
    total_seconds : float
        Processor time of the whole submission. ``course.toml`` may set it.
    memory_gib : float
        Address space of each process in GiB, and memory that all of them use together.
        ``course.toml`` may set it.
    again_seconds : float
        Processor time of a cell once another one has run into its limit.
    probe_seconds : float
        Processor time of one call of the student's code by a test.
    patience : float
        So many times as long each of these may take by the clock.
    grace_seconds : float
        Wall time to answer after an interrupt, before the process is ended.
    processes : int
        Processes and threads at a time.
    file_bytes : int
        Of one file.
    open_files : int
        At a time, per process.
    folder_bytes : int
        Everything written to the temporary directory.
    """

    cell_seconds: float = 30
    total_seconds: float = 600
    memory_gib: float = 4
    again_seconds: float = 10
    probe_seconds: float = 10
    grace_seconds: float = 3
    patience: float = 3
    processes: int = 64
    file_bytes: int = 64 * MIB
    open_files: int = 256
    folder_bytes: int = 256 * MIB

    @classmethod
    def of(cls, settings: GradingSettings) -> "Limits":
        """Take what ``course.toml`` sets; no limit on a part is longer than that on a cell."""
        return cls(
            cell_seconds=settings.cell_seconds,
            total_seconds=settings.total_seconds,
            memory_gib=settings.memory_gib,
            again_seconds=min(settings.cell_seconds, cls.again_seconds),
            probe_seconds=min(settings.cell_seconds, cls.probe_seconds),
        )

    @property
    def cpu_seconds(self) -> int:
        """Processor time of all processes together, of one kernel."""
        return round(self.total_seconds) + 60

    @property
    def clock_seconds(self) -> float:
        """Wall time of the whole submission."""
        return self.total_seconds * self.patience

    @property
    def memory_bytes(self) -> int:
        """`memory_gib` in bytes."""
        return round(self.memory_gib * GIB)


@dataclass(frozen=True)
class OutputLimits:
    """How much of what a cell shows is kept.

    Parameters
    ----------
    outputs : int
        Outputs in a cell.
    characters, lines : int
        Of text in all outputs of a cell together.
    raw_characters : int
        Of text as a kernel sends it: of a progress bar, only the last state is kept.
    pictures : int
        PNG pictures in a cell.
    """

    outputs: int = 40
    characters: int = 20_000
    lines: int = 500
    raw_characters: int = 50_000
    pictures: int = 12


@dataclass(frozen=True)
class PictureLimits:
    """How large a picture may be.

    Parameters
    ----------
    size : int
        Bytes.
    side, area : int
        Width or height, and their product, in pixels.
    """

    size: int
    side: int
    area: int

    @property
    def base64_characters(self) -> int:
        """The longest base64 text that is looked at; it may have line breaks and spaces."""
        return 2 * self.size

    def allow(self, width: int, height: int) -> bool:
        """Whether a picture may have this width and height."""
        return 0 < width <= self.side and 0 < height <= self.side and width * height <= self.area


OUTPUTS = OutputLimits()
DRAWN = PictureLimits(1_500_000, 8_000, 24_000_000)  # by the student's code
PHOTOS = PictureLimits(6_000_000, 12_000, 64_000_000)  # attached to a written answer
ATTACHMENTS = 12  # pictures attached to a written answer
