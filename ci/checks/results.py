"""The files that tests leave behind: JUnit and Cobertura, known by what they hold, whatever they are called."""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from attrs import frozen
from junitparser import Error, Failure, TestCase

from ci.checks.outcome import Tally
from ci.errors import BuildFailed

JUNIT: Final = frozenset({"testsuites", "testsuite"})
COBERTURA: Final = "coverage"

Files = Mapping[str, bytes]  # by their path below the folder of reports


@frozen
class Results:
    """The JUnit and Cobertura files of one service."""

    tests: tuple[Element, ...]
    coverage: tuple[Element, ...]

    @property
    def cases(self) -> Iterator[TestCase]:
        """Every test, whatever suites it is in."""
        for root in self.tests:
            yield from map(TestCase.fromelem, root.iter("testcase"))

    @property
    def tally(self) -> Tally:
        """The counts, and a line for each failed test."""
        cases = tuple(self.cases)
        faults = tuple(_fault(case) for case in cases if _broken(case))
        return Tally(
            tests=len(cases),
            failed=len(faults),
            skipped=sum(case.is_skipped for case in cases),
            lines=sum(_number(root, "lines-valid") for root in self.coverage),
            covered=sum(_number(root, "lines-covered") for root in self.coverage),
            faults=faults,
        )


def read(files: Files) -> Results:
    """Read what is JUnit or Cobertura and pass over the rest; raise `BuildFailed` for XML that is cut short."""
    roots = [_root(path, content) for path, content in sorted(files.items()) if path.endswith(".xml")]
    return Results(
        tests=tuple(root for root in roots if root.tag in JUNIT),
        coverage=tuple(root for root in roots if root.tag == COBERTURA),
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


def _broken(case: TestCase) -> bool:
    return any(isinstance(one, Failure | Error) for one in case.result)


def _fault(case: TestCase) -> str:
    told = next(one for one in case.result if isinstance(one, Failure | Error))
    said = next((line.strip() for line in f"{told.message or ''}\n{told.text or ''}".splitlines() if line.strip()), "")
    name = f"{case.classname}.{case.name}" if case.classname else str(case.name)
    return f"{name}: {said}" if said else name
