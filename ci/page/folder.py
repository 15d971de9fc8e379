"""A page as a folder of files: report.md, report.html, which needs no network, and junit.xml."""

from importlib.resources import files
from typing import Final

import dagger
from dagger import dag
from jinja2 import Environment, StrictUndefined
from tabulate import tabulate

from ci.page.junit import junit
from ci.page.page import Curve, Page, Row, short

TEMPLATE: Final = "page.html.j2"


def folder(page: Page, record: str = "") -> dagger.Directory:
    """report.md, junit.xml and report.html, and the record they were made from as report.json where there is one."""
    written = {"report.md": markdown(page), "junit.xml": junit(page), "report.html": html(page), "report.json": record}
    made = dag.directory()
    for name, text in written.items():
        if text:
            made = made.with_new_file(name, text)
    return made


def markdown(page: Page) -> str:
    """The page as GitLab and editors render it."""
    parts = (
        f"# {page.title}",
        page.verdict,
        "\n".join(f"- {fault}" for fault in page.faults),
        " · ".join(f"{name}: {value}" for name, value in page.facts),
        "\n".join(page.notes),
        _table(page),
        "\n".join(("```", *page.log, "```")) if page.log else "",
    )
    return "\n\n".join(filter(None, parts)) + "\n"


def html(page: Page) -> str:
    """The page for a browser, on a phone or a screen, light or dark."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((files(__package__) / TEMPLATE).read_text(encoding="utf-8"))
    return template.render(page=page, short=short, percent=_percent, outline=_outline)


def _table(page: Page) -> str:
    if not page.rows:
        return ""
    head = ("service", "status", "cause", *page.heads, "digest")
    rows = [tuple(map(_cell, (row.name, row.status, row.cause, *row.cells, _digest(row)))) for row in page.rows]
    return tabulate(rows, headers=head, tablefmt="github", disable_numparse=True)


def _digest(row: Row) -> str:
    if row.old and row.new and row.old != row.new:
        return f"{short(row.old)} → {short(row.new)}"
    return short(row.new or row.old) or "-"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


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
