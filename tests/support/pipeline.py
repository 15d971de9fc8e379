"""`./daggerw` as a user runs it, in one repository and with the variables of a GitLab job."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from tests.support.durations import CLI, timed
from tests.support.registry.accounts import PROJECT, PUSHER
from tests.support.registry.authority import Authority
from tests.support.registry.docker import docker
from tests.support.registry.live import LiveRegistry

DEADLINE_SECONDS: Final = 1500
# Functions that refuse stand-ins without the flag.
ACCEPTING: Final = ("publish-all", "test", "test-report", "end-to-end", "plan-deploy", "deploy", "deploy-cfa2")

Done = subprocess.CompletedProcess[str]


@frozen(kw_only=True)
class Pipeline:
    """A repository and the environment of the caller."""

    root: Path
    variables: Mapping[str, str]
    allow_stand_ins: bool = True  # which the base images of the tests' engine are

    def call(self, *arguments: str, **variables: str) -> Done:
        """`./daggerw call ARGS` to its end, whatever that is."""
        return self.dagger("call", *arguments, **variables)

    def dagger(self, *arguments: str, **variables: str) -> Done:
        """`./daggerw ARGS` to its end."""
        with timed(CLI, " ".join(arguments)):
            return subprocess.run(  # noqa: S603  # arguments of our own
                self._argv(arguments),
                cwd=self.root,
                env=self._environment(variables),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=DEADLINE_SECONDS,
                check=False,
            )

    def start(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        """`./daggerw call ARGS` while it runs; stderr is to be read."""
        return subprocess.Popen(  # noqa: S603  # arguments of our own
            self._argv(("call", *arguments)),
            cwd=self.root,
            env=self._environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def good(self, *arguments: str, **variables: str) -> str:
        """The stdout of a call that must end well."""
        return green(self.call(*arguments, **variables)).stdout

    def plan(self, *arguments: str, **variables: str) -> Mapping[str, Any]:
        """What `plan` decides, by service."""
        decided = json.loads(self.good("plan", "--as-json", *arguments, **variables))
        return {each["service"]: each for each in decided}

    def publish(self, tag: str, *arguments: str, **variables: str) -> Mapping[str, Any]:
        """A green `publish-all` under a tag: the images of its answer, by service."""
        images = json.loads(self.good("publish-all", "--as-json", "--tag", tag, *arguments, **variables))
        return {each["service"]: each for each in images}

    def given(self, **variables: str) -> "Pipeline":
        """The same caller with other variables."""
        return evolve(self, variables={**self.variables, **variables})

    def without(self, *names: str) -> "Pipeline":
        """The same caller without some variables."""
        return evolve(self, variables={name: text for name, text in self.variables.items() if name not in names})

    def at(self, root: Path) -> "Pipeline":
        """The same caller in another repository."""
        return evolve(self, root=root)

    def on(self, instance: str) -> "Pipeline":
        """The same caller on another engine."""
        return evolve(self, variables={**self.variables, "DAGGERW_INSTANCE": instance})

    def forget_engine(self) -> None:
        """End the engine on which `on` put the caller, and remove what it had."""
        green(self.dagger("down"))
        docker("volume", "rm", "--force", f"{self.variables['DAGGERW_INSTANCE']}-engine")

    def _argv(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        end = next((place for place, word in enumerate(arguments, 1) if word in ACCEPTING), 0)
        accepting = ("--allow-stand-ins",) if end and self.allow_stand_ins and arguments[0] == "call" else ()
        return (str(self.root / "daggerw"), *arguments[:end], *accepting, *arguments[end:])

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {**os.environ, **self.variables, **variables}


def job(registry: LiveRegistry, authority: Authority) -> Mapping[str, str]:
    """The variables that a GitLab job of this registry's project has."""
    return {
        "DAGGERW_ENGINE": "local",
        "DAGGERW_CERTIFICATES": str(authority.certificates),
        "CI_REGISTRY_IMAGE": f"{registry.address}/{PROJECT}",
        "CI_REGISTRY_USER": PUSHER.user,
        "CI_REGISTRY_PASSWORD": PUSHER.password,
        "CI_COMMIT_SHORT_SHA": "abc1234",
    }


def registry_of(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Those of a job's variables that tell its registry, which GitLab gives by itself."""
    return {name: value for name, value in variables.items() if name.startswith("CI_REGISTRY")}


def green(done: Done) -> Done:
    """What must have ended well."""
    assert done.returncode == 0, told(done)
    return done


def told(done: Done) -> str:
    """What a failed call said, for the report of a test."""
    return f"exit code {done.returncode}\n{done.stderr}\n{done.stdout}"
