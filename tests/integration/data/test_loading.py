"""What a program imports that loads a recording."""

import subprocess
import sys

from tests.support.paths import ROOT


def test_pooch_and_requests_are_imported_only_to_download():
    code = (
        "import sys, nmautils; nmautils.load_data(source='simulated', verbose=False); "
        "print([m for m in ('pooch', 'requests', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "[]"
