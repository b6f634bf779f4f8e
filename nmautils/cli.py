"""The command ``nmautils``: one table of commands, each a module of `nmautils.commands`.

Modules are imported only when their command is called, so that ``nmautils`` starts at once and
works, as far as it can, without the extras.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

import nmautils
from nmautils._fast_start import spare_server_extensions
from nmautils.errors import NmautilsError, PackageMissing

# name: (module, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    "build": ("nmautils.commands.build", "make notebooks, solutions and the student version"),
    "verify": ("nmautils.commands.verify", "prove that solutions and student version are right"),
    "lint": ("nmautils.commands.lint", "check the style of the notebooks' code and text"),
    "check": ("nmautils.commands.check", "see how a notebook stands before it is handed in"),
    "publish": ("nmautils.commands.publish", "write the repository that students open"),
    "roster": ("nmautils.commands.roster", "keep the list of who is in the course"),
    "collect": ("nmautils.commands.collect", "bring the inbox to where nbgrader grades it"),
    "time": ("nmautils.commands.time", "say when a hand-in came"),
    "grade": ("nmautils.commands.grade", "grade what was handed in, several at a time"),
    "show": ("nmautils.commands.show", "look at a hand-in safely: a page, and nothing runs"),
    "extend": ("nmautils.commands.extend", "give one student more time for an assignment"),
    "excuse": ("nmautils.commands.excuse", "let no mark of one student count for an assignment"),
    "marks": ("nmautils.commands.marks", "show the marks in nbgrader's gradebook"),
    "summary": ("nmautils.commands.summary", "write a page on how the class did"),
    "export": ("nmautils.commands.export", "write marks into the file that a platform takes"),
    "return": ("nmautils.commands.return_", "hand feedback pages back, by platform or by mail"),
}

MISUSE, STOPPED, CLOSED_PIPE = 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    What a person can mend, and what the system refuses, is told in one line; any other error is
    a mistake of this package and shows where it happened.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; by default those of the process.

    Returns
    -------
    int
        0: done; 1: problems were found; 2: the call or the course's files are wrong; 141: nobody
        reads the output any more.
    """
    try:
        status = _status(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()  # a closed pipe shows here at the latest, not when Python ends
        return status
    except BrokenPipeError:
        # Python flushes once more when it ends: what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE


def _status(arguments: list[str]) -> int:
    try:
        if not arguments or arguments[0] not in COMMANDS:
            _general_parser().parse_args(arguments)  # prints help or version, or complains
            _general_parser().print_help()
            return MISUSE
        return _run(arguments[0], arguments[1:])
    except SystemExit as stop:  # argparse's way out
        return stop.code if isinstance(stop.code, int) else MISUSE
    except KeyboardInterrupt:
        return _complain("stopped", STOPPED)
    except NmautilsError as error:
        return _complain(str(error), error.exit_status)
    except BrokenPipeError:
        raise
    except OSError as error:  # no space, no permission
        return _complain(str(error) or type(error).__name__, MISUSE)


def _run(name: str, arguments: list[str]) -> int:
    module_name, help_text = COMMANDS[name]
    spare_server_extensions()
    try:
        module = _imported(module_name)
        parser = argparse.ArgumentParser(prog=f"nmautils {name}", description=help_text)
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(arguments)))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "nmautils":
            raise
        raise PackageMissing(
            f"this command needs {error.name}; install it with: pip install 'nmautils[grading]'"
        ) from None


def _imported(name: str) -> ModuleType:
    """Import a module, collecting no garbage meanwhile: there is none, and to look takes time."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.enable()


def _general_parser() -> argparse.ArgumentParser:
    lines = [f"  {name:<10} {text}" for name, (_, text) in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="nmautils",
        usage="nmautils [--version] COMMAND [options]",
        description="Build, check and grade the course.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nnmautils COMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"nmautils {nmautils.__version__}")
    parser.add_argument("command", nargs="?", choices=list(COMMANDS), help=argparse.SUPPRESS)
    return parser


def _complain(message: str, status: int) -> int:
    print(f"nmautils: {' '.join(message.split())}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
