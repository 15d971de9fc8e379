"""A page as report.html: one file that needs no network."""

from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined

from ci.page.page import Curve, Page, short

TEMPLATE: Final = "page.html.j2"


def html(page: Page) -> str:
    """The page for a browser, on a phone or a screen, light or dark."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((files(__package__) / TEMPLATE).read_text(encoding="utf-8"))
    return template.render(page=page, short=short, percent=_percent, outline=_outline)


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0%"


def _outline(curve: Curve, seconds: float) -> str:
    """The points of a polygon in a picture of 1000 by 100: level from point to point, from the floor and back."""
    corners, height = [(0.0, 100.0)], 100.0
    for at, amount in curve.points:
        across = 1000 * min(at / seconds, 1)
        corners.append((across, height))
        height = 100 - 100 * amount / curve.top
        corners.append((across, height))
    corners += [(1000, height), (1000, 100)]
    return " ".join(f"{across:.1f},{down:.1f}" for across, down in corners)
