"""The sentences that the pipeline can say, read from its sources: a paper quotes no other."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

CI: Final = Path(__file__).parents[3] / "ci"
TELLING: Final = 9  # letters of its own that a sentence has at least
IN_SHELL: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
WORDS: Final = "\0"
WORD: Final = "\1"
GAPS: Final = {ord(WORDS): None, ord(WORD): None}
FILLED_IN: Final = re.compile(r"\$(?:\w+|\{[^}]*\}|\([^)]*\))")


def can_say(sentence: str) -> bool:
    """Whether the text is one of the sentences, its gaps filled, or several joined as the code joins them."""
    if any(one.fullmatch(sentence) for one in _sentences()):
        return True
    joints = ((one.start(), one.end()) for one in re.finditer("[;:] ", sentence))
    return any(
        (" " not in sentence[:start] or can_say(sentence[:start])) and can_say(sentence[end:]) for start, end in joints
    )


@cache
def _sentences() -> tuple[re.Pattern[str], ...]:
    texts = (*_of_python(), *_of_shell())
    return tuple(_pattern(text) for text in texts if len(text.translate(GAPS)) >= TELLING)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(WORDS, ".+").replace(WORD, r"\S+"))


def _of_python() -> Iterator[str]:
    """Each string, with a mark for what is filled in."""
    for path in sorted(CI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.JoinedStr(values):
                    yield "".join(str(one.value) if isinstance(one, ast.Constant) else WORDS for one in values)
                case ast.Constant(str(text)):
                    yield text
                case _:
                    pass


def _of_shell() -> Iterator[str]:
    """As in Python; an argument of a function is one word."""
    for path in sorted(CI.rglob("*.sh")):
        for said in IN_SHELL.findall(path.read_text(encoding="utf-8")):
            yield FILLED_IN.sub(WORDS, re.sub(r"\$\d", WORD, said))
