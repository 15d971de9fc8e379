"""A report as one record, and its views: report.md, junit.xml and report.html."""
