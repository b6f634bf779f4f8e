"""Take the pictures of docs/teaching anew: ``python docs/site/pictures.py``, after ``make demo``.

They show the pages of the pretended class in demo/, in Debian's Chromium.
"""

import sys
from pathlib import Path

from playwright import sync_api

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.browser import jupyter_server, open_browser  # noqa: E402

DEMO, OUT = ROOT / "demo", ROOT / "docs" / "teaching"
PAGES = {
    "summary": DEMO / "summary" / "tutorial1_decoding.html",
    "feedback": DEMO / "feedback" / "gus" / "tutorial1_decoding" / "tutorial1_decoding.html",
}
SIZE: sync_api.ViewportSize = {"width": 1000, "height": 700}


def main() -> None:
    """Take them."""
    with open_browser(sync_api) as browser:
        for name, path in PAGES.items():
            page = browser.new_page(viewport=SIZE)
            page.goto(path.as_uri())
            page.screenshot(path=OUT / f"{name}.png")
        with jupyter_server(DEMO) as address:
            page = browser.new_page(viewport=SIZE)
            page.goto(f"{address}/formgrader/gradebook/tutorial1_decoding/tutorial1_decoding")
            page.get_by_role("link", name="Submission #1", exact=True).click()
            page.wait_for_timeout(4000)  # until its formulas are set
            page.screenshot(path=OUT / "formgrader.png")


if __name__ == "__main__":
    main()
