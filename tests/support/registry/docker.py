"""Containers that live as long as the test that started them, however it ends."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from typing import Final

from tests.support.waiting import until

_START_SECONDS: Final = 60
_END_SECONDS: Final = 15


class DockerFailed(Exception):
    """Docker refused a command of the tests."""


def docker(*arguments: str) -> str:
    """Run one docker command and return its stdout."""
    return _run(arguments, stderr=subprocess.PIPE)


def logs(name: str, *options: str) -> str:
    """What a container said, on stdout and stderr."""
    return _run(("logs", *options, name), stderr=subprocess.STDOUT)


@contextmanager
def container(image: str, command: Sequence[str], options: Sequence[str] = ()) -> Iterator[str]:
    """Run a container whose command ends with its stdin: a killed test run leaves none behind."""
    name = f"ois-cfa-test-{token_hex(4)}"
    # Its output is not attached: a client whose pipe is full does not see the end of its stdin.
    attached = ("--interactive", "--attach", "stdin")
    arguments = ("docker", "run", "--rm", *attached, "--name", name, *options, image, *command)
    with subprocess.Popen(  # noqa: S603  # arguments of our own
        arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _wait_running(name, process)
            yield name
        finally:
            _end(name, process)


def address_on(network: str) -> str:
    """The format by which `docker inspect` gives a container's address on a network."""
    return f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}'


def _run(arguments: Sequence[str], stderr: int) -> str:
    done = subprocess.run(  # noqa: S603  # arguments of our own
        ("docker", *arguments),  # noqa: S607  # wherever it is installed
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        timeout=_START_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise DockerFailed(f"docker {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


def _wait_running(name: str, process: subprocess.Popen[str]) -> None:
    until(lambda: process.poll() is not None or _is_running(name), _START_SECONDS, f"container {name} does not start")
    if process.poll() is not None:
        raise DockerFailed(f"container {name} did not start: {process.communicate()[1].strip()}")


def _is_running(name: str) -> bool:
    return name in docker("ps", "--filter", f"name=^{name}$", "--format", "{{.Names}}")


def _end(name: str, process: subprocess.Popen[str]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        docker("rm", "--force", "--volumes", name)
