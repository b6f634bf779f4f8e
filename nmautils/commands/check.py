"""``nmautils check``: see how a notebook stands before it is handed in."""

import argparse
import json
from pathlib import Path

from nmautils.errors import PackageMissing
from nmautils.grading.model.limits import Limits
from nmautils.handing_in import as_text

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils check``."""
    parser.add_argument("notebook", metavar="NOTEBOOK", help="the saved file, an .ipynb")
    parser.add_argument("--json", action="store_true", help="write the report as JSON")
    parser.add_argument(
        "--seconds",
        type=_seconds,
        default=Limits.cell_seconds,
        metavar="N",
        help="wall time of a cell (default: %(default)g)",
    )
    parser.add_argument(
        "--beside", default="", metavar="DIR", help="folder you work in (default: the notebook's)"
    )
    parser.epilog = (
        "The status is 0 if everything is solved and there is nothing to tell, 1 if something is "
        "red, open or cannot be run, and 2 if the notebook cannot be checked."
    )


def _seconds(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("more than 0")
    return number


def run(args: argparse.Namespace) -> int:
    """Check the notebook, and print how it stands."""
    try:
        from nmautils.precheck.check import check_notebook
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in ("nbformat", "jupyter_client", "zmq"):
            raise
        raise PackageMissing(
            f"this needs {name}; install what it needs with: pip install ipykernel nbformat"
        ) from None
    report = check_notebook(Path(args.notebook), args.seconds, args.beside)
    found = report.as_json()
    print(json.dumps(found, ensure_ascii=False, indent=2) if args.json else as_text(found))
    return 0 if report.ready else 1
