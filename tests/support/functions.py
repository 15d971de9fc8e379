"""The module's functions in this process: the same objects that `dagger call` makes, without the CLI."""

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from inspect import signature
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp
from typing import Any, TypeVar

import dagger
from attrs import evolve, frozen
from dagger import dag

from ci.arguments import UNSEEN
from ci.module import OisCfa
from ci.workspace import Scratch
from tests.support.connection import Connection
from tests.support.durations import FUNCTION, timed
from tests.support.registry.accounts import PROJECT, PUSHER
from tests.support.registry.live import LiveRegistry

T = TypeVar("T")
U = TypeVar("U")
Files = dagger.Directory | dagger.File
SECRETS = ("registry_password", "ssh_key")


class _Scratch(Scratch):
    """A folder of this machine, which the engine reads over the connection."""

    def directory(self, name: str) -> dagger.Directory:
        return dag.host().directory(str(self.path / name))


class _Client(OisCfa):
    """The module in a process that is none of the engine's; its scratch folder is the caller's."""

    scratch_folder: Path

    def _scratch(self) -> Scratch:
        return _Scratch(self.scratch_folder)


@frozen
class Answer:
    """What a function returned, or the error that ended it as a caller reads it: `NAME: TEXT`."""

    text: str = ""
    error: str = ""

    def __str__(self) -> str:
        return self.error or self.text


@frozen(kw_only=True)
class Functions:
    """The functions in one repository; `settings` are the constructor's arguments, secrets as plain text."""

    connection: Connection
    root: Path
    scratches: Path  # a folder, for one below it in each call
    settings: Mapping[str, str]
    allow_stand_ins: bool = True  # which the base images of the tests' engine are

    def call(self, function: Callable[..., Awaitable[str]], **arguments: Any) -> Answer:
        """Call a function that returns text to its end, whatever that is."""
        try:
            return Answer(text=self._wait(function, arguments, _itself))
        except dagger.DaggerError as fault:
            return Answer(error=f"{type(fault).__name__}: {fault}")

    def good(self, function: Callable[..., Awaitable[str]], **arguments: Any) -> str:
        """The answer of a call that must end well."""
        answer = self.call(function, **arguments)
        assert not answer.error, answer.error
        return answer.text

    def refused(self, function: Callable[..., Awaitable[str]], **arguments: Any) -> str:
        """The error of a call that must not end well."""
        answer = self.call(function, **arguments)
        assert answer.error, f"it ended well: {answer.text}"
        return answer.error

    def container(
        self,
        function: Callable[..., Awaitable[dagger.Container]],
        ask: Callable[[dagger.Container], Awaitable[str]],
        **arguments: Any,
    ) -> str:
        """What a question to the container that a function returns is answered."""
        return self._wait(function, arguments, ask)

    def export(self, function: Callable[..., Awaitable[Files]], target: Path, **arguments: Any) -> Path:
        """Write what a function returns to a path, as `-o` does."""
        self._wait(function, arguments, lambda files: files.export(str(target)))
        return target

    def file(self, path: Path) -> dagger.File:
        """A file of this machine as an argument; the CLI takes its path."""
        return dag.host().file(str(path), no_cache=True)

    def plan(self, **arguments: Any) -> Mapping[str, Any]:
        """What `plan` decides, by service."""
        return _by_service(self.good(OisCfa.plan, as_json=True, **arguments))

    def publish(self, *tags: str, **arguments: Any) -> Mapping[str, Any]:
        """A publication under tags that must end well: the images of its answer, by service."""
        return _by_service(self.good(OisCfa.publish_all, tag=list(tags), as_json=True, **arguments))

    def at(self, root: Path) -> "Functions":
        """The same caller in another repository."""
        return evolve(self, root=root)

    def given(self, **settings: str) -> "Functions":
        """The same with other settings."""
        return evolve(self, settings={**self.settings, **settings})

    def refusing_stand_ins(self) -> "Functions":
        """The same without --allow-stand-ins."""
        return evolve(self, allow_stand_ins=False)

    def _wait(
        self,
        function: Callable[..., Awaitable[T]],
        arguments: Mapping[str, Any],
        then: Callable[[T], Awaitable[U]],
    ) -> U:
        """Call a function; return what `then` makes of its answer."""

        async def work() -> U:
            return await then(await self._call(function, arguments))

        with timed(FUNCTION, function.__name__):
            return self.connection.run(work())

    async def _call(self, function: Callable[..., Awaitable[T]], arguments: Mapping[str, Any]) -> T:
        module = self._module()
        parameters = signature(function).parameters
        source = [await self._source()] if "source" in parameters else []
        allowing = {"allow_stand_ins": self.allow_stand_ins} if "allow_stand_ins" in parameters else {}
        return await function(module, *source, **allowing, **arguments)

    def _module(self) -> OisCfa:
        secrets = {name: _secret(name, self.settings.get(name, "")) for name in SECRETS}
        module = _Client(**{**self.settings, **secrets})
        module.scratch_folder = Path(mkdtemp(dir=self.scratches))
        return module

    async def _source(self) -> dagger.Directory:
        """As the CLI loads it: now, and without what is never sent."""
        return await dag.host().directory(str(self.root), exclude=UNSEEN, no_cache=True).sync()


async def _itself(answer: str) -> str:
    return answer


def settings(registry: LiveRegistry) -> Mapping[str, str]:
    """What `.env` makes of the variables that a job of this registry's project has."""
    return {
        "registry": f"{registry.address}/{PROJECT}",
        "registry_user": PUSHER.user,
        "registry_password": PUSHER.password,
        "commit": "abc1234",
        "build_args": os.environ.get("OIS_BUILD_ARGS", ""),
    }


def _secret(name: str, value: str) -> dagger.Secret | None:
    return dag.set_secret(f"{name}-{token_hex(4)}", value) if value else None


def _by_service(answer: str) -> Mapping[str, Any]:
    return {each["service"]: each for each in json.loads(answer)}
