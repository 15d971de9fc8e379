"""What `dagger call` offers, read from the classes: functions, their flags, and what may follow them."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import dagger
from attrs import frozen
from dagger import DefaultPath, Name
from dagger.mod._module import FUNCTION_DEF_KEY

from ci.module import OisCfa

OF_THE_CLI: Final = {"--help": False, "-o": True, "--output": True, "--progress": True}


@frozen
class Function:
    """One function: each flag with whether it takes a value, those that must be given, the class of its answer."""

    flags: Mapping[str, bool]
    required: tuple[str, ...]
    gives: Any


def functions_of(kind: Any) -> dict[str, Function]:
    """The functions of the module's class, or of a core type such as Container."""
    offered = {name: member for name, member in vars(kind).items() if _offered(kind, name, member)}
    return {_spelt(name): _function(member) for name, member in offered.items()}


def constructor() -> Mapping[str, bool]:
    """The flags that may stand before the function."""
    return {f"--{_spelt(name)}": True for name in get_type_hints(OisCfa)}


def _offered(kind: Any, name: str, member: Any) -> bool:
    if kind is OisCfa:
        return hasattr(member, FUNCTION_DEF_KEY)
    return inspect.isfunction(member) and not name.startswith("_")


def _function(member: Callable[..., Any]) -> Function:
    told = inspect.unwrap(member)
    hints = get_type_hints(told, include_extras=True)
    arguments = [one for name, one in inspect.signature(told).parameters.items() if name != "self"]
    return Function(
        flags={_flag(one.name, hints[one.name]): _bare(hints[one.name]) is not bool for one in arguments},
        required=tuple(
            _flag(one.name, hints[one.name])
            for one in arguments
            if one.default is one.empty and not _told(hints[one.name], DefaultPath)
        ),
        gives=_class(hints.get("return")),
    )


def _class(kind: Any) -> Any:
    return getattr(dagger, getattr(kind, "__name__", ""), kind)  # the client's hints only stand for its classes


def _flag(name: str, hint: Any) -> str:
    other: list[Name] = _told(hint, Name)
    return f"--{_spelt(other[0].name if other else name)}"


def _told(hint: Any, kind: type) -> list[Any]:
    return [one for one in getattr(hint, "__metadata__", ()) if isinstance(one, kind)]


def _bare(hint: Any) -> Any:
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return next((one for one in get_args(bare) if one is bool), bare)  # bool | None is a switch too


def _spelt(name: str) -> str:
    """As the CLI writes a name: a hyphen between words, and before a number."""
    return re.sub(r"(?<=[a-z])(?=\d)", "-", name.strip("_").replace("_", "-"))
