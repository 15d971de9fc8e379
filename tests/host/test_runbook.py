"""What the runbook has a person do by hand does what it says there."""

from pathlib import Path
from typing import Final

import asyncssh
import pytest
from attrs import evolve

from ci.host.install import install
from ci.host.plan import Action
from tests.support.host.small import SERVICES, Small, bring_from
from tests.support.papers import Paper
from tests.support.registry import PUSHER
from tests.support.repository import ROOT

BOTH: Final = pytest.mark.parametrize("paper", [ROOT / f"docs/deploy/cfa2{end}" for end in (".md", ".en.md")])


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


@BOTH
async def test_the_page_without_the_pipeline_starts_what_was_deployed_and_an_earlier_release(
    small: Small, paper: Path
) -> None:
    (page,) = (fence.text for fence in Paper(paper).fences if "images.env" in fence.text)
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


async def test_a_host_key_is_changed_while_git_has_both(small: Small) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    both = f"{small.host.address} {other}{small.host.known_hosts.decode()}"
    async with evolve(small.site, known_hosts=both).open() as link:
        assert (await small.site.look(link)).missing == ()
