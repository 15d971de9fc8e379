"""The shape of a compose file: its services as they would start, with every variable put in."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from typing import Any, Final

import yaml
from attrs import evolve, field, frozen

from ci.errors import CatalogueError
from ci.host.stack import COMPOSE, Stack

# ${NAME}, ${NAME:-otherwise}, ${NAME-otherwise}, ${NAME:?complaint}, $NAME
INNERMOST: Final = re.compile(
    r"\$(?:\{(?P<braced>\w+)(?::?(?P<how>[-?])(?P<otherwise>[^${}]*))?\}|(?P<name>[A-Za-z_]\w*))"
)
DOLLAR: Final = "\0"  # one that stands for itself: Compose writes it as $$, and it may come in a value


@frozen(kw_only=True)
class Part:
    """One service of the compose file that starts without a profile."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(factory=dict, hash=False)
    published: Mapping[int, int] = field(factory=dict, hash=False)  # port on the host: port in the container
    exposed: frozenset[int] = frozenset()  # in the container
    needs: tuple[str, ...] = ()
    files: Mapping[str, str] = field(factory=dict, hash=False)  # path in the container: name beside the compose file


def parts_of(stack: Stack, images: Mapping[str, str], variables: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts, each after what it needs; `images` are references by service of the catalogue.

    What `variables` leave empty, the secrets of a host, is made up: the same each time. Raise `CatalogueError`.
    """
    values = {name: value or _made_up(name) for name, value in {**stack.environment, **variables}.items()}
    values |= {entry.variable: images[entry.service.name] for entry in stack.entries if entry.service.name in images}
    data = yaml.safe_load(stack.compose)
    started = {name: told for name, told in data["services"].items() if not told.get("profiles")}
    parts = {name: _part(name, _filled(told, values), _sources(data)) for name, told in started.items()}
    parts = {name: evolve(one, needs=tuple(need for need in one.needs if need in parts)) for name, one in parts.items()}
    return tuple(parts[name] for name in _in_order(parts))


def _made_up(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def _sources(data: Mapping[str, Any]) -> Mapping[str, str]:
    configs = data.get("configs") or {}
    return {name: str(told["file"]).removeprefix("./") for name, told in configs.items() if "file" in told}


def _filled(told: Any, values: Mapping[str, str]) -> Any:
    """The same with variables put in, as Compose does: ${NAME}, ${NAME:-otherwise}, $$."""
    match told:
        case dict():
            return {key: _filled(one, values) for key, one in told.items()}
        case list():
            return [_filled(one, values) for one in told]
        case str():
            return _text(told.replace("$$", DOLLAR), values).replace(DOLLAR, "$")
        case _:
            return told


def _text(text: str, values: Mapping[str, str]) -> str:
    while INNERMOST.search(text):
        text = INNERMOST.sub(lambda found: _value(found, values).replace("$", DOLLAR), text)
    return text


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    otherwise = found["otherwise"] if found["how"] == "-" else ""
    return values.get(found["braced"] or found["name"]) or otherwise or ""


def _part(name: str, told: Mapping[str, Any], sources: Mapping[str, str]) -> Part:
    if "image" not in told:
        raise CatalogueError(f"{COMPOSE}: {name} has no image: what is built on the host cannot be tested before it")
    try:
        published = dict(_port(one) for one in told.get("ports", ()))
    except ValueError:
        raise CatalogueError(f"{COMPOSE}: a port of {name} cannot be read: write each as 58080:8080") from None
    command = told.get("command", ())
    return Part(
        name=name,
        image=str(told["image"]),
        command=tuple(shlex.split(command) if isinstance(command, str) else map(str, command)),
        environment=dict(_environment(told.get("environment", {}))),
        published=published,
        exposed=frozenset((*published.values(), *(_inner(one) for one in told.get("expose", ())))),
        needs=tuple(told.get("depends_on", ())),
        files=dict(_file(name, one, sources) for one in told.get("configs", ())),
    )


def _port(written: object) -> tuple[int, int]:
    """Of 58080:8080, 127.0.0.1:58080:8080 or 8080, with /tcp behind, or of the long form."""
    if isinstance(written, Mapping):
        return int(written.get("published") or written["target"]), int(written["target"])
    outer = str(written).partition("/")[0].split(":")[:-1]
    return int(outer[-1]) if outer else _inner(written), _inner(written)


def _inner(written: object) -> int:
    return int(str(written).partition("/")[0].rpartition(":")[2])


def _file(name: str, written: Mapping[str, Any] | str, sources: Mapping[str, str]) -> tuple[str, str]:
    """Path in the container and name beside the compose file."""
    source = written if isinstance(written, str) else str(written["source"])
    if source not in sources:
        raise CatalogueError(f"{COMPOSE}: {name} takes the config {source}, which is no file: write configs with file")
    target = f"/{source}" if isinstance(written, str) else str(written.get("target", f"/{source}"))
    return target, sources[source]


def _environment(told: Mapping[str, Any] | Iterable[str]) -> Iterator[tuple[str, str]]:
    if isinstance(told, Mapping):
        yield from ((name, str(value)) for name, value in told.items() if value is not None)
    else:
        yield from ((line.split("=", 1)[0], line.split("=", 1)[1]) for line in told if "=" in line)


def _in_order(parts: Mapping[str, Part]) -> Iterable[str]:
    try:
        return tuple(TopologicalSorter({name: part.needs for name, part in parts.items()}).static_order())
    except CycleError as fault:
        raise CatalogueError(f"{COMPOSE}: depends_on goes in a circle: {', '.join(fault.args[1])}") from None
