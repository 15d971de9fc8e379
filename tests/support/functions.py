"""The module's functions in this process: the same objects that `dagger call` makes, without the CLI."""

import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from ci.scratch import Scratch
from tests.support.connection import Connection
from tests.support.durations import FUNCTION, timed
from tests.support.registry.accounts import PROJECT, PUSHER
from tests.support.registry.live import LiveRegistry

T = TypeVar("T")
Files = dagger.Directory | dagger.File
SECRETS = ("registry_password", "ssh_key")


class _Client(OisCfa):
    """The module in a process that is none of the engine's."""

    def _scratch(self) -> Scratch:
        return Scratch.of_client(Path(mkdtemp(prefix="scratch-")))


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
    settings: Mapping[str, str]

    def call(self, function: Callable[..., Awaitable[str]], **arguments: Any) -> Answer:
        """Call a function that returns text to its end, whatever that is."""
        return _answer(lambda: self.run(function, **arguments))

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

    def with_file(self, function: Callable[..., Awaitable[str]], **files: Path) -> Answer:
        """As `call`, with files of this machine as arguments, which the CLI takes by path."""

        async def open_and_call() -> str:
            folders = {name: dag.host().directory(str(path.parent), no_cache=True) for name, path in files.items()}
            return await self._call(function, {name: folders[name].file(path.name) for name, path in files.items()})

        return _answer(lambda: self.connection.run(open_and_call()))

    def export(self, function: Callable[..., Awaitable[Files]], target: Path, **arguments: Any) -> Path:
        """Write what a function returns to a path, as `-o` does."""

        async def export() -> None:
            await (await self._call(function, arguments)).export(str(target))

        self.connection.run(export())
        return target

    def content(self, function: Callable[..., Awaitable[dagger.Container]], path: str, **arguments: Any) -> str:
        """A file of the container that a function returns."""

        async def read() -> str:
            return await (await self._call(function, arguments)).file(path).contents()

        return self.connection.run(read())

    def output(
        self, function: Callable[..., Awaitable[dagger.Container]], command: Sequence[str], **arguments: Any
    ) -> str:
        """What a command prints in the container that a function returns."""

        async def execute() -> str:
            return await (await self._call(function, arguments)).with_exec([*command]).stdout()

        return self.connection.run(execute())

    def run(self, function: Callable[..., Awaitable[T]], **arguments: Any) -> T:
        """What a function returns, raised errors too."""
        with timed(FUNCTION, function.__name__):
            return self.connection.run(self._call(function, arguments))

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

    async def _call(self, function: Callable[..., Awaitable[T]], arguments: Mapping[str, Any]) -> T:
        secrets = {
            name: dag.set_secret(f"{name}-{token_hex(4)}", value) if value else None
            for name, value in self.settings.items()
            if name in SECRETS
        }
        module = _Client(**{**self.settings, **secrets})
        source = [await self._source()] if "source" in signature(function).parameters else []
        return await function(module, *source, **arguments)

    async def _source(self) -> dagger.Directory:
        """As the CLI loads it: now, and without what is never sent."""
        return await dag.host().directory(str(self.root), exclude=UNSEEN, no_cache=True).sync()


def _answer(call: Callable[[], str]) -> Answer:
    try:
        return Answer(text=call())
    except dagger.DaggerError as fault:
        return Answer(error=f"{type(fault).__name__}: {fault}")


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
