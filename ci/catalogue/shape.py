"""What a value may be, and what is wrong with data that should fit a class: every fault, with its path."""

import difflib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin

import attrs
from attrs import frozen

from ci.catalogue.places import Path

_LONGEST: Final = 60


@frozen(eq=False)  # a type that carries it needs a hash
class Rule:
    """What a value must be: the same rule checks it and describes it to editors."""

    must: str  # the end of "this value must"
    accepts: Callable[[object], bool]
    schema: Mapping[str, object]  # the same in JSON Schema


def text(pattern: str, must: str) -> Rule:
    """Text of which the whole fits a pattern (in the syntax that Python and JSON Schema share)."""
    return Rule(
        must,
        lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None,
        {"type": "string", "pattern": f"^(?:{pattern})$"},
    )


def whole(high: int) -> Rule:
    """A whole number from 1."""
    return Rule(
        f"be a whole number from 1 to {high}",
        lambda value: type(value) is int and 1 <= value <= high,  # a bool is an int, but no number
        {"type": "integer", "minimum": 1, "maximum": high},
    )


@frozen
class Fault:
    """One sentence about one path."""

    path: Path
    sentence: str


def faults(shape: Any, value: object, path: Path = ()) -> Iterator[Fault]:
    """Compare `value` with an attrs class, a Mapping or a type that carries a rule."""
    shape = bare(shape)
    if rule := rule_of(shape):
        if not rule.accepts(value):
            yield Fault(path, f"{path[-1]} is {_shown(value)}, must {rule.must}")
    elif not isinstance(value, dict):
        yield Fault(path, f"{path[-1]} is {_shown(value)}, must be a table")
    elif attrs.has(shape):
        yield from _record_faults(shape, value, path)
    else:
        yield from _mapping_faults(shape, value, path)


def bare(shape: Any) -> Any:
    """The type without a description and `| None`: TOML has no null, an absent key is the only None."""
    kinds = get_args(shape)
    if NoneType in kinds:
        return next(kind for kind in kinds if kind is not NoneType)
    return bare(kinds[0]) if get_origin(shape) is Annotated and not rule_of(shape) else shape


def rule_of(shape: Any) -> Rule | None:
    """The rule that an Annotated type carries."""
    return next((note for note in get_args(shape) if isinstance(note, Rule)), None)


def nearest(name: str, known: Collection[str], otherwise: str = "") -> str:
    """The end of a sentence about an unknown name: what was meant, or what to do, by default what is known."""
    close = difflib.get_close_matches(name, known, n=1)
    return f'did you mean "{close[0]}"?' if close else otherwise or f"known are {', '.join(known)}"


def _record_faults(shape: type[attrs.AttrsInstance], value: Mapping[str, object], path: Path) -> Iterator[Fault]:
    fields = attrs.fields_dict(shape)
    for key in value.keys() - fields.keys():
        yield Fault((*path, key), f'unknown key "{key}"; {nearest(key, fields)}')
    for key, field in fields.items():
        if key in value:
            yield from faults(field.type, value[key], (*path, key))
        elif field.default is attrs.NOTHING:
            yield Fault(path, f'missing key "{key}"; add it to [{".".join(path)}]')


def _mapping_faults(shape: Any, value: Mapping[str, object], path: Path) -> Iterator[Fault]:
    names, values = get_args(shape)
    rule = rule_of(names)
    for key, inner in value.items():
        if rule and not rule.accepts(key):
            yield Fault((*path, key), f'"{key}" in [{".".join(path)}] must {rule.must}')
        yield from faults(values, inner, (*path, key))


def _shown(value: object) -> str:
    match value:
        case dict():
            return "a table"
        case list():
            return "a list"
        case int() if value.bit_length() > _LONGEST:  # Python refuses to write numbers of thousands of digits
            return "a huge number"
        case _:
            text = json.dumps(value, ensure_ascii=False, default=str)
            return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
