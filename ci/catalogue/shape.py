"""What is wrong with data that should fit a class: every fault, with its path."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin

import attrs

from ci.catalogue.places import Path
from ci.catalogue.rules import Rule

_LONGEST: Final = 60


@attrs.frozen
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
    """The type without `| None`: TOML has no null, an absent key is the only None."""
    return next((kind for kind in get_args(shape) if kind is not NoneType), shape) if _is_optional(shape) else shape


def rule_of(shape: Any) -> Rule | None:
    """The rule that an Annotated type carries."""
    return get_args(shape)[1] if get_origin(shape) is Annotated else None


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """The end of a sentence about an unknown name: what was meant, or what to do."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f'did you mean "{close[0]}"?' if close else otherwise


def _is_optional(shape: Any) -> bool:
    return get_origin(shape) is not Annotated and NoneType in get_args(shape)


def _record_faults(shape: type[attrs.AttrsInstance], value: Mapping[str, object], path: Path) -> Iterator[Fault]:
    fields = attrs.fields_dict(shape)
    for key in value.keys() - fields.keys():
        hint = nearest(key, fields, f"known are {', '.join(fields)}")
        yield Fault((*path, key), f'unknown key "{key}"; {hint}')
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
