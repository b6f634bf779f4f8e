"""Print the total of a coverage report (coverage.py's JSON) and its ten least covered files."""

import json
import sys
from pathlib import Path

SHOWN = 10


def table(report: dict) -> str:
    """Write the report's total and its least covered files, one a line."""
    files = sorted(
        (entry["summary"]["percent_covered"], name)
        for name, entry in report["files"].items()
        if entry["summary"]["num_statements"]
    )
    lines = [f"{report['totals']['percent_covered']:5.1f} %  of {len(files)} files; least covered:"]
    return "\n".join(lines + [f"{share:5.1f} %  {name}" for share, name in files[:SHOWN]])


if __name__ == "__main__":
    print(table(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
