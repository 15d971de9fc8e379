"""What an ignore file keeps out of a build context."""

from collections.abc import Iterator
from functools import cached_property
from posixpath import join, normpath

from attrs import define
from e2b_dockerfile_utils import PatternMatcher

from ci.catalogue import Service
from ci.errors import InputsError
from ci.inputs.patterns import fault_of


def ignore_candidates(service: Service) -> tuple[str, str]:
    """The ignore files that may rule a service, relative to the root: its Dockerfile's own, then the context's."""
    return f"{service.dockerfile}.dockerignore", normpath(join(service.context, ".dockerignore"))


@define(frozen=True, slots=False)  # slots would leave no room for the cached properties
class Ignore:
    """An ignore file: where it is, and its text."""

    path: str = ".dockerignore"
    text: str = ""

    def drops(self, path: str) -> bool:
        """Whether a path of the context is kept out."""
        return self._matcher.matches(path)

    def may_keep_under(self, folder: str) -> bool:
        """Whether an exception can bring back something of a folder that is kept out."""
        return self._matcher.may_match_under(folder)

    def culprit(self, path: str) -> str:
        """The line that keeps a dropped path out, as file:line."""
        lines = list(self._patterns)
        while PatternMatcher([pattern for _, pattern in lines[:-1]]).matches(path):
            lines.pop()
        return f"{self.path}:{lines[-1][0]}"

    @cached_property
    def _matcher(self) -> PatternMatcher:
        return PatternMatcher([pattern for _, pattern in self._patterns])

    @cached_property
    def _patterns(self) -> tuple[tuple[int, str], ...]:
        lines = tuple(_numbered_patterns(self.text))
        faults = ((number, fault_of(pattern)) for number, pattern in lines)
        InputsError.unless_none(f"{self.path}:{number}: {fault}" for number, fault in faults if fault)
        return lines


def _numbered_patterns(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        pattern = line.strip()
        if pattern and not line.startswith("#"):
            # an indented "#" begins a pattern, which the library would take for a comment
            yield number, f"./{pattern}" if pattern.startswith("#") else pattern
