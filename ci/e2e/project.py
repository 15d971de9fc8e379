"""The compose project of a host as the end-to-end tests start it: the images of a lock, and what git has beside it."""

from collections.abc import Iterator, Mapping
from typing import Final

import dagger
from dagger import dag

from ci.catalogue import Catalogue, EndToEnd, Host
from ci.compose.ask import Compose
from ci.compose.lines import ComposeLines
from ci.compose.project import ComposeProject
from ci.compose.variables import ENVIRONMENT, env_file, handed_over, image_variable, placeholder
from ci.errors import CatalogueError
from ci.host.stack import COMPOSE, VARIABLES
from ci.progress import say
from ci.workspace import Workspace

UNDERSTOOD: Final = frozenset(
    (
        # What a service here follows,
        *("image", "entrypoint", "command", "user", "working_dir", "environment", "env_file", "ports", "expose"),
        *("depends_on", "configs", "secrets", "volumes", "networks"),
        # and what makes no difference to tests that start from nothing.
        *("restart", "logging", "deploy", "stop_grace_period", "stop_signal", "healthcheck", "labels", "annotations"),
        *("container_name", "pull_policy", "build", "profiles", "platform", "init", "hostname", "ulimits"),
        *("mem_limit", "mem_reservation", "memswap_limit", "cpus", "cpu_shares", "pids_limit", "oom_score_adj"),
    )
)


async def read_project(
    workspace: Workspace, catalogue: Catalogue, whole: EndToEnd, images: Mapping[str, str], compose_image: str
) -> tuple[ComposeProject, Mapping[str, dagger.File]]:
    """The project, and the files that its containers read, by name beside the compose file; say what is left out.

    `images` are references by service of the catalogue, the variables of `whole` win over the host's. What git leaves
    empty, the secrets of a host, has the same made-up value each time. Raise `CatalogueError`.
    """
    host = catalogue.host(whole.host)
    text, written = [await workspace.text(f"{host.compose}/{name}") for name in (COMPOSE, VARIABLES)]
    files = {name: workspace.source.file(path) for name, path in host.files.items()}
    folder = dag.directory().with_new_file(COMPOSE, text)
    for name, file in files.items():
        folder = folder.with_file(name, file)
    compose = Compose.in_container(folder, compose_image)
    values = {**await compose.variables(written, f"{host.compose}/{VARIABLES}"), **whole.variables}
    values = {name: value or placeholder(name) for name, value in values.items()}
    given = {**values, **{image_variable(service): image for service, image in images.items()}}
    answer = await compose.project(COMPOSE, env_file(given), beside={ENVIRONMENT: env_file(values)})
    lines = ComposeLines(f"{host.compose}/{COMPOSE}", text)
    project = answer.or_refuse(lines)
    CatalogueError.unless_none(faults(project, lines, host, catalogue, images))
    for sentence in left_out(project, lines, frozenset(files)):
        say(sentence)
    return project, files


def faults(
    project: ComposeProject, lines: ComposeLines, host: Host, catalogue: Catalogue, images: Mapping[str, str]
) -> Iterator[str]:
    """Why the project cannot be started."""
    started = {service.image for service in project.services.values()}
    for service in catalogue.services:
        if images.get(service.name) not in started:
            image = handed_over(service.name)
            yield f"{lines.place('services')}: no service runs {service.name}: it needs image: {image}"
    lacking = dict[str, str]()
    for name, part in project.services.items():
        if not part.image:
            yield f"{lines.place('services', name)}: {name} has no image: what a host builds cannot be tested before it"
        for mount in part.mounts:
            if mount.kind == "configs" and not mount.source:
                place = lines.place(mount.kind, mount.name)
                yield f"{place}: {name} takes the config {mount.name}, which is no file: write configs with file"
            if mount.kind != "volumes" and mount.source and mount.source not in host.files:
                lacking[mount.source] = lines.place(mount.kind, mount.name)
    for source, place in sorted(lacking.items()):
        yield f"{place}: it takes {source} from its folder: add it to files of [hosts.{host.name}]"


def left_out(project: ComposeProject, lines: ComposeLines, files: frozenset[str]) -> Iterator[str]:
    """What the compose file says and the tests do without, each with its line."""
    for name, service in project.services.items():
        for key in sorted(service.keys - UNDERSTOOD):
            yield f"{lines.place('services', name, key)}: end-to-end leaves out {key} of {name}"
        for mount in service.mounts:
            if mount.source not in files:
                place, what = lines.place("services", name, mount.kind), mount.source or f"the secret {mount.name}"
                yield f"{place}: end-to-end leaves out {what}, which git does not have"
