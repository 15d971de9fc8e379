"""A page as a folder of files."""

import dagger
from dagger import dag

from ci.page.html import html
from ci.page.junit import junit
from ci.page.markdown import markdown
from ci.page.page import Page


def folder(page: Page, record: str = "") -> dagger.Directory:
    """report.md, junit.xml and report.html, and the record they were made from as report.json where there is one."""
    written = {"report.md": markdown(page), "junit.xml": junit(page), "report.html": html(page), "report.json": record}
    made = dag.directory()
    for name, text in written.items():
        if text:
            made = made.with_new_file(name, text)
    return made
