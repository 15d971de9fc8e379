"""The images of the sample as containers on a network of their own, as a Docker host runs them."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import pytest
from attrs import frozen

from ci.catalogue import Service
from tests.support.registry import LiveRegistry
from tests.support.registry.accounts import PROJECT, repository
from tests.support.registry.docker import DockerFailed, docker, logs
from tests.support.waiting import until

_LABEL: Final = "ois-cfa.test.stand"
_HEALTHY_SECONDS: Final = 120
_ANSWER_SECONDS: Final = 60
_LOG_LINES: Final = "30"


@frozen(kw_only=True)
class Part:
    """One running service; `image` is its reference, `url` is for this machine."""

    container: str
    image: str
    url: str

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return httpx.request(method, self.url + path, timeout=_ANSWER_SECONDS, **options)

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self.ask("POST", path, json=body)

    def answers(self) -> bool:
        try:
            return self.get("/health").is_success
        except httpx.TransportError:
            return False

    def inside(self, *command: str) -> str:
        """The stdout of a command in the container."""
        return docker("exec", self.container, *command)

    def stop(self) -> int:
        """End it as Docker does before it replaces one, and return its exit code."""
        docker("stop", self.container)
        return int(docker("inspect", "--format", "{{.State.ExitCode}}", self.container))


@frozen(kw_only=True)
class Stand:
    """The services of the catalogue, each under the name at which the others look for it."""

    network: str
    services: Sequence[Service]
    images: Mapping[str, str]
    parts: dict[str, Part]

    def __getitem__(self, name: str) -> Part:
        return self.parts[name]

    def another(self, name: str, **environment: str) -> Part:
        """One more container of a service, which no other looks for."""
        service = next(each for each in self.services if each.name == name)
        part = self._run(service, f"{name}-{token_hex(2)}", environment)
        until(part.answers, _ANSWER_SECONDS, f"{part.container} does not answer")
        return part

    def start(self) -> None:
        for service in self.services:
            alias = f"{service.name}-service" if service.dockerfile.startswith("services/") else service.name
            self.parts[service.name] = self._run(service, alias)
        until(self._healthy, _HEALTHY_SECONDS, "the containers are not healthy by their own check")

    def logs(self, since: float = 0) -> Iterator[tuple[str, str]]:
        """What each container said last, under its name; only since this time."""
        for name in _containers(self.network, "{{.Names}}"):
            if said := logs(name, "--tail", _LOG_LINES, "--since", str(since)):
                yield name, said

    def _run(self, service: Service, alias: str, environment: Mapping[str, str] | None = None) -> Part:
        image, container = self.images[service.name], f"{self.network}-{alias}"
        variables = {"IMAGE_REF": image, **(environment or {})}
        docker(
            *("run", "--detach", "--name", container, "--label", f"{_LABEL}={self.network}"),
            *("--network", self.network, "--network-alias", alias, "--publish", f"127.0.0.1::{service.port}"),
            *(part for name, value in variables.items() for part in ("--env", f"{name}={value}")),
            image,
        )
        address = docker("port", container, str(service.port))
        return Part(container=container, image=image, url=f"http://{address}")

    def _healthy(self) -> bool:
        states = _containers(self.network, "{{.State}} {{.Status}}")
        assert all(state.startswith("running") for state in states), states
        return all(state.endswith("(healthy)") for state in states)


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
def stand(registry: LiveRegistry, services: Sequence[Service], digests: Mapping[str, str]) -> Iterator[Stand]:
    """Run what was published, until every container is healthy; nothing of it is left at the end."""
    network = f"ois-cfa-test-{token_hex(4)}"
    docker("network", "create", network)
    try:
        with _pulled(registry, digests) as images:
            made = Stand(network=network, services=services, images=images, parts={})
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


def _start(made: Stand) -> None:
    try:
        made.start()
    except (AssertionError, DockerFailed) as fault:
        fault.add_note("\n".join(_containers(made.network, "{{.Names}}: {{.Status}}")))
        for name, said in made.logs():
            fault.add_note(f"{name}:\n{said}")
        raise


@contextmanager
def _pulled(registry: LiveRegistry, digests: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The references by which Docker has the images, taken from behind the front."""
    host = f"127.0.0.1:{registry.store.port}"
    images = {name: f"{host}/{PROJECT}/{name}@{digest}" for name, digest in digests.items()}
    access = [repository(f"{PROJECT}/{name}", "pull") for name in digests]
    auths = {host: {"registrytoken": registry.store.signer.token("tests", access)}}
    with TemporaryDirectory() as folder:
        Path(folder, "config.json").write_text(json.dumps({"auths": auths}))
        try:
            for image in images.values():
                docker("--config", folder, "pull", "--quiet", image)
            yield images
        finally:
            docker("rmi", "--force", *images.values())


def _containers(network: str, form: str) -> list[str]:
    return docker("ps", "--all", "--filter", f"label={_LABEL}={network}", "--format", form).splitlines()


def _remove_containers(network: str) -> None:
    if names := _containers(network, "{{.Names}}"):
        docker("rm", "--force", "--volumes", *names)
