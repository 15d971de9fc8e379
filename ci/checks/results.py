"""The files that tests leave behind: JUnit and Cobertura, known by what they hold, whatever they are called."""

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from junitparser import Error, Failure, TestCase

from ci.checks.outcome import Tally
from ci.errors import BuildFailed

JUNIT: Final = frozenset({"testsuites", "testsuite"})
COBERTURA: Final = "coverage"

Files = Mapping[str, bytes]  # by their path below the folder of reports


def read(files: Files) -> Sequence[Element]:
    """The roots of all that is XML; raise `BuildFailed` for XML that is cut short."""
    return [_root(path, content) for path, content in sorted(files.items()) if path.endswith(".xml")]


def cases_of(roots: Sequence[Element]) -> tuple[TestCase, ...]:
    """Every test of what is JUnit, whatever suites it is in."""
    tests = [test for root in roots if root.tag in JUNIT for test in root.iter("testcase")]
    return tuple(map(TestCase.fromelem, tests))


def tally_of(roots: Sequence[Element]) -> Tally:
    """The counts of what is JUnit or Cobertura, and a line for each failed test."""
    cases, coverage = cases_of(roots), [root for root in roots if root.tag == COBERTURA]
    faults = tuple(_fault(case) for case in cases if case.is_failure or case.is_error)
    return Tally(
        tests=len(cases),
        failed=len(faults),
        skipped=sum(case.is_skipped for case in cases),
        lines=sum(_number(root, "lines-valid") for root in coverage),
        covered=sum(_number(root, "lines-covered") for root in coverage),
        faults=faults,
    )


def _root(path: str, content: bytes) -> Element:
    try:
        return fromstring(content)  # noqa: S314  # the repository's own tests wrote it
    except ParseError as fault:
        raise BuildFailed(f"{path} of the reports is not XML: {fault}") from None


def _number(root: Element, name: str) -> int:
    """A count; who writes none, or no whole one, has measured nothing that could be added up."""
    text = root.get(name, "")
    return int(text) if text.isdecimal() else 0


def _fault(case: TestCase) -> str:
    failure = next(result for result in case.result if isinstance(result, Failure | Error))
    text = f"{failure.message or ''}\n{failure.text or ''}"
    said = next((line.strip() for line in text.splitlines() if line.strip()), "")
    name = f"{case.classname}.{case.name}" if case.classname else str(case.name)
    return f"{name}: {said}" if said else name
