"""A page as junit.xml: each service is a test, as GitLab shows them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from ci.page.page import Page, Tone

NOT_IN_XML: Final = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def junit(page: Page) -> str:
    """The page as junit.xml; what no single service is to blame for is one failed test more.

    GitLab shows `classname` as the suite, and the text of a failure, not its message.
    """
    tests = [case_of(page.suite, page.suite, 0, "\n".join(page.faults), failed=True)] if page.faults else []
    for row in page.rows:
        text = f"{row.status}: {row.cause}" if row.cause else row.status
        tests.append(case_of(page.suite, row.name, row.seconds, text, failed=row.tone is Tone.BAD))
    return written({page.title: tests})


def written(suites: Mapping[str, Sequence[TestCase]]) -> str:
    """Tests, by the name of their suite, as the text of a junit.xml."""
    whole = JUnitXml()
    for name, tests in suites.items():
        suite = TestSuite(_plain(name))
        suite.add_testcases(list(tests))
        whole.add_testsuite(suite)
    text: bytes = whole.tostring()  # type: ignore[no-untyped-call]  # its one method without types
    return f"{text.decode()}\n"


def case_of(suite: str, name: str, seconds: float, text: str, *, failed: bool) -> TestCase:
    """One test, red or green, with what there is to say of it."""
    test = TestCase(_plain(name), classname=_plain(suite), time=seconds)
    plain = _plain(text)
    if failed:
        failure = Failure(plain.partition("\n")[0])
        failure.text = plain
        test.result = [failure]
    else:
        test.system_out = plain
    return test


def _plain(text: str) -> str:
    """Without what XML cannot hold in any spelling, such as the escape of a colour."""
    return NOT_IN_XML.sub("", text)
