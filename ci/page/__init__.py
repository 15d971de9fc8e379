"""A report as one record, and its views: report.md, junit.xml and report.html."""

from ci.page.page import Bar, Curve, Page, Row, Tone

__all__ = ["Bar", "Curve", "Page", "Row", "Tone"]
