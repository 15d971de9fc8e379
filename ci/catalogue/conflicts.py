"""What is wrong between tables that are each right by themselves: every fault, with its path."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import attrs

from ci.catalogue.places import Places
from ci.catalogue.shape import Fault, nearest
from ci.catalogue.tables import File, KindTable, ServiceTable

NEEDED = ("group", "dockerfile", "memory", "seconds")
PORTS = ("port", "published")
ASKED = ("health", "version", "sign_in")  # at those


def conflicts(file: File, places: Places) -> Iterator[Fault]:
    """Kinds that do not exist, what neither a service nor its kind says, names and ports that are taken."""
    for name, service in file.services.items():
        yield from _kind_faults(name, service, file.kinds)
    if file.e2e and file.hosts and file.e2e.host not in file.hosts:
        yield Fault(("e2e", "host"), f'no host "{file.e2e.host}"; {nearest(file.e2e.host, file.hosts)}')
    yield from _taken_names(file, places)
    yield from _taken_ports(file.services, places)


def merged(service: ServiceTable, kind: KindTable) -> ServiceTable:
    """The service with what it leaves to its kind."""
    own = attrs.asdict(service, recurse=False, filter=lambda _, value: value is not None)
    both = {"args": {**kind.args, **service.args}, "baked": {**kind.baked, **service.baked}}
    return ServiceTable(**{**attrs.asdict(kind, recurse=False), **own, **both})


def _kind_faults(name: str, service: ServiceTable, kinds: Mapping[str, KindTable]) -> Iterator[Fault]:
    if service.kind not in kinds:
        hint = nearest(service.kind, kinds, f"add the table [kinds.{service.kind}]")
        yield Fault(("services", name, "kind"), f'unknown kind "{service.kind}"; {hint}')
        return
    whole = merged(service, kinds[service.kind])
    for key in NEEDED:
        if getattr(whole, key) is None:
            mend = f"add it to [services.{name}] or [kinds.{service.kind}]"
            yield Fault(("services", name), f'missing key "{key}"; {mend}')
    url_path = next((key for key in ASKED if getattr(whole, key)), None)
    for key in PORTS if url_path else ():
        if getattr(whole, key) is None:
            yield Fault(
                ("services", name), f'missing key "{key}", at which {url_path} is asked; add it to [services.{name}]'
            )
    for argument in sorted(whole.args.keys() & whole.baked.keys()):
        yield Fault(("services", name), f'"{argument}" is among args and among baked; leave it in one')


def _taken_names(file: File, places: Places) -> Iterator[Fault]:
    tables = {("services", name): service for name, service in file.services.items()}
    kinds = {("kinds", name): kind for name, kind in file.kinds.items()}
    groups = {table.group: (*path, "group") for path, table in {**tables, **kinds}.items() if table.group}
    for name in file.services:
        if path := groups.get(name):
            where = f"the group on line {places.line(path)}"
            yield Fault(("services", name), f'service "{name}" has the name of {where}; rename one of them')


def _taken_ports(services: Mapping[str, ServiceTable], places: Places) -> Iterator[Fault]:
    takers: Mapping[int, list[str]] = defaultdict(list)
    for name, service in services.items():
        if service.published:
            takers[service.published].append(name)
    for port, (first, *others) in takers.items():
        where = f"{first} on line {places.line(('services', first, 'published'))}"
        for name in others:
            path = ("services", name, "published")
            yield Fault(path, f"published is {port}, which {where} has already; give each service its own")
