"""GitLab jobs from the committed file, run by gitlab-ci-local: in its docker executor, and in a shell."""

import os
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

import yaml
from attrs import evolve, field, frozen

from bootstrap import engine, settings
from tests.support.debian import installed
from tests.support.gitlab.jobs import command
from tests.support.gitlab.pushes import SLOTS
from tests.support.gitlab.stages import images
from tests.support.pipeline import DEADLINE_SECONDS, Done, green
from tests.support.registry.docker import container, docker
from tests.support.registry.place import Place

CACHE: Final = "slot:/cache"  # `volumes = ["/cache"]` of config.toml: one for each slot, as the shim `docker` has it
_DOCKER: Final = Path(__file__).with_name("docker")
_STATE: Final = ".gitlab-ci-local"  # which it passes over when it copies the checkout
_VARIABLES: Final = ".gitlab-ci-local-variables.yml"
_OURS: Final = "CI_COMMIT_SHORT_SHA,CI_PIPELINE_IID,CI_REGISTRY_IMAGE"  # what GitLab gives, given by a test


class Executor(StrEnum):
    """How a runner runs a job."""

    DOCKER = "docker"  # in the engine's image, with an engine of its own beside it
    SHELL = "shell"  # on the runner's own system, on an engine that is there


@frozen(kw_only=True)
class Runner:
    """A runner on one checkout; `variables` are the project's and the job's."""

    root: Path
    executor: Executor
    variables: Mapping[str, str]
    network: str
    volumes: tuple[str, ...] = (CACHE,)  # as config.toml of a runner names them
    slots: Path = field(factory=lambda: Path(mkdtemp(prefix="ois-cfa-slots-")))  # a folder for each job that runs
    label: str = field(factory=lambda: f"ois-cfa.test.job={token_hex(4)}")

    @property
    def caches(self) -> str:
        """How the volume of each slot begins; its number follows."""
        return f"{self.label.replace('=', '-')}-cache-"

    def run(self, job: str, **variables: str) -> Done:
        """One job to its end; what it wrote is stdout and stderr in one."""
        return _ended(self.start(job, **variables))

    def pipeline(self, pressed: str, **variables: str) -> Done:
        """The whole pipeline to its end, in which somebody presses one button as soon as he can."""
        return _ended(self.start("--manual", pressed, **variables))

    def push(self, needs: Mapping[str, Collection[str]], **variables: str) -> Mapping[str, float]:
        """These jobs, each once those that it needs are green, `SLOTS` at a time: the seconds of each.

        Each is a run of its own of gitlab-ci-local, which ends a job's engine with the run; a runner does with the job.
        """

        def timed(name: str) -> float:
            began = time.monotonic()
            green(_ended(self.start("--state-dir", f"{_STATE}/{name}", name, **variables)))
            return time.monotonic() - began

        took, running = dict[str, float](), dict[Future[float], str]()
        with ThreadPoolExecutor(SLOTS) as pool:
            while len(took) < len(needs):
                for name in needs.keys() - took.keys() - set(running.values()):
                    if took.keys() >= set(needs[name]) and len(running) < SLOTS:
                        running[pool.submit(timed, name)] = name
                for ended in wait(running, return_when=FIRST_COMPLETED).done:
                    took[running.pop(ended)] = ended.result()
        return took

    def artifacts(self, job: str) -> Path:
        """Where the files are that a job left."""
        return self.root / _STATE / "artifacts" / job

    def start(self, *asked: str, **variables: str) -> "subprocess.Popen[str]":
        """What is asked of gitlab-ci-local, such as one job, in a process group of its own."""
        installed("rsync")
        written = self.root / f"{_VARIABLES}.{token_hex(4)}"
        written.write_text(yaml.safe_dump({**self.variables, **variables}), encoding="utf-8")
        written.replace(self.root / _VARIABLES)  # at once: another job may read it
        return subprocess.Popen(  # noqa: S603  # arguments of our own
            (*command(), *self._options(), *asked),
            cwd=self.root,
            env={
                **os.environ,
                "OIS_TEST_JOB": self.label,
                "OIS_TEST_SLOTS": str(self.slots),
                "OIS_TEST_CACHE": self.caches,
                "OIS_TEST_PRIVILEGES": "\n".join(_privileges()),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def clear(self) -> None:
        """Remove what a job that was killed left behind."""
        for kind, ending in (("container", ("rm", "--force", "--volumes")), ("network", ("rm",)), ("volume", ("rm",))):
            every = ("--all",) if kind == "container" else ()
            if left := docker(kind, "ls", *every, "--quiet", "--filter", f"label={self.label}").split():
                docker(kind, *ending, *left)
        rmtree(self.slots)

    def by(self, executor: Executor) -> "Runner":
        """The same project on another runner."""
        return evolve(self, executor=executor)

    def given(self, **variables: str) -> "Runner":
        """The same with more variables."""
        return evolve(self, variables={**self.variables, **variables})

    def _options(self) -> tuple[str, ...]:
        shell = ("--force-shell-executor", "--no-shell-isolation")  # without rights the engine beside it ends at once
        own = shell if self.executor is Executor.SHELL else ("--privileged",)
        return (
            *("--no-color", "--variables-file", _VARIABLES, "--ignore-predefined-vars", _OURS, *own),
            *("--container-executable", str(_DOCKER), "--helper-image", images().helper),
            *("--variable", f"ENGINE={images().job}", "--network", self.network),
            *(part for volume in self.volumes for part in ("--volume", volume)),
            *("--volume", f"{_trusted()}:{engine.HOST_CERTIFICATES}:ro", "--pull-policy", "if-not-present"),
        )


def runner(root: Path, variables: Mapping[str, str], place: Place) -> Runner:
    """A runner with the docker executor, whose jobs reach the test registry and the second host."""
    return Runner(root=root, executor=Executor.DOCKER, variables=variables, network=place.network)


@contextmanager
def kept_engine(place: Place) -> Iterator[str]:
    """An engine that stays, as the runbook starts one; where jobs find it."""
    name = f"engine-{token_hex(3)}.test"
    options = (
        *_privileges(),
        *("--network", place.network, "--network-alias", name, "--volume", "/var/lib/dagger"),
        *("--volume", f"{_trusted()}:{engine.HOST_CERTIFICATES}:ro"),
    )
    command = ("--addr", "tcp://0.0.0.0:1234", "--oci-cni-pool-size", "8")
    with container(images().job, command, options):
        yield f"tcp://{name}:1234"


def _ended(process: "subprocess.Popen[str]") -> Done:
    with process:
        stdout, _ = process.communicate(timeout=DEADLINE_SECONDS)
    return Done(process.args, process.returncode, stdout, "")


def _trusted() -> Path:
    """The authorities that the engine of this test run trusts, this machine's own among them."""
    return settings.read(os.environ).own / "certificates"


def _privileges() -> tuple[str, ...]:
    return ("--privileged",) if engine.privileged() else engine.UNPRIVILEGED
