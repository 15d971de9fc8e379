"""A compose project as Compose normalised it: the answer of `config --format json` in frozen records."""

import json
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final, Self

from attrs import field, frozen

from ci.errors import CatalogueError

COMPLETED: Final = "service_completed_successfully"
LOCAL: Final = frozenset({"", "0.0.0.0", "127.0.0.1"})  # noqa: S104  # nothing is bound here


@frozen(kw_only=True)
class ComposePort:
    """A port of a container; `host` is None where Docker chooses one, or where the file has a range."""

    container: int
    host: int | None
    address: str = ""
    protocol: str = "tcp"

    @property
    def is_local(self) -> bool:
        """Whether the host reaches it at 127.0.0.1, where a deploy asks."""
        return self.address in LOCAL

    def __str__(self) -> str:
        return ":".join(filter(None, (self.address, str(self.host or ""), str(self.container))))


@frozen(kw_only=True)
class ComposeMount:
    """A file or folder of the project's folder in a container."""

    kind: str  # volumes, configs or secrets: the key that names it
    name: str = ""  # of the config or secret
    source: str  # relative to the project's folder; absolute when it is elsewhere; empty when it is no file
    target: str
    is_external: bool = False  # a config or secret of a Swarm: Compose alone cannot start it


@frozen(kw_only=True)
class ComposeService:
    """One service as it would start; None where the image decides."""

    name: str
    image: str
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    user: str = ""
    working_dir: str = ""
    environment: Mapping[str, str] = field(factory=dict, hash=False, repr=False)  # with that of env_file
    ports: tuple[ComposePort, ...] = ()
    exposed: frozenset[int] = frozenset()
    depends_on: Mapping[str, str] = field(factory=dict, hash=False)  # service: condition
    healthcheck: Mapping[str, Any] = field(factory=dict, hash=False)  # empty when there is none, or it is off
    restart: str = ""
    platform: str = ""
    replicas: int = 1
    network_mode: str = ""
    mounts: tuple[ComposeMount, ...] = ()
    aliases: tuple[str, ...] = ()
    build: str = ""  # the Dockerfile, relative to the project's folder
    keys: frozenset[str] = frozenset()  # all that the file gives a value

    @classmethod
    def structure(
        cls, name: str, answer: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]], root: str
    ) -> Self:
        """One service of Compose's answer; `sources` are the project's configs and secrets."""
        return cls(
            name=name,
            image=answer.get("image", ""),
            entrypoint=_words(answer.get("entrypoint")),
            command=_words(answer.get("command")),
            user=answer.get("user", ""),
            working_dir=answer.get("working_dir", ""),
            environment={key: value for key, value in _table(answer, "environment").items() if value is not None},
            ports=tuple(map(_port, _list(answer, "ports"))),
            exposed=frozenset(int(port.partition("/")[0]) for port in _list(answer, "expose") if "-" not in port),
            depends_on={other: need.get("condition", "") for other, need in _table(answer, "depends_on").items()},
            healthcheck=_healthcheck(_table(answer, "healthcheck")),
            restart=answer.get("restart", ""),
            platform=answer.get("platform", ""),
            network_mode=answer.get("network_mode", ""),
            replicas=int(answer.get("scale") or _table(answer, "deploy").get("replicas") or 1),
            mounts=tuple(_mounts(answer, sources, root)),
            aliases=tuple(_aliases(answer)),
            build=_dockerfile(_table(answer, "build"), root),
            keys=frozenset(key for key, value in answer.items() if value is not None),
        )


@frozen(kw_only=True)
class ComposeProject:
    """A project: its name and its services, in the order of Compose's answer."""

    name: str
    services: Mapping[str, ComposeService] = field(hash=False)

    @classmethod
    def from_json(cls, text: str, root: str) -> Self:
        """Read Compose's answer for a project in the folder `root`; it doubles each `$`."""
        answer: dict[str, Any] = _undoubled(json.loads(text))
        sources = {kind: _table(answer, kind) for kind in ("configs", "secrets")}
        services = _table(answer, "services")
        return cls(
            name=answer["name"],
            services={
                name: ComposeService.structure(name, service, sources, root) for name, service in services.items()
            },
        )

    @property
    def jobs(self) -> frozenset[str]:
        """Services that run to an end: another waits for that, or they are never restarted."""
        awaited = {
            other
            for service in self.services.values()
            for other, condition in service.depends_on.items()
            if condition == COMPLETED
        }
        return frozenset(awaited | {name for name, service in self.services.items() if service.restart == "no"})

    def in_waves(self) -> Iterator[tuple[ComposeService, ...]]:
        """The services, those of a wave after all that they depend on; raise `CatalogueError` for a circle."""
        graph = {
            name: [other for other in service.depends_on if other in self.services]
            for name, service in self.services.items()
        }
        sorter = TopologicalSorter(graph)
        try:
            sorter.prepare()
        except CycleError as fault:
            raise CatalogueError(f"depends_on goes in a circle: {', '.join(fault.args[1])}") from None
        while sorter.is_active():
            ready = sorter.get_ready()
            yield tuple(self.services[name] for name in ready)
            sorter.done(*ready)


def _undoubled(answer: Any) -> Any:
    match answer:
        case dict():
            return {key: _undoubled(value) for key, value in answer.items()}
        case list():
            return [_undoubled(value) for value in answer]
        case str():
            return answer.replace("$$", "$")
        case _:
            return answer


def _table(answer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return answer.get(key) or {}


def _list(answer: Mapping[str, Any], key: str) -> Sequence[Any]:
    return answer.get(key) or ()


def _words(answer: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if answer is None else tuple(answer)


def _port(answer: Mapping[str, Any]) -> ComposePort:
    host = str(answer.get("published", ""))
    return ComposePort(
        container=int(answer["target"]),
        host=int(host) if host.isdigit() else None,
        address=answer.get("host_ip", ""),
        protocol=answer.get("protocol", "tcp"),
    )


def _healthcheck(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return {} if answer.get("disable") or _list(answer, "test")[:1] == ["NONE"] else answer


def _mounts(answer: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]], root: str) -> Iterator[ComposeMount]:
    for volume in _list(answer, "volumes"):
        if volume.get("type") == "bind":
            yield ComposeMount(kind="volumes", source=_relative(volume["source"], root), target=volume["target"])
    for kind, folder in (("configs", "/"), ("secrets", "/run/secrets/")):
        for grant in _list(answer, kind):
            name, target = grant["source"], grant.get("target") or grant["source"]
            definition = sources[kind].get(name, {})
            yield ComposeMount(
                kind=kind,
                name=name,
                source=_relative(definition.get("file", ""), root),
                target=target if target.startswith("/") else f"{folder}{target}",
                is_external=bool(definition.get("external")),
            )


def _aliases(answer: Mapping[str, Any]) -> Iterator[str]:
    for network in _table(answer, "networks").values():
        yield from _list(network or {}, "aliases")


def _dockerfile(answer: Mapping[str, Any], root: str) -> str:
    if not answer.get("context"):
        return ""
    folder = _relative(answer["context"], root)
    file = answer.get("dockerfile") or "Dockerfile"
    return file if folder == "." else f"{folder}/{file}"


def _relative(path: str, root: str) -> str:
    """A path below the project's folder without it; another one as it is."""
    return "." if path == root else path.removeprefix(f"{root}/")
