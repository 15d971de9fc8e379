"""A compose project as services of the engine, each under the names at which the others look for it."""

import json
from asyncio import gather
from collections.abc import Iterator, Mapping
from typing import Final, Self

import dagger
from attrs import frozen
from dagger import dag

from ci.bases import PLATFORM
from ci.cause import cause_of
from ci.compose.project import ComposeProject, ComposeService
from ci.e2e.project import TestProject
from ci.errors import Failed
from ci.registry.link import Login

PUBLISHED: Final = "PUBLISHED"
FILE_MODE: Final = 0o644


@frozen(kw_only=True)
class Credentials:
    """Who pulls the project's own images, and where."""

    host: str
    login: Login


@frozen(kw_only=True)
class TestEnvironment:
    """Services and jobs of the engine by name, none of them started yet, and where each port of the host leads."""

    project: ComposeProject
    services: Mapping[str, dagger.Service]
    jobs: Mapping[str, dagger.Container]

    @classmethod
    def of(cls, tested: TestProject, credentials: Credentials) -> Self:
        """The project's services; raise `CatalogueError` when they need one another in a circle."""
        project = tested.project
        services, jobs = dict[str, dagger.Service](), dict[str, dagger.Container]()
        for service in (service for wave in project.in_waves() for service in wave):
            container = _container(service, tested.files, credentials)
            for name, alias in _bound(service, project, services):
                container = container.with_service_binding(alias, services[name])
            if service.name in project.jobs:
                jobs[service.name] = container.with_exec(list(service.command or ()), use_entrypoint=True)
            else:
                arguments = list(service.command or ())
                # By a host name too: services that call one another in a circle cannot all be bound.
                services[service.name] = container.as_service(args=arguments, use_entrypoint=True).with_hostname(
                    service.name
                )
        return cls(project=project, services=services, jobs=jobs)

    async def start(self) -> None:
        """Start every service and run every job, each after what it needs, and wait until ports are open."""
        for wave in self.project.in_waves():
            await gather(*(self._start(service.name) for service in wave))

    async def stop(self) -> None:
        """End all of it by force; what is left to the end of the call gets ten seconds, and then the call is red."""
        await gather(*(service.stop(kill=True) for service in self.services.values()))

    def with_services(self, tests: dagger.Container, variables: Mapping[str, str]) -> dagger.Container:
        """The tests' container beside all services, with the host's variables and where its ports lead."""
        for name, service in self.services.items():
            for alias in (name, *self.project.services[name].aliases):
                tests = tests.with_service_binding(alias, service)
        return with_variables(tests, variables, dict(published(self.project)))

    async def _start(self, name: str) -> None:
        try:
            if name in self.jobs:
                await self.jobs[name].sync()
            else:
                await self.services[name].start()
        except dagger.ExecError as fault:
            last = cause_of(f"{fault.stdout}\n{fault.stderr}", "it said nothing")
            kind = "job" if name in self.jobs else "service"
            raise Failed(f"the {kind} {name} ended with {fault.exit_code}: {last}") from None


def with_variables(
    tests: dagger.Container, variables: Mapping[str, str], published: Mapping[int, str]
) -> dagger.Container:
    """The tests' container with the host's variables and where each of its ports leads."""
    for name, value in variables.items():
        tests = tests.with_env_variable(name, value)
    return tests.with_env_variable(PUBLISHED, json.dumps(published))


def published(project: ComposeProject) -> Iterator[tuple[int, str]]:
    """Each port of the host, and the name and port at which its service answers."""
    for service in project.services.values():
        for port in service.ports:
            yield port.host or port.container, f"{service.name}:{port.container}"


def _bound(
    service: ComposeService, project: ComposeProject, running: Mapping[str, dagger.Service]
) -> Iterator[tuple[str, str]]:
    """Services that run before, and the names at which this one finds them; each finds all by their own names."""
    for name in running:
        if name in service.depends_on:
            yield name, name
        yield from ((name, alias) for alias in project.services[name].aliases)


def _container(service: ComposeService, files: Mapping[str, dagger.File], credentials: Credentials) -> dagger.Container:
    container = dag.container(platform=PLATFORM)
    if service.image.startswith(f"{credentials.host}/"):
        secret = dag.set_secret("registry-password", credentials.login.password)
        container = container.with_registry_auth(credentials.host, credentials.login.user, secret)
    container = container.from_(service.image)
    for mount in service.mounts:
        if mount.source in files:
            container = container.with_file(mount.target, files[mount.source], permissions=FILE_MODE)
    for name, value in service.environment.items():
        container = container.with_env_variable(name, value)
    if service.entrypoint is not None:
        container = container.with_entrypoint(list(service.entrypoint))
    if service.user:
        container = container.with_user(service.user)
    if service.working_dir:
        container = container.with_workdir(service.working_dir)
    for port in sorted(service.exposed | {port.container for port in service.ports}):
        container = container.with_exposed_port(port)
    return container
