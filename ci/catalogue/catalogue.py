"""The catalogue: every service and host, from services.toml."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import join, normpath
from typing import Any, Final, TypeVar

import attrs
import cattrs
from attrs import field, frozen

from ci.catalogue.conflicts import conflicts, merged
from ci.catalogue.places import Places
from ci.catalogue.shape import Fault, faults, nearest
from ci.catalogue.tables import EndToEnd, File, HostTable, ServiceTable
from ci.errors import CatalogueError, UnknownService
from ci.size import parse_size

SHORTEST_DEADLINE: Final = 600  # seconds
DEADLINE_FACTOR: Final = 10  # times what is usual


@frozen(kw_only=True)
class Test:
    """How a service is tested."""

    command: str  # for sh
    stage: str
    reports: str  # a folder in the container
    memory: int
    deadline: float  # seconds


@frozen(kw_only=True)
class Service:
    """What is built into one image."""

    name: str
    kind: str
    group: str
    dockerfile: str
    context: str = "."
    target: str = ""  # a stage; the last one when empty
    port: int = 0  # in the container; 0 where nobody asks the service
    published: int = 0  # on the hosts; 0 where it has none
    memory: int
    seconds: int
    deadline: int | None = None  # seconds
    health: str | None = None  # path that answers 200 when the service is well
    version: str | None = None  # path whose answer holds the image's reference
    sign_in: str | None = None  # path that people see when they have signed in
    refused: str | None = None  # what that page has only when something failed
    test: Test | None = None
    args: Mapping[str, str] = field(factory=dict, hash=False)  # a mapping has no hash; those of `baked` are among them
    baked: tuple[str, ...] = ()  # arguments whose values are those of one environment
    place: str

    def ends_after(self, usual: float) -> float:
        """Seconds after which a build or the tests are given up, where they take `usual` seconds as a rule."""
        return self.deadline or _deadline(usual)


@frozen(kw_only=True)
class Host(HostTable):
    """A Docker host that runs the services."""

    name: str
    place: str


_Named = TypeVar("_Named", Service, Host)


@frozen(kw_only=True)
class Catalogue:
    """All services and hosts, in the order of the file."""

    root: str
    services: tuple[Service, ...]
    hosts: tuple[Host, ...] = ()
    e2e: EndToEnd | None = None  # its context from the repository's root

    def service(self, name: str) -> Service:
        """The service of this name."""
        return _named(name, self.services, "service")

    def host(self, name: str) -> Host:
        """The host of this name."""
        return _named(name, self.hosts, "host")

    def select(self, only: Sequence[str] = ()) -> tuple[Service, ...]:
        """The services that names and groups select, also several in one text by commas; all when there is none."""
        wanted = {word for words in only for word in re.split(r"[\s,]+", words) if word}
        UnknownService.unless_none(self._unknown(wanted))
        chosen = tuple(service for service in self.services if wanted & {service.name, service.group})
        return chosen if wanted else self.services

    def _unknown(self, wanted: Iterable[str]) -> Iterator[str]:
        names = [service.name for service in self.services]
        groups = list(dict.fromkeys(service.group for service in self.services))
        for word in sorted(set(wanted) - {*names, *groups}):
            hint = nearest(word, [*names, *groups], f"known are {', '.join(names)}")
            yield f'no service or group "{word}" in the catalogue; {hint} (groups: {", ".join(groups)})'


def load(text: str, *, name: str = "services.toml") -> Catalogue:
    """Read the catalogue, or refuse it with every fault at once."""
    places = Places.of(text, name)
    data = _parse(text, places)
    found = list(faults(File, data))
    file = cattrs.structure(_sound(data, found), File)
    found += conflicts(file, places)
    if not data.get("services"):
        found.append(Fault((), "no service; add a table such as [services.identity] with its kind and published"))
    found.sort(key=lambda fault: (places.line(fault.path), fault.sentence))
    CatalogueError.unless_none(f"{places.place(fault.path)}: {fault.sentence}" for fault in found)
    return Catalogue(
        root=normpath(file.root),
        services=tuple(
            _service(name, merged(table, file.kinds[table.kind]), places.place(("services", name)))
            for name, table in file.services.items()
        ),
        hosts=tuple(_host(name, table, places.place(("hosts", name))) for name, table in file.hosts.items()),
        e2e=attrs.evolve(file.e2e, context=normpath(join(file.root, file.e2e.context))) if file.e2e else None,
    )


def _named(name: str, known: Iterable[_Named], noun: str) -> _Named:
    by_name = {entry.name: entry for entry in known}
    if name not in by_name:
        raise UnknownService(f'no {noun} "{name}" in the catalogue; {nearest(name, by_name)}')
    return by_name[name]


def _parse(text: str, places: Places) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not every one is a TOMLDecodeError: numbers of 5000 digits
        words = str(error)
    spot = re.search(r" \(at line (\d+), column (\d+)\)$", words)  # tomllib has no attribute for it before 3.14
    line = int(spot[1]) if spot else text.count("\n") + 1
    if path := places.again.get(line):
        fault = f"{'.'.join(path)} is already on line {places.line(path)}; rename or remove one of them"
    else:
        reason = f"{words[: spot.start()]} at column {spot[2]}" if spot else words
        fault = f'not TOML: {reason}; a line is a [table], key = "text" or key = 1'
    raise CatalogueError(f"{places.name}:{line}: {fault}")


def _sound(data: Mapping[str, Any], found: Iterable[Fault]) -> dict[str, Any]:
    """The tables without a fault, less the services of a kind with one: what can be compared."""
    broken = {fault.path[:2] for fault in found}
    whole = {path[0] for path in broken if len(path) == 1 or path[0] == "e2e"}
    sound = {key: value for key, value in data.items() if key not in whole}
    for section in sound.keys() & {"kinds", "services", "hosts"}:
        sound[section] = {name: table for name, table in sound[section].items() if (section, name) not in broken}
    services = sound.get("services", {}).items()
    of_broken = {name for name, table in services if broken & {("kinds",), ("kinds", table["kind"])}}
    return {**sound, "services": {name: table for name, table in services if name not in of_broken}}


def _service(name: str, table: ServiceTable, place: str) -> Service:
    values = attrs.asdict(table, recurse=False)
    for path in ("dockerfile", "context"):
        values[path] = normpath((values[path] or ".").replace("{name}", name))
    values |= {"target": table.target or "", "port": table.port or 0, "published": table.published or 0}
    values["memory"] = parse_size(values["memory"])
    values["args"] = {**values["baked"], **values["args"]}
    values["baked"] = tuple(values["baked"])
    if test := table.test:
        values["test"] = Test(
            command=test.command.replace("{name}", name),
            stage=test.stage,
            reports=test.reports,
            memory=parse_size(test.memory) if test.memory else values["memory"],
            deadline=values["deadline"] or _deadline(values["seconds"]),
        )
    return Service(name=name, place=place, **values)


def _deadline(usual: float) -> float:
    return max(SHORTEST_DEADLINE, DEADLINE_FACTOR * usual)


def _host(name: str, table: HostTable, place: str) -> Host:
    values = {**attrs.asdict(table, recurse=False), "compose": normpath(table.compose)}
    return Host(name=name, place=place, **values)
