"""The calls that a paper shows, against what `dagger call` offers."""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from bootstrap.__main__ import spelled
from ci.module import OisCfa
from tests.support.papers.api import OF_THE_CLI, Function, constructor, functions_of

CALL: Final = re.compile(r"(\./daggerw|\bdagger) call\b([^\n`]*)")
ANY: Final = ("...", "…", "ARGS")  # what a sentence about all calls writes
SIGNS: Final = frozenset("();<>|&")


def calls_in(text: str) -> list[str]:
    """What follows each `dagger call`, to the end of the line or of its quotation."""
    joined = re.sub(r"\\\n\s*", "", text)
    found = (_as_dagger_has_it(program, call.strip().rstrip(".,]")) for program, call in CALL.findall(joined))
    return [one for one in found if one and not one.startswith(ANY)]


def faults_of(call: str) -> list[str]:
    """What `dagger call` would not take; empty for a good one."""
    try:
        return list(_faults(_words(call)))
    except ValueError as fault:
        return [f"{call}: {fault}"]


def _as_dagger_has_it(program: str, call: str) -> str:
    """`./daggerw` passes some words on in another spelling."""
    return " ".join(spelled(call.split(" "))) if program == "./daggerw" else call


def _words(call: str) -> list[str]:
    """The words up to the end of the command; what a shell puts in is one of them."""
    lexer = shlex.shlex(re.sub(r"\$\([^)]*\)", "VALUE", call), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    end = next((place for place, word in enumerate(words) if set(word) <= SIGNS), len(words))
    return words[:end]


def _faults(words: list[str]) -> Iterator[str]:
    """Word by word: a flag of what was named last, its value, or the next function."""
    name, function = "the module", Function(flags=constructor(), required=(), gives=OisCfa)
    given, left = set[str](), iter(words)
    for word in left:
        if word.startswith("-"):
            flag, equals, _ = word.partition("=")
            takes = {**OF_THE_CLI, **function.flags}.get(flag)
            if takes is None:
                yield f"{name} has no {flag}"
            elif takes and not equals and next(left, "-").startswith("-"):
                yield f"{flag} of {name} lacks its value"
            given.add(flag)
            continue
        yield from _lacking(name, function, given)
        found = functions_of(function.gives).get(word) if isinstance(function.gives, type) else None
        if found is None:
            yield f"{name} has no function {word}"
            return
        name, function, given = word, found, set()
    yield from _lacking(name, function, given)


def _lacking(name: str, function: Function, given: set[str]) -> Iterator[str]:
    yield from (f"{name} lacks {flag}" for flag in function.required if flag not in given)
