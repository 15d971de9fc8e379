"""The sample's images as containers in the shape of the compose file, with a real Keycloak and its database."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Final

import anyio
import httpx
import pytest
from attrs import evolve, frozen

from bootstrap import mirror
from bootstrap.local import KEYCLOAK
from ci.catalogue import load
from ci.compose.lines import ComposeLines
from ci.compose.project import ComposeProject, ComposeService
from ci.compose.variables import env_file, image_variable, placeholder
from ci.host.stack import COMPOSE, VARIABLES, Stack
from ci.smoke.ways import Ways
from tests.support.compose import ask, compose_at
from tests.support.part import ANSWER_SECONDS, Part
from tests.support.pulled import pulled
from tests.support.registry import LiveRegistry
from tests.support.registry.docker import DockerFailed, docker, logs
from tests.support.repository import ROOT
from tests.support.waiting import until

PUBLIC_HOST: Final = "cfa2.test"  # in no resolver: what is sent there takes the ways of the stand
_CATALOGUE: Final = load((ROOT / "services.toml").read_text(encoding="utf-8"))
_FILES: Final = {name: ROOT / path for name, path in _CATALOGUE.host("cfa2").files.items()}
MIRRORED: Final = {  # by service of the compose file
    "keycloak": f"{mirror.HOST}/keycloak/keycloak:{KEYCLOAK}",
    "postgres": f"{mirror.HOST}/library/postgres:16",
}
_LABEL: Final = "ois-cfa.test.stand"
_HEALTHY_SECONDS: Final = 240
_REALM_SECONDS: Final = 480
_LOG_LINES: Final = "30"


@frozen(kw_only=True)
class Stand:
    """Every part of the compose file, under the name at which the others look for it."""

    network: str
    stack: Stack
    shapes: Mapping[str, ComposeService]
    entries: Mapping[str, str]  # by service of the catalogue: name in the compose file
    parts: dict[str, Part]

    def __getitem__(self, name: str) -> Part:
        return self.parts[self.entries.get(name, name)]

    @property
    def ways(self) -> Ways:
        """Where each port of the host is on this machine."""
        places = {
            port.host: self.parts[name].url
            for name, service in self.shapes.items()
            for port in service.ports
            if port.host
        }
        return {port: (httpx.URL(url).host, httpx.URL(url).port or 0) for port, url in places.items()}

    @contextmanager
    def another(self, name: str, **environment: str) -> Iterator[Part]:
        """One more container of a service, which no other looks for, while open."""
        told = self.shapes[self.entries.get(name, name)]
        part = self._run(evolve(told, environment={**told.environment, **environment}), f"{name}-{token_hex(2)}")
        try:
            if name in self.entries:
                until(part.answers, ANSWER_SECONDS, f"{part.container} does not answer")
            yield part
        finally:
            docker("rm", "--force", "--volumes", part.container)

    def knows_people(self, keycloak: Part | None = None) -> bool:
        """Whether Keycloak has its realm; Docker publishes another port of this machine after each start."""
        try:
            self.parts["keycloak"] = evolve(
                self["keycloak"], url=_url(self["keycloak"].container, self.shapes["keycloak"])
            )
            return (keycloak or self["keycloak"]).get("/realms/ois").is_success
        except (httpx.TransportError, DockerFailed):
            return False

    def start(self) -> None:
        for name, told in self.shapes.items():
            self.parts[name] = self._run(told, name)
        until(self._healthy, _HEALTHY_SECONDS, "the containers are not healthy by their own check")
        until(self.knows_people, _REALM_SECONDS, "Keycloak does not know the realm")

    def logs(self, since: float = 0) -> Iterator[tuple[str, str]]:
        """What each container said last, under its name; only since this time."""
        for name in _containers(self.network, "{{.Names}}"):
            if said := logs(name, "--tail", _LOG_LINES, "--since", str(since)):
                yield name, said

    def _run(self, told: ComposeService, alias: str) -> Part:
        container = f"{self.network}-{alias}"
        docker(
            *("run", "--detach", "--name", container, "--label", f"{_LABEL}={self.network}"),
            *("--network", self.network, "--network-alias", alias, "--restart", "on-failure"),
            *(word for port in told.ports for word in ("--publish", f"127.0.0.1::{port.container}")),
            *(
                word
                for mount in told.mounts
                if mount.source in _FILES
                for word in ("--volume", f"{_FILES[mount.source]}:{mount.target}:ro")
            ),
            *(word for name, value in told.environment.items() for word in ("--env", f"{name}={value}")),
            *(told.image, *(told.command or ())),
        )
        return Part(container=container, image=told.image, url=_url(container, told))

    def _healthy(self) -> bool:
        ours = [self[name].container for name in self.entries]
        states = _containers(self.network, "{{.Names}} {{.State}} {{.Status}}")
        checked = [state for state in states if state.split(" ", 1)[0] in ours]
        assert all(state.split(" ")[1] == "running" for state in checked), states
        return all(state.endswith("(healthy)") for state in checked)


@frozen(eq=False)  # pytest keeps its plugins in sets, and a stand cannot be hashed
class _Story:
    """A plugin: what the containers said, in the report of each test that failed."""

    stand: Stand

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed:
            report.sections.extend(self.stand.logs(report.start))
        return report


@contextmanager
def stand(registry: LiveRegistry, digests: Mapping[str, str]) -> Iterator[Stand]:
    """Run what was published, until every container is healthy; nothing of it is left at the end."""
    network = f"ois-cfa-test-{token_hex(4)}"
    docker("network", "create", network)
    try:
        with pulled(registry, digests) as images:
            made = _made(network, images)
            try:
                _start(made)
                yield made
            finally:
                _remove_containers(network)
    finally:
        docker("network", "rm", network)


@contextmanager
def telling(made: Stand, plugins: pytest.PytestPluginManager) -> Iterator[Stand]:
    """While open, the report of a test that failed has the logs of the containers."""
    story = _Story(made)
    plugins.register(story)
    try:
        yield made
    finally:
        plugins.unregister(story)


def _made(network: str, images: Mapping[str, str]) -> Stand:
    place = ROOT / _CATALOGUE.host("cfa2").compose
    compose, variables = ((place / name).read_text(encoding="utf-8") for name in (COMPOSE, VARIABLES))
    stack = Stack.read(compose, variables, _CATALOGUE, str(place))
    shapes = dict(_project(compose, variables, images).services)
    shapes |= {name: evolve(shapes[name], image=image) for name, image in MIRRORED.items()}
    return Stand(
        network=network,
        stack=stack,
        shapes=shapes,
        entries={entry.service.name: entry.name for entry in stack.entries},
        parts={},
    )


def _project(compose: str, variables: str, images: Mapping[str, str]) -> ComposeProject:
    with TemporaryDirectory() as folder:
        values = anyio.run(compose_at(Path(folder)).variables, variables, VARIABLES)
        given = {name: value or placeholder(name) for name, value in values.items()}
        given |= {"PUBLIC_HOST": PUBLIC_HOST, **{image_variable(name): image for name, image in images.items()}}
        return ask(compose, Path(folder), env_file(given)).or_refuse(ComposeLines(COMPOSE, compose))


def _start(made: Stand) -> None:
    try:
        made.start()
    except (AssertionError, DockerFailed) as fault:
        fault.add_note("\n".join(_containers(made.network, "{{.Names}}: {{.Status}}")))
        for name, said in made.logs():
            fault.add_note(f"{name}:\n{said}")
        raise


def _url(container: str, told: ComposeService) -> str:
    """Where this machine reaches its first port; empty when it publishes none."""
    ports = [docker("port", container, str(port.container)) for port in told.ports]
    return f"http://{ports[0]}" if ports else ""


def _containers(network: str, form: str) -> list[str]:
    return docker("ps", "--all", "--filter", f"label={_LABEL}={network}", "--format", form).splitlines()


def _remove_containers(network: str) -> None:
    if names := _containers(network, "{{.Names}}"):
        docker("rm", "--force", "--volumes", *names)
