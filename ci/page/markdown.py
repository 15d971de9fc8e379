"""A page as report.md."""

from tabulate import tabulate

from ci.page.page import Page, Row, short


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
