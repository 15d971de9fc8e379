"""The parts as services of the engine, each under the name that the others look for."""

import json
from asyncio import gather
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Self

import dagger
from attrs import frozen
from dagger import dag

from ci.bases import PLATFORM
from ci.e2e.shape import Part
from ci.registry.link import Login

PUBLISHED: Final = "PUBLISHED"


@frozen(kw_only=True)
class Credentials:
    """Who pulls the services' own images, and where."""

    host: str
    login: Login


@frozen(kw_only=True)
class Stand:
    """Every part as a service, under its name, and where each port of the host leads."""

    services: Mapping[str, dagger.Service]
    published: Mapping[int, str]

    @classmethod
    def of(cls, parts: Sequence[Part], files: Mapping[str, dagger.File], credentials: Credentials) -> Self:
        """The parts, none of them started yet; `files` are those beside the compose file, by name."""
        made: dict[str, dagger.Service] = {}
        for part in parts:
            container = _container(part, files, credentials)
            for need in part.needs:
                container = container.with_service_binding(need, made[need])
            service = container.as_service(args=list(part.command), use_entrypoint=True)
            # By a host name too: services that call one another in a circle cannot all be bound.
            made[part.name] = service.with_hostname(part.name)
        return cls(services=made, published=dict(_published(parts)))

    async def start(self) -> None:
        """Start all of it, each after what it needs, and wait until the ports are open."""
        await gather(*(service.start() for service in self.services.values()))

    async def stop(self) -> None:
        """End all of it by force; what is left to the end of the call gets ten seconds, and then the call is red."""
        await gather(*(service.stop(kill=True) for service in self.services.values()))


def before(tests: dagger.Container, stand: Stand, variables: Mapping[str, str]) -> dagger.Container:
    """The tests' container with all services at hand, told the host's variables and where its ports lead."""
    for name, service in stand.services.items():
        tests = tests.with_service_binding(name, service)
    return told(tests, variables, stand.published)


def told(tests: dagger.Container, variables: Mapping[str, str], published: Mapping[int, str]) -> dagger.Container:
    """The tests' container, told the host's variables and where each of its ports leads."""
    for name, value in variables.items():
        tests = tests.with_env_variable(name, value)
    return tests.with_env_variable(PUBLISHED, json.dumps(published))


def _container(part: Part, files: Mapping[str, dagger.File], credentials: Credentials) -> dagger.Container:
    container = dag.container(platform=PLATFORM)
    if part.image.startswith(f"{credentials.host}/"):
        secret = dag.set_secret("registry-password", credentials.login.password)
        container = container.with_registry_auth(credentials.host, credentials.login.user, secret)
    container = container.from_(part.image)
    for target, name in part.files.items():
        container = container.with_file(target, files[name], permissions=0o644)
    for name, value in part.environment.items():
        container = container.with_env_variable(name, value)
    for port in sorted(part.exposed):
        container = container.with_exposed_port(port)
    return container


def _published(parts: Sequence[Part]) -> Iterator[tuple[int, str]]:
    for part in parts:
        for outer, inner in part.published.items():
            yield outer, f"{part.name}:{inner}"
