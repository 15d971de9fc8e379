"""What one value of services.toml may be: the same rule checks it and describes it to editors."""

import re
from collections.abc import Mapping
from typing import Annotated

from attrs import frozen

from ci import size


@frozen
class Text:
    """Text of which the whole fits a pattern (in the syntax that Python and JSON Schema share)."""

    pattern: str
    must: str

    def accepts(self, value: object) -> bool:
        """Whether this is text, and fits."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None

    def schema(self) -> Mapping[str, object]:
        """The same in JSON Schema."""
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@frozen
class Whole:
    """A whole number between two others."""

    low: int
    high: int

    @property
    def must(self) -> str:
        """The end of "this value must"."""
        return f"be a whole number from {self.low} to {self.high}"

    def accepts(self, value: object) -> bool:
        """Whether this is a whole number, and fits."""
        return type(value) is int and self.low <= value <= self.high  # a bool is an int, but no number

    def schema(self) -> Mapping[str, object]:
        """The same in JSON Schema."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


Rule = Text | Whole

_INSIDE = r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\x00-\x1f]+"

Name = Annotated[
    str,
    Text(
        r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*",
        "be lower-case letters and digits with single . _ or - between them, as registries want it",
    ),
]
PathInRepository = Annotated[str, Text(_INSIDE, 'be a relative path without "..", inside the repository')]
PathInRoot = Annotated[str, Text(_INSIDE, 'be a relative path without "..", inside the root')]
FileName = Annotated[
    str,
    Text(
        r"(?!\.env$|docker-compose\.yml$|-|\.{1,2}$)[^/\x00-\x1f]+",
        "be the name of a file beside docker-compose.yml and .env, without a folder",
    ),
]
UrlPath = Annotated[str, Text(r"/[^\s?#]*", "be a path such as /health")]
PathOnHost = Annotated[str, Text(r"(?:/[^/]+)+", "be an absolute path such as /srv/cfa")]
Address = Annotated[
    str,
    Text(
        r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+",
        "be an IP address or a full name, for an engine cannot resolve a bare one",
    ),
]
User = Annotated[str, Text(r"[A-Za-z_][0-9A-Za-z_.-]*", "be a login name such as deploy")]
StageName = Annotated[str, Text(r"[A-Za-z][0-9A-Za-z_.-]*", "be the name of a stage, such as test")]
Line = Annotated[str, Text(r"[^\x00-\x1f]*\S[^\x00-\x1f]*", "be one line of text")]
ArgumentName = Annotated[str, Text(r"[A-Za-z_][0-9A-Za-z_]*", "be letters, digits and _, as ARG wants it")]
ArgumentValue = Annotated[str, Text(r"[\s\S]*", "be text in quotes")]
Size = Annotated[str, Text(size.PATTERN, "be a size such as 2GB")]
Port = Annotated[int, Whole(1, 65_535)]
Seconds = Annotated[int, Whole(1, 86_400)]
