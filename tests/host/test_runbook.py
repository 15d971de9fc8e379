"""What the runbook has a person do by hand does what it says there."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve

from ci.errors import HostKeyUnknown
from ci.host.install import install
from ci.host.plan import Action
from tests.support.host.conditions import each_compose
from tests.support.host.host import Host
from tests.support.host.openssh import ssh_to
from tests.support.host.small import SERVICES, Small, bring_from
from tests.support.papers import Paper
from tests.support.registry import PUSHER
from tests.support.repository import ROOT

RUNBOOK: Final = ROOT / "docs/deploy/cfa2.md"
BOTH: Final = pytest.mark.parametrize("paper", [ROOT / f"docs/deploy/cfa2{end}" for end in (".md", ".en.md")])


@each_compose
async def test_a_compose_change_reaches_the_one_service_that_it_is_about(small: Small) -> None:
    one = small.release("one")
    await small.seed(one)
    head, shop, rest = small.compose.partition("  shop:")
    changed = head + shop + rest.replace("restart: unless-stopped", "restart: always", 1)
    site = evolve(small.site, git=evolve(small.site.git, compose=changed))
    await install(site, replace=True)
    before = small.running()

    done = await bring_from(small.registry.address, site, one, PUSHER)
    assert [step.action for step in done.plan.steps] == [Action.KEEP, Action.REPLACE, Action.KEEP]
    assert done.plan.steps[1].cause == "changed definition"
    after = small.running()
    assert small.host.run("docker", "inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", "cfa-shop-1") == "always"
    assert {name: after[name] == before[name] for name in SERVICES} == {"gate": True, "shop": False, "desk": True}


@each_compose
async def test_the_page_without_the_pipeline_starts_what_was_deployed_and_an_earlier_release(small: Small) -> None:
    (page,) = (fence.text for fence in Paper(RUNBOOK).fences if "images.env" in fence.text)  # the same in English
    one, two = small.release("one"), small.release("two")
    await small.seed(one)
    await small.seed(two)
    before = small.running()
    small.host.sh("docker rm --force cfa-shop-1")
    small.host.as_user(page)
    assert small.images() == two.images
    assert {name: small.running()[name] == before[name] for name in SERVICES} == {
        "gate": True,
        "shop": False,
        "desk": True,
    }
    small.host.as_user(page.replace(".releases/current", ".releases/000001"))
    assert small.images() == one.images
    assert (await small.status()).faults  # what runs is not what was released last, until somebody deploys


# What a person types and no test of this file does: where it is played, or why nowhere.
ELSEWHERE: Final = {
    "dagger call ": "tests/engine/test_cli.py, and docs/demo.md is written by a run of them",
    "export ": "tests/engine/test_cli.py",
    "echo net.ipv4.ip_local_reserved_ports=": "the test host starts with the same ports: tests/support/host/live.py",
    "sudo sysctl --system": "the same",
    "ssh-keygen -t ed25519 -N '' -C deploy-cfa2 -f cfa2-deploy": "the same as for a new deploy key",
    "ssh-keygen -lf ": "a fingerprint for a person to compare",
    "docker compose --profile infrastructure up -d cloudflared": "an example: the project has no such service",
    "ssh -t cfa2 ": "a shell for a person; the next is the same without a terminal",
    "ssh cfa2 'cd /srv/cfa && docker compose exec -T keycloak bash' < ": "tests/engine/stand/test_people.py",
    "deploy/keycloak/compare ": "tests/engine/stand/test_people.py",
    "sed -i -e ": "tests/unit/test_compose.py",
    "ssh -L ": "what to type when somebody needs a port",
    "docker compose exec postgres dropdb ": "nowhere: the test host has no Keycloak",
    "docker compose restart keycloak": "the same",
    "docker compose up -d keycloak": "as `ssh cfa2` below",
    "docker run --detach --name dagger-engine ": "nowhere: there is no official image of the engine",
    "docker buildx imagetools create ": "the same",
    "docker volume ls ": "what to look at when a runner's disk is full",
    "docker stop -t 360 dagger-engine": "the same as of docker run",
    "docker rm dagger-engine": "the same",
    "docker compose pull && docker compose up -d": "what not to type",
    "docker compose down": "what not to type",
    "docker system prune": "what not to type",
}
TYPED: Final = re.compile(r"(?:ssh|ssh-keygen|scp|sudo|docker) \S+ \S")
INFRASTRUCTURE: Final = """\
  keycloak: { image: "IMAGE", depends_on: [postgres] }
  postgres: { image: "IMAGE" }
  kafka: { image: "IMAGE", profiles: [infrastructure] }
  minio: { image: "IMAGE", profiles: [infrastructure] }
"""


def commands(paper: Path) -> Iterator[str]:
    """What the runbook has a person type, one after another."""
    for fence in Paper(paper).fences:
        if fence.language == "sh":
            lines = re.sub(r"\\\n\s*", "", fence.text).splitlines()
            yield from (re.sub(r"\s+#.*$", "", line) for line in lines)
    yield from (code for code in Paper(paper).code if TYPED.match(code))


def typed(paper: Path, *parts: str) -> list[str]:
    """The commands that have these parts, one each."""
    every = list(dict.fromkeys(commands(paper)))
    chosen = [[command for command in every if part in command] for part in parts]
    assert [len(some) for some in chosen] == [1] * len(parts), chosen
    return [command for (command,) in chosen]


HEALTH: Final = ("curl -s http",)
STARTED: Final = ("ssh cfa2 'cd /srv/cfa && docker compose up -d keycloak'", "infrastructure up -d kafka minio")
HOST_KEY: Final = ("sudo ssh-keygen", "cat /etc/ssh", "_key.new /etc/ssh/", "_key.new.pub /etc/ssh/", "restart ssh")
DEPLOY_KEY: Final = ("-f cfa2-deploy-new", "scp ", "cat cfa2-deploy-new.pub >>")
SCAN: Final = ("ssh-keyscan ",)
DISK: Final = ("ssh cfa2 docker system df",)


@pytest.fixture
def laptop(host: Host, tmp_path: Path) -> Callable[[str], str]:
    """A person's shell, in which `ssh cfa2` leads to the host."""
    variables = {**os.environ, **ssh_to(host, "cfa2", tmp_path / "ssh")}

    def run(command: str) -> str:
        done = subprocess.run(  # noqa: S603  # the runbook's own
            ("/bin/bash", "-ec", command), cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


@BOTH
def test_each_command_is_played_or_it_is_said_why_not(paper: Path) -> None:
    page = {line for fence in Paper(paper).fences if "images.env" in fence.text for line in fence.text.splitlines()}
    played = typed(paper, *HEALTH, *STARTED, *HOST_KEY, *DEPLOY_KEY, *DISK, *SCAN)
    rest = [re.sub(r"\s+#.*$", "", line) for line in page] + played + list(ELSEWHERE)
    assert [command for command in commands(paper) if not command.startswith(tuple(rest))] == []


async def test_the_infrastructure_is_started_and_no_service_is_touched(
    small: Small, laptop: Callable[[str], str]
) -> None:
    one = small.release("one")
    hosted = evolve(small, more=INFRASTRUCTURE.replace("IMAGE", one.images["gate"]))
    hosted.install()
    await hosted.seed(one)
    before = hosted.running()
    for command in typed(RUNBOOK, *HEALTH, *DISK, *STARTED):
        laptop(command)
    after = hosted.running()
    assert after.keys() - before.keys() == {"keycloak", "postgres", "kafka", "minio"}
    assert {name: after[name] for name in SERVICES} == before


async def test_the_deploy_key_is_changed(small: Small, laptop: Callable[[str], str], tmp_path: Path) -> None:
    for command in typed(RUNBOOK, *DEPLOY_KEY):
        laptop(command)
    key = (tmp_path / "cfa2-deploy-new").read_text(encoding="utf-8")
    async with evolve(small.site, caller=evolve(small.site.caller, key=key)).open() as link:
        assert (await small.site.look(link)).missing == ()


async def test_the_host_key_is_changed_while_git_has_both(small: Small, laptop: Callable[[str], str]) -> None:
    """At the host's console, where `sudo` and systemd are: here root is, and the host's own script restarts sshd."""
    scan, make, show, *replace, restart = typed(RUNBOOK, *SCAN, *HOST_KEY)
    known = small.host.known_hosts.decode().split()[1:3]
    assert laptop(scan.replace("192.0.2.10", small.host.address)).split()[1:3] == known
    small.host.sh(make.removeprefix("sudo "))
    line = f"{small.host.address} {small.host.sh(show)}\n"
    both = evolve(small.site, known_hosts=f"{line}{small.host.known_hosts.decode()}")
    async with both.open() as link:
        assert (await small.site.look(link)).missing == ()
    small.host.sh("\n".join(command.removeprefix("sudo ") for command in replace))
    assert restart == "sudo systemctl restart ssh"
    small.host.reload()
    async with both.open() as link:
        assert (await small.site.look(link)).missing == ()
    with pytest.raises(HostKeyUnknown):
        await small.status()
