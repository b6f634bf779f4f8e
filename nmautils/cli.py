"""The command ``nmautils``: one table of commands, each in the module that does the work.

A command's module has ``add_arguments(parser)`` and ``run(args) -> int`` (the exit status).
Modules are imported only when their command is called, so that ``nmautils`` starts at once and
works, as far as it can, without the extras.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

import nmautils

# name: (module, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    "build": ("nmautils.course.build", "make notebooks, solutions and the student version"),
    "verify": ("nmautils.course.verify", "prove that solutions and student version are right"),
    "lint": ("nmautils.course.lint", "check the style of the notebooks' code and text"),
    "collect": ("nmautils.grading.intake.collect", "bring the inbox to where nbgrader grades it"),
    "grade": ("nmautils.grading.grade_class", "grade what was handed in, several at a time"),
    "marks": ("nmautils.commands.marks", "show the marks in nbgrader's gradebook"),
    "summary": ("nmautils.commands.summary", "write a page on how the class did"),
}

OK, PROBLEMS, MISUSE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv
        Arguments without the program's name; by default those of the process.

    Returns
    -------
    int
        0: done; 1: problems were found; 2: the call or the course's files are wrong.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if not arguments or arguments[0] not in COMMANDS:
            _general_parser().parse_args(arguments)  # prints help or version, or complains
            _general_parser().print_help()
            return MISUSE
        name = arguments[0]
        module_name, help_text = COMMANDS[name]
        module = import_module(module_name)
        parser = argparse.ArgumentParser(prog=f"nmautils {name}", description=help_text)
        module.add_arguments(parser)
        return module.run(parser.parse_args(arguments[1:]))
    except SystemExit as stop:  # argparse's way out
        return stop.code if isinstance(stop.code, int) else MISUSE
    except KeyboardInterrupt:
        return _complain("stopped", 130)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "nmautils":
            raise
        return _complain(
            f"this command needs {error.name}; install it with: pip install 'nmautils[grading]'"
        )
    except (ValueError, OSError, RuntimeError) as error:
        return _complain(" ".join(str(error).split()) or type(error).__name__)


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


def _complain(message: str, status: int = MISUSE) -> int:
    print(f"nmautils: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
