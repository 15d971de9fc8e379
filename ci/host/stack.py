"""A host's compose project in git, as the host's own Compose reads it, and who runs the catalogue's images."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final, Self

from attrs import field, frozen

from ci.catalogue import Catalogue, Service
from ci.compose.lines import ComposeLines
from ci.compose.project import ComposeProject, ComposeService
from ci.compose.variables import handed_over, marker_of

COMPOSE: Final = "docker-compose.yml"
VARIABLES: Final = ".env.dev"
KNOWN_HOSTS: Final = "known_hosts"


@frozen(kw_only=True)
class GitFiles:
    """The files of a host as git has them."""

    compose: str = field(repr=False)
    variables: str = field(repr=False)  # .env.dev, from which .env is made
    beside: Mapping[str, str] = field(factory=dict, hash=False, repr=False)  # texts, by their names on the host


@frozen(kw_only=True)
class HostedService:
    """A compose service that runs an image of the catalogue, as a release keeps it."""

    name: str  # in the compose file
    label: str  # in tables: the catalogue's name, or its own where it is one more that runs the image
    service: str  # of the catalogue
    group: str
    health_url: str = ""  # where the host asks whether it is well, and which image it runs; empty where nothing tells
    version_url: str = ""
    is_job: bool = False  # it runs to an end
    files: tuple[str, ...] = ()  # beside the compose file, which it mounts


@frozen(kw_only=True)
class Stack:
    """A host's compose project, asked with a marker for each image, and its services that run one of ours."""

    project: str
    services: tuple[HostedService, ...] = ()  # in the order of the catalogue
    faults: tuple[str, ...] = ()  # why nothing can be deployed by it
    notes: tuple[str, ...] = ()  # what a deploy does otherwise than a person may expect

    @classmethod
    def of(cls, project: ComposeProject, catalogue: Catalogue, text: str) -> Self:
        """Who runs what; Compose decides which service gets an image. `text` is the file's, for its lines."""
        lines, services = ComposeLines(COMPOSE, text), catalogue.services
        return cls(
            project=project.name,
            services=tuple(chain.from_iterable(_hosted(service, project) for service in services)),
            faults=tuple(chain.from_iterable(_faults(service, project, lines) for service in services)),
            notes=tuple(chain.from_iterable(_notes(service, project, lines) for service in services)),
        )


def _hosted(service: Service, project: ComposeProject) -> Iterator[HostedService]:
    for position, compose in enumerate(_running(service, project)):
        is_main, is_job = position == 0, compose.name in project.jobs
        is_asked = is_main and not is_job
        yield HostedService(
            name=compose.name,
            label=service.name if is_main else compose.name,
            service=service.name,
            group=service.group,
            health_url=_url(service, service.health) if is_asked else "",
            version_url=_url(service, service.version) if is_asked else "",
            is_job=is_job,
            files=tuple(
                sorted(mount.source for mount in compose.mounts if mount.source and not mount.source.startswith("/"))
            ),
        )


def _running(service: Service, project: ComposeProject) -> list[ComposeService]:
    """Those that run the image, the main one first."""
    return sorted(
        (compose for compose in project.services.values() if compose.image == marker_of(service.name)),
        key=lambda compose: (
            all(port.host != service.published for port in compose.ports),
            compose.name in project.jobs,
        ),
    )


def _url(service: Service, path: str | None) -> str:
    return f"http://127.0.0.1:{service.published}{path}" if path else ""


def _faults(service: Service, project: ComposeProject, lines: ComposeLines) -> Iterator[str]:
    running = _running(service, project)
    main = next(iter(running), None)
    if not running:
        yield f"no service of {COMPOSE} runs {service.name}: one must have image: {handed_over(service.name)}"
    for compose in running:
        is_checked = compose.healthcheck or compose.name in project.jobs or (compose is main and service.health)
        if not is_checked:
            yield (
                f"nothing tells whether {compose.name} is healthy: give it a healthcheck in {COMPOSE}, "
                "or its kind `health` in services.toml"
            )
        if "container_name" in compose.keys:
            place = lines.place("services", compose.name, "container_name")
            yield f"{place}: container_name of {compose.name} is refused: a deploy looks for PROJECT-{compose.name}-1"
        if compose.replicas != 1:
            place = lines.place("services", compose.name, "deploy")
            yield f"{place}: replicas of {compose.name} are refused: a deploy watches one container of a service"
        for mount in compose.mounts:
            if mount.is_external:
                place = f"{lines.place('services', compose.name, mount.kind)}: {mount.kind} of {compose.name}"
                yield f"{place} are refused: {mount.name} is external, which needs Swarm"
    if main and service.health and main.name not in project.jobs and not _is_reached(service, main):
        place = lines.place("services", main.name, "ports")
        yield (
            f"{place}: ports of {main.name} are refused: its health is asked at 127.0.0.1:{service.published}, "
            "which it must publish (no range)"
        )
    if main and service.version and not any(marker_of(service.name) in value for value in main.environment.values()):
        yield (
            f"{service.name} is asked which image it runs, and nothing tells it: add IMAGE_REF with the value of its "
            f"image to its environment in {COMPOSE}, or take `version` from services.toml"
        )


def _is_reached(service: Service, compose: ComposeService) -> bool:
    is_published = any(port.host == service.published and port.is_local for port in compose.ports)
    return is_published or compose.network_mode == "host"


def _notes(service: Service, project: ComposeProject, lines: ComposeLines) -> Iterator[str]:
    for compose in _running(service, project):
        place = lines.place("services", compose.name)
        if compose.name in project.jobs:
            yield f"{place}: {compose.name} is a job: a rollback does not undo what it did to data"
        if compose.network_mode == "host":
            yield f"{place}: host network of {compose.name} is followed: it is asked at port {service.published}"
        if "profiles" in compose.keys:
            yield f"{place}: profiles of {compose.name} are ignored: a deploy starts it"
