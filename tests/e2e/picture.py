"""`make picture`: the report of a run, as docs/ shows it."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ci.page.folder import html
from tests.support.browser import chromium, opened
from tests.support.pages import PAGES


def main(target: Path) -> None:
    """Write the picture to a file."""
    with TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "report.html"
        file.write_text(html(PAGES["run"]), encoding="utf-8")
        with opened(browser, file, width=1280, height=800) as page:
            page.screenshot(path=target, full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
