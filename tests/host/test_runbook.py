"""What the runbook has a person do by hand does what it says there."""

import asyncssh
from attrs import evolve

from ci.host.install import install
from ci.host.plan import Action
from tests.support.host.small import SERVICES, Small, bring_from
from tests.support.registry import PUSHER


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


async def test_a_host_key_is_changed_while_git_has_both(small: Small) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    both = f"{small.host.address} {other}{small.host.known_hosts.decode()}"
    async with evolve(small.site, known_hosts=both).open() as link:
        assert (await small.site.look(link)).missing == ()
