"""The Docker client, as far as the engine needs it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bootstrap.command import Argv, answer, output, succeeds

NETWORK = "ois-cfa"
KEY = "ois-cfa.key"  # the label that tells from which inputs a container was made
STOP_SECONDS = 360  # an engine that is killed loses its whole cache


@dataclass(frozen=True, kw_only=True)
class Container:
    """What runs under a name."""

    running: bool
    key: str


def answers() -> bool:
    """Whether a daemon is there and lets us in."""
    return succeeds("docker", "version", "--format", "{{.Server.Version}}", seconds=10)


def has_image(tag: str, seconds: float = 60) -> bool:
    """Whether the daemon holds this image."""
    return succeeds("docker", "image", "inspect", "--format", "{{.Id}}", tag, seconds=seconds)


def containers(*names: str, seconds: float = 30) -> Mapping[str, Container]:
    """Those of the names that exist, asked in one call."""
    chosen = (part for name in names for part in ("--filter", f"name=^/{re.escape(name)}$"))
    line = f'{{{{.Names}}}} {{{{.State}}}} {{{{.Label "{KEY}"}}}}'
    told = answer("docker", "ps", "--all", *chosen, "--format", line, seconds=seconds) or ""
    return {
        name: Container(running=state == "running", key="".join(key))
        for name, state, *key in map(str.split, told.splitlines())
    }


def running() -> Sequence[str]:
    """The names of all containers that run, whoever started them."""
    return output("docker", "ps", "--format", "{{.Names}}").split()


def ensure_network() -> None:
    """The network that the engines and the mirror share."""
    if not succeeds("docker", "network", "inspect", NETWORK) and not succeeds("docker", "network", "create", NETWORK):
        output("docker", "network", "inspect", NETWORK)  # another run was faster, or this tells why not


def remove(name: str) -> None:
    """Stop a container gracefully, then remove it; its volumes stay."""
    output("docker", "stop", "-t", str(STOP_SECONDS), name, seconds=STOP_SECONDS + 30)
    output("docker", "rm", name)


def run_argv(name: str, key: str, options: Argv, image: str) -> Argv:
    """The command that starts a labelled container on the shared network."""
    named = ("docker", "run", "--detach", "--name", name, "--label", f"{KEY}={key}", "--network", NETWORK)
    return (*named, *options, image)
