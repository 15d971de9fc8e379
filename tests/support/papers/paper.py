"""One Markdown file, as the parser sees it."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from attrs import field, frozen
from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER: Final = MarkdownIt("commonmark").enable("table")


@frozen
class Fence:
    """A fenced block: its language and its text."""

    language: str
    text: str


@frozen
class Heading:
    """A heading with the anchor that GitLab and GitHub give it."""

    level: int
    text: str

    @property
    def anchor(self) -> str:
        """Small letters, words joined by dashes, other signs dropped."""
        return re.sub(r"[^\w\- ]", "", self.text.lower()).replace(" ", "-")


@frozen(slots=False)
class Paper:
    """A file and what stands in it, in order."""

    path: Path
    _seen: list[Token] = field(init=False, repr=False, eq=False)

    @_seen.default
    def _parsed(self) -> list[Token]:
        return PARSER.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """Every heading."""
        beside = zip(self._seen, self._seen[1:], strict=False)
        return tuple(Heading(int(one.tag[1:]), _plain(inline)) for one, inline in beside if one.type == "heading_open")

    @cached_property
    def fences(self) -> tuple[Fence, ...]:
        """Every fenced block."""
        return tuple(Fence(one.info.strip(), one.content) for one in self._seen if one.type == "fence")

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Where links go."""
        return tuple(str(one.attrs["href"]) for one in self._spans() if one.type == "link_open")

    @cached_property
    def tables(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Every table, as rows of cells."""
        tables, cell = list[list[list[str]]](), False
        for one in self._seen:
            match one.type:
                case "table_open":
                    tables.append([])
                case "tr_open":
                    tables[-1].append([])
                case "th_open" | "td_open":
                    cell = True
                case "inline" if cell:
                    tables[-1][-1].append(_plain(one))
                    cell = False
                case _:
                    pass
        return tuple(tuple(map(tuple, table)) for table in tables)

    @cached_property
    def code(self) -> tuple[str, ...]:
        """Every piece of code in a sentence or a cell."""
        return tuple(one.content for one in self._spans() if one.type == "code_inline")

    @cached_property
    def prose(self) -> str:
        """What is neither code nor a diagram."""
        return " ".join(one.content for one in self._spans() if one.type == "text")

    def under(self, heading: str) -> tuple[Fence, ...]:
        """The fenced blocks between a heading and the next of any level."""
        found, here = list[Fence](), False
        for one, inline in zip(self._seen, [*self._seen[1:], None], strict=True):
            if one.type == "heading_open" and inline:
                here = _plain(inline) == heading
            elif one.type == "fence" and here:
                found.append(Fence(one.info.strip(), one.content))
        return tuple(found)

    def _spans(self) -> Iterator[Token]:
        for one in self._seen:
            yield from one.children or ()


def _plain(inline: Token) -> str:
    return "".join(one.content for one in inline.children or ())
