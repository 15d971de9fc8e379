"""Somebody with a browser at the second host: signs in at a portal and takes a picture of what they see."""

from pathlib import Path

from playwright.sync_api import expect

from tests.demo.terminal import Unexpected
from tests.support.browser import chromium


def sign_in(address: str, port: int, user: str, password: str, picture: Path) -> str:
    """What the portal's header says after the sign-in, and the page as a picture; raise `Unexpected`."""
    portal = f"http://{address}:{port}/"
    with chromium(address) as browser, browser.new_context(viewport={"width": 1100, "height": 560}) as context:
        page = context.new_page()
        page.goto(portal)
        if not page.url.startswith(f"http://{address}:58080/"):
            raise Unexpected(f"{portal} led to {page.url}, not to Keycloak")
        page.get_by_label("Username").fill(user)
        page.get_by_role("textbox", name="Password").fill(password)
        page.get_by_role("button", name="Sign In").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        if page.url != portal:
            raise Unexpected(f"the sign-in ended at {page.url}, not at {portal}")
        page.screenshot(path=picture)
        return " ".join(page.locator("header").inner_text().split())
