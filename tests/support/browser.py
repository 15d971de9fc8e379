"""Debian's Chromium, installed where there is none, and kept from every network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.debian import installed

FLAGS: Final = (
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NOWHERE: Final = "MAP * ~NOTFOUND"  # its own calls home ignore the other flags


@contextmanager
def chromium(*addresses: str) -> Iterator[Browser]:
    """A browser with an empty profile, which reaches these addresses alone."""
    program = installed("chromium", "fonts-dejavu-core")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=(*FLAGS, _only(addresses))) as browser,
    ):
        yield browser


@contextmanager
def opened(browser: Browser, file: Path, *, width: int, height: int, dark: bool = False) -> Iterator[Page]:
    """A file in a window of this size."""
    with browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    ) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        yield page


def _only(addresses: Sequence[str]) -> str:
    return f"--host-resolver-rules={','.join((_NOWHERE, *(f'EXCLUDE {one}' for one in addresses)))}"
