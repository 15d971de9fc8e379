"""The root's .env as Dagger reads it: the engine is asked, line by line where it refuses the whole."""

import re
from asyncio import gather
from collections.abc import Mapping
from typing import Final

import dagger
from attrs import frozen
from dagger import dag

from ci.cause import plain

ENVIRONMENT: Final = ".env"
UNSET: Final = re.compile(r"(\w+): unbound variable")


@frozen
class RefusedLine:
    """Why the engine does not take a line."""

    why: str
    is_unset: bool = False  # a variable in it; that matters only in a line whose value is taken


async def env_refused(text: str) -> Mapping[int, RefusedLine]:
    """The lines that make every call fail, by number; the engine takes each line by itself, beside those it takes."""
    if not await _refusal(text):
        return {}
    lines = dict(enumerate(text.splitlines(), start=1))
    alone = dict(zip(lines, await gather(*map(_refusal, lines.values())), strict=True))
    good = [lines[number] for number, why in alone.items() if not why]
    refused = dict[int, RefusedLine]()
    for number in (number for number, why in alone.items() if why):  # its variables may stand in other lines
        why = await _refusal("\n".join((*good, lines[number])))
        if why:
            refused[number] = _refused(why)
        else:
            good.append(lines[number])
    return refused


def _refused(why: str) -> RefusedLine:
    if unset := UNSET.search(why):
        return RefusedLine(f"${{{unset[1]}}} has no default: where it is not set, every call fails", is_unset=True)
    return RefusedLine(f"Dagger cannot read it: {why}", is_unset="parse error" not in why)


async def _refusal(text: str) -> str:
    """Why the engine does not read a text; empty when it does."""
    try:
        await dag.file(ENVIRONMENT, text).as_env_file().variables()
    except dagger.QueryError as fault:
        return plain(str(fault))
    return ""
