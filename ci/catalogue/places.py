"""Where each table and key stands in a TOML text, which tomllib does not tell."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Self

from attrs import frozen

Path = tuple[str, ...]

_PART: Final = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[0-9A-Za-z_-]+)"""
_KEY: Final = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_TOKEN: Final = re.compile(
    rf"""
      ^[ \t]*\[\[?[ \t]*(?P<table>{_KEY})[ \t]*\]
    | ^[ \t]*(?P<key>{_KEY})[ \t]*=
    | \"\"\"(?s:.*?)\"\"\" | '''(?s:.*?)'''  # lines in them may look like keys
    | "(?:[^"\\\n]|\\.)*" | '[^'\n]*'
    | \#.*
    """,
    re.VERBOSE | re.MULTILINE,
)


@frozen
class Places:
    """The first line of each path of a file, and the lines that write a path again."""

    name: str
    lines: Mapping[Path, int]
    again: Mapping[int, Path]

    @classmethod
    def of(cls, text: str, name: str) -> Self:
        """Scan a text, good TOML or not."""
        lines, written, again = dict[Path, int](), set[Path](), dict[int, Path]()
        for path, line in _paths(text):
            if path in written:
                again[line] = path
            written.add(path)
            for depth in range(1, len(path) + 1):
                lines.setdefault(path[:depth], line)
        return cls(name, lines, again)

    def line(self, path: Path) -> int:
        """The line of a path; a key of an inline table has that of the table."""
        known = (path[:depth] for depth in range(len(path), 0, -1) if path[:depth] in self.lines)
        return self.lines.get(next(known, ()), 1)

    def place(self, path: Path) -> str:
        """File and line, as editors and terminals link them."""
        return f"{self.name}:{self.line(path)}"


def _paths(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    for token in _TOKEN.finditer(text):
        line = text.count("\n", 0, token.start()) + 1
        if header := token["table"]:
            table = _split(header)
            yield table, line
        elif key := token["key"]:
            yield table + _split(key), line


def _split(key: str) -> Path:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(_PART, key))
