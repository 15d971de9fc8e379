"""A report in Chromium, on a phone and on a screen: all of it can be read, and nothing is asked of a network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from ci.page.folder import html
from tests.support.browser import chromium, opened
from tests.support.pages import PAGES

# Each run of text with the boxes that its glyphs take, each picture, who hides a part of what it holds, broken heads.
LOOK: Final = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of node.data.trim() ? range.getClientRects() : [])
      texts.push({ text: node.data.trim(), left: box.left, right: box.right, top: box.top, bottom: box.bottom });
  }
  for (const picture of document.querySelectorAll("svg, .bars")) {
    const { left, right, top, bottom } = picture.getBoundingClientRect();
    texts.push({ text: "a picture", left, right, top, bottom });
  }
  const wide = [...document.querySelectorAll("*")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
    .map((one) => one.tagName + "." + one.className);
  const over = [];
  texts.forEach((one, place) => texts.slice(place + 1).forEach((other) => {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (across > 1 && down > 4) over.push(one.text + " / " + other.text);
  }));
  const outside = texts.filter((one) => one.left < 0 || one.right > innerWidth).map((one) => one.text);
  const broken = [...document.querySelectorAll("th")].filter((one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return one.children.length === 0 && new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
  }).map((one) => one.textContent);
  const scrolls = document.documentElement.scrollWidth > innerWidth;
  return { broken, wide, over, outside, scrolls, seen: texts.length };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", [320, 390, 800, 980, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_overlaps_is_cut_or_scrolls_sideways(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(PAGES[name]), encoding="utf-8")
    with opened(browser, file, width=width, height=800) as page:
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        looked = page.evaluate(LOOK)
    assert looked.pop("seen") > len(PAGES[name].rows)
    assert looked == {"broken": [], "wide": [], "over": [], "outside": [], "scrolls": False}


@pytest.mark.parametrize("name", ["run", "release"])
def test_nine_services_fit_on_one_screen(browser: Browser, tmp_path: Path, name: str) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(PAGES[name]), encoding="utf-8")
    with opened(browser, file, width=1280, height=800) as page:
        assert page.evaluate("document.documentElement.scrollHeight") <= 800


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_light_or_dark_as_the_reader_has_it(browser: Browser, tmp_path: Path, *, dark: bool) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(PAGES["run"]), encoding="utf-8")
    with opened(browser, file, width=390, height=800, dark=dark) as page:
        paper, ink = page.evaluate(
            "['backgroundColor', 'color'].map((one) => Number(getComputedStyle(document.body)[one].match(/\\d+/)[0]))"
        )
    assert (paper < ink) == dark


def test_it_asks_nothing_of_a_network(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(PAGES["red"]), encoding="utf-8")
    with opened(browser, file, width=390, height=800) as page:
        asked = list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.reload(wait_until="networkidle")
    assert asked == [file.as_uri()]
