"""A compose project as services of the engine, each under the names at which the others look for it."""

import json
from asyncio import Task, create_task, gather
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from time import monotonic
from typing import Final, Self

import dagger
from attrs import frozen
from dagger import dag

from ci.bases import PLATFORM
from ci.cause import cause_of
from ci.checks.run import ATTEMPT
from ci.compose.project import ComposeProject, ComposeService
from ci.errors import Failed
from ci.progress import say
from ci.registry import Registry
from ci.registry.access import log_in

PUBLISHED: Final = "PUBLISHED"
FILE_MODE: Final = 0o644


@frozen(kw_only=True)
class TestEnvironment:
    """Services and jobs of the engine by name, none of them started yet, and where each port of the host leads."""

    project: ComposeProject
    services: Mapping[str, dagger.Service]
    jobs: Mapping[str, dagger.Container]

    @classmethod
    def of(cls, project: ComposeProject, files: Mapping[str, dagger.File], registry: Registry, attempt: str) -> Self:
        """The project's services, which read these files; its own images are pulled with the registry's login.

        The engine answers a job that it has run before; in another `attempt` it runs again, for services start empty.
        """
        services, jobs = dict[str, dagger.Service](), dict[str, dagger.Container]()
        for service in chain.from_iterable(project.in_waves()):
            container = _container(service, files, registry)
            container = _beside(container, services, project, by_name=service.depends_on)
            arguments = list(service.command or ())
            if service.name in project.jobs:
                container = container.with_env_variable(ATTEMPT, attempt)
                jobs[service.name] = container.with_exec(arguments, use_entrypoint=True)
            else:
                running = container.as_service(args=arguments, use_entrypoint=True)
                # By a host name too: services that call one another in a circle cannot all be bound.
                services[service.name] = running.with_hostname(service.name)
        return cls(project=project, services=services, jobs=jobs)

    async def start(self) -> None:
        """Start every service and run every job as soon as what it needs is there, and wait until ports are open."""
        began, starting = monotonic(), dict[str, Task[None]]()
        for service in chain.from_iterable(self.project.in_waves()):
            needed = [starting[name] for name in service.depends_on if name in starting]
            starting[service.name] = create_task(self._start(service.name, needed, began))
        try:
            await gather(*starting.values())
        finally:
            for task in starting.values():
                task.cancel()

    async def stop(self) -> None:
        """End all of it by force; what is left to the end of the call gets ten seconds, and then the call is red."""
        await gather(*(service.stop(kill=True) for service in self.services.values()))

    def with_services(self, tests: dagger.Container, variables: Mapping[str, str]) -> dagger.Container:
        """The tests' container beside all services, with the host's variables and where its ports lead."""
        published = {
            port.host or port.container: f"{service.name}:{port.container}"
            for service in self.project.services.values()
            for port in service.ports
        }
        tests = _beside(tests, self.services, self.project, by_name=self.services)
        return with_variables(tests, {**variables, PUBLISHED: json.dumps(published)})

    async def _start(self, name: str, needed: Iterable[Task[None]], began: float) -> None:
        for task in needed:
            await task
        job = self.jobs.get(name)
        try:
            await (job.sync() if job else self.services[name].start())
            say(f"{name} {'ended' if job else 'is up'} after {monotonic() - began:.1f} s")
        except dagger.ExecError as fault:
            last = cause_of(f"{fault.stdout}\n{fault.stderr}", "it said nothing", fault.exit_code)
            kind = "job" if job else "service"
            raise Failed(f"the {kind} {name} ended with {fault.exit_code}: {last}") from None


def with_variables(container: dagger.Container, variables: Mapping[str, str]) -> dagger.Container:
    """The container with these environment variables."""
    for name, value in variables.items():
        container = container.with_env_variable(name, value)
    return container


def _beside(
    container: dagger.Container,
    services: Mapping[str, dagger.Service],
    project: ComposeProject,
    by_name: Collection[str],
) -> dagger.Container:
    """The container among services, which it finds at their aliases, and some at their names."""
    for name, service in services.items():
        for alias in (*([name] if name in by_name else ()), *project.services[name].aliases):
            container = container.with_service_binding(alias, service)
    return container


def _container(service: ComposeService, files: Mapping[str, dagger.File], registry: Registry) -> dagger.Container:
    container = dag.container(platform=PLATFORM)
    if service.image.startswith(f"{registry.address.host}/"):
        container = log_in(container, registry)
    container = container.from_(service.image)
    for mount in service.mounts:
        if mount.source in files:
            container = container.with_file(mount.target, files[mount.source], permissions=FILE_MODE)
    container = with_variables(container, service.environment)
    if service.entrypoint is not None:
        container = container.with_entrypoint(list(service.entrypoint))
    if service.user:
        container = container.with_user(service.user)
    if service.working_dir:
        container = container.with_workdir(service.working_dir)
    for port in sorted(service.exposed | {port.container for port in service.ports}):
        container = container.with_exposed_port(port)
    return container
