"""A compose project as Compose normalised it: the answer of `config --format json` in frozen records."""

import json
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from itertools import chain
from posixpath import join, relpath
from typing import Any, Final, Self

from attrs import evolve, field, frozen

COMPLETED: Final = "service_completed_successfully"
FOLDERS: Final = {"configs": "/", "secrets": "/run/secrets/"}  # in a container, where its mounts go by name
# The keys of a service that are ours as Compose answers them, and those that are words.
AS_ANSWERED: Final = ("image", "user", "working_dir", "environment", "restart", "platform", "network_mode")
WORDS: Final = ("entrypoint", "command")
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
        """Whether the host reaches it at 127.0.0.1 by HTTP, as a deploy asks."""
        return self.address in LOCAL and self.protocol == "tcp"

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
class ComposeBuild:
    """How Compose would build an image; paths are relative to the project's folder."""

    context: str
    dockerfile: str
    target: str = ""  # a stage; the last one when empty
    args: Mapping[str, str] = field(factory=dict, hash=False)
    contexts: frozenset[str] = frozenset()  # names by which the Dockerfile takes other folders or images


@frozen(kw_only=True)
class ComposeService:
    """One service as it would start; None where the image decides."""

    name: str
    image: str = ""
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    user: str = ""
    working_dir: str = ""
    environment: Mapping[str, str] = field(factory=dict, hash=False, repr=False)  # with that of env_file
    ports: tuple[ComposePort, ...] = ()
    exposed: frozenset[int] = frozenset()
    depends_on: Mapping[str, str] = field(factory=dict, hash=False)  # service: condition
    healthcheck: Mapping[str, Any] = field(factory=dict, hash=False)  # empty when there is none, or it is off
    check_is_off: bool = False  # that of the image too
    restart: str = ""
    platform: str = ""
    replicas: int = 1
    profiles: frozenset[str] = frozenset()  # without one it always starts
    network_mode: str = ""
    mounts: tuple[ComposeMount, ...] = ()
    aliases: tuple[str, ...] = ()
    build: ComposeBuild | None = None  # of a folder and a Dockerfile in it or elsewhere
    keys: frozenset[str] = frozenset()  # all that the file gives a value

    @classmethod
    def structure(
        cls, name: str, answer: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]], root: str
    ) -> Self:
        """One service of Compose's answer; `sources` are the project's configs and secrets."""
        plain: dict[str, Any] = {key: answer[key] for key in AS_ANSWERED if key in answer}
        plain |= {key: tuple(answer[key]) for key in WORDS if key in answer}
        check, networks = answer.get("healthcheck", {}), answer.get("networks", {}).values()
        is_off = check.get("disable") or check.get("test", [])[:1] == ["NONE"]
        return cls(
            **plain,
            name=name,
            ports=tuple(map(_port, answer.get("ports", ()))),
            exposed=frozenset(int(port.partition("/")[0]) for port in answer.get("expose", ()) if "-" not in port),
            depends_on={other: need.get("condition", "") for other, need in answer.get("depends_on", {}).items()},
            healthcheck={} if is_off else check,
            check_is_off=bool(is_off),
            profiles=frozenset(answer.get("profiles", ())),
            replicas=int(answer.get("scale") or answer.get("deploy", {}).get("replicas") or 1),
            mounts=tuple(_mounts(answer, sources, root)),
            aliases=tuple(chain.from_iterable(network.get("aliases", ()) for network in networks)),
            build=_build(answer.get("build", {}), root),
            keys=frozenset(answer),
        )


@frozen(kw_only=True)
class ComposeProject:
    """A project: its name and its services, in the order of Compose's answer."""

    name: str
    services: Mapping[str, ComposeService] = field(hash=False)

    @classmethod
    def from_json(cls, text: str, root: str) -> Self:
        """Read Compose's answer for a project in the folder `root`; it doubles each `$`."""
        answer = json.loads(text.replace("$$", "$"), object_hook=_given)
        sources = {kind: answer.get(kind, {}) for kind in FOLDERS}
        services = answer.get("services", {}).items()
        return cls(
            name=answer["name"],
            services={name: ComposeService.structure(name, service, sources, root) for name, service in services},
        )

    def with_images(self, references: Mapping[str, str]) -> Self:
        """The same with other references for some images."""
        services = {
            name: evolve(service, image=references.get(service.image, service.image))
            for name, service in self.services.items()
        }
        return evolve(self, services=services)

    @property
    def jobs(self) -> frozenset[str]:
        """Services that run to an end: another waits for that, or they are never restarted."""
        needs = chain.from_iterable(service.depends_on.items() for service in self.services.values())
        awaited = {name for name, condition in needs if condition == COMPLETED}
        return frozenset(awaited | {name for name, service in self.services.items() if service.restart == "no"})

    def in_waves(self) -> Iterator[tuple[ComposeService, ...]]:
        """The services, those of a wave after all that they depend on; Compose has refused a circle."""
        graph = {
            name: [other for other in service.depends_on if other in self.services]
            for name, service in self.services.items()
        }
        sorter = TopologicalSorter(graph)
        sorter.prepare()
        while sorter.is_active():
            ready = sorter.get_ready()
            yield tuple(self.services[name] for name in ready)
            sorter.done(*ready)


def _given(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


def _port(answer: Mapping[str, Any]) -> ComposePort:
    host = str(answer.get("published", ""))
    return ComposePort(
        container=int(answer["target"]),
        host=int(host) if host.isdigit() else None,
        address=answer.get("host_ip", ""),
        protocol=answer.get("protocol", "tcp"),
    )


def _mounts(answer: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]], root: str) -> Iterator[ComposeMount]:
    for volume in answer.get("volumes", ()):
        if volume.get("type") == "bind":
            yield ComposeMount(kind="volumes", source=_relative(volume["source"], root), target=volume["target"])
    for kind, folder in FOLDERS.items():
        for grant in answer.get(kind, ()):
            name, target = grant["source"], grant.get("target") or grant["source"]
            definition = sources[kind].get(name, {})
            yield ComposeMount(
                kind=kind,
                name=name,
                source=_relative(definition.get("file", ""), root),
                target=target if target.startswith("/") else f"{folder}{target}",
                is_external=bool(definition.get("external")),
            )


def _build(answer: Mapping[str, Any], root: str) -> ComposeBuild | None:
    context = answer.get("context", "")
    if not context.startswith("/") or "dockerfile_inline" in answer:  # another repository, or no file
        return None
    return ComposeBuild(
        context=relpath(context, root),
        dockerfile=relpath(join(context, answer.get("dockerfile") or "Dockerfile"), root),
        target=answer.get("target", ""),
        args=answer.get("args", {}),
        contexts=frozenset(answer.get("additional_contexts", ())),
    )


def _relative(path: str, root: str) -> str:
    """A path below the project's folder without it; another one as it is."""
    return "." if path == root else path.removeprefix(f"{root}/")
