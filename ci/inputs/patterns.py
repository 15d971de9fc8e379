"""Patterns of ignore files and of the options of COPY and ADD, as the engine reads them (moby/patternmatcher)."""

import re
from collections.abc import Iterable
from posixpath import normpath
from typing import Final

from e2b_dockerfile_utils import PatternMatcher

# Of each pattern the engine makes a regular expression of Go, in which these mean more than they show.
_LETTER: Final = r"\\[0-9A-Za-z]"
_CLASS: Final = r"\[\^?(?:\\.|[^\\\]])*\]?"
_PARTS: Final = re.compile(rf"{_LETTER}|\\.|{_CLASS}", re.DOTALL)


def fault_of(pattern: str) -> str:
    """Why a pattern is refused, with what to do; empty when it is good."""
    try:
        PatternMatcher([pattern])
    except ValueError:
        return f'"{pattern}" is no pattern; close its bracket or name what it should match'
    for part in _PARTS.findall(pattern):
        if re.fullmatch(_LETTER, part):
            return f'in "{pattern}" the engine reads {part} as a regular expression; leave the backslash out'
        if part.startswith("[") and re.search(r"[*?\[\\]", part[1:]):
            return f'in "{pattern}" the engine reads {part} as another one than it looks; write the names out'
    return ""


def of_option(patterns: Iterable[str]) -> PatternMatcher:
    """What matches the patterns of an option, which are not read as the lines of an ignore file are.

    There a leading slash is dropped and # begins a comment; an option's pattern with a slash in front matches nothing.
    """
    usable = (pattern for pattern in map(str.strip, patterns) if _can_match(pattern))
    return PatternMatcher([f"./{pattern}" if pattern.startswith("#") else pattern for pattern in usable])


def plain(path: str) -> str:
    """A pattern for a path as it stands: it matches that path, and at most others of the same length."""
    return re.sub(r"[*?\[\]\\!#]|^\s|\s$", "?", path)


def _can_match(pattern: str) -> bool:
    """Whether a path of a context can match: the engine cleans a pattern before it looks for its `!`, not after."""
    path = pattern.removeprefix("!")
    return not path.startswith("/") and (path == pattern or path == normpath(path))
