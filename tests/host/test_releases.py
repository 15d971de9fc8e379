"""A release is a folder: what differs is Compose's to say, and what is kept starts again without the pipeline."""

import json
from typing import Final

import pytest
from attrs import evolve

from ci.host.deploy import Deployed, roll_back
from ci.host.plan import Action
from ci.host.release import State
from ci.host.report import verdict
from ci.host.site import Site
from tests.support.host.apps import Behaviour
from tests.support.host.conditions import each_compose, each_condition
from tests.support.host.small import PASSWORD, SERVICES, Small, bring_from
from tests.support.host.trial import said
from tests.support.registry import PUSHER

BY_HAND: Final = (
    "cd /srv/cfa && docker compose --file .releases/{release}/docker-compose.yml --project-directory /srv/cfa "
    "--env-file .env --env-file .releases/{release}/images.env up -d --no-build --pull never"
)


def with_git(small: Small, compose: str) -> Site:
    """The host as git has it after somebody changed the compose file there."""
    return evolve(small.site, git=evolve(small.site.git, compose=compose))


def install(small: Small, compose: str) -> Site:
    """The same, installed on the host."""
    small.host.write("/srv/cfa/docker-compose.yml", compose, owner="user")
    return with_git(small, compose)


async def deploy(small: Small, site: Site, name: str, **behaviours: Behaviour) -> Deployed:
    return await bring_from(small.registry.address, site, small.release(name, **behaviours), PUSHER)


def causes(done: Deployed) -> dict[str, str]:
    return {step.service: step.cause for step in done.plan.changes}


@each_compose
async def test_what_was_deployed_starts_by_hand_and_nothing_is_made_anew(small: Small) -> None:
    one, two = small.release("one"), small.release("two")
    await small.seed(one)
    await small.seed(two)
    before = small.running()
    small.host.sh(BY_HAND.format(release="current"))
    assert small.running() == before
    small.host.sh(BY_HAND.format(release="000001"))
    assert small.images() == one.images


async def test_a_folder_holds_what_compose_got_and_no_secret(small: Small) -> None:
    await small.seed(small.release("one"))
    folder = "/srv/cfa/.releases/000001"
    assert small.host.sh("readlink /srv/cfa/.releases/current") == "000001"
    assert set(small.host.sh(f"ls {folder}").split()) == {
        *("before.env", "compose-version", "docker-compose.yml", "hashes", "images.env", "release.json"),
        *("sums", "variables"),
    }
    assert small.host.read(f"{folder}/docker-compose.yml") == small.compose
    assert PASSWORD not in small.host.sh(f"cat {folder}/*")
    lines = small.host.read(f"{folder}/hashes").splitlines()
    hashes = {name: digest.partition(".")[0] for name, digest in map(str.split, lines)}
    labels = {
        name: small.host.docker(
            "inspect", "-f", '{{index .Config.Labels "com.docker.compose.config-hash"}}', f"cfa-{name}-1"
        )
        for name in SERVICES
    }
    assert labels == hashes  # by cfa2's Compose


@each_compose
async def test_a_rotated_secret_reaches_who_reads_it_and_is_not_told(small: Small) -> None:
    compose = small.compose.replace("IMAGE_REF: ", 'SECRET: "${SECRET}", IMAGE_REF: ', 1)  # the gate's
    site = install(small, compose)
    await deploy(small, site, "one")
    before = small.running()
    small.host.sh("sed -i \"s/^SECRET=.*/SECRET='rotated \\$x'/\" /srv/cfa/.env")
    done = await deploy(small, site, "one")
    assert causes(done) == {"gate": "changed definition: SECRET in .env"}
    after = small.running()
    assert {name: after[name] == before[name] for name in SERVICES} == {"gate": False, "shop": True, "desk": True}
    assert small.host.run("docker", "exec", "cfa-gate-1", "printenv", "SECRET") == "rotated $x"


async def test_a_changed_file_beside_reaches_who_mounts_it(small: Small) -> None:
    shop = small.compose.index("  desk:")
    compose = f'{small.compose[:shop]}    volumes: ["./shop.conf:/shop.conf:ro"]\n{small.compose[shop:]}'
    small.host.write("/srv/cfa/shop.conf", "a\n", owner="user")
    site = install(small, compose)
    await deploy(small, site, "one")
    small.host.write("/srv/cfa/shop.conf", "b\n", owner="user")
    before = small.running()
    assert causes(await deploy(small, site, "one")) == {"shop": "changed file shop.conf"}
    after = small.running()
    assert {name: after[name] == before[name] for name in SERVICES} == {"gate": True, "shop": False, "desk": True}
    assert verdict(await deploy(small, site, "one")) == "nothing to do: cfa2 runs one"


@pytest.mark.row("git's compose file is broken or not installed, the host's was edited", "rolled back, with warnings")
@each_condition
async def test_a_rollback_restores_definitions_too_while_git_has_moved_on(small: Small) -> None:
    one, two = small.release("one"), small.release("two")
    await small.seed(one)
    site = install(small, small.compose.replace("restart: unless-stopped", "restart: always"))
    done = await bring_from(small.registry.address, site, two, PUSHER)
    assert set(causes(done).values()) == {"new image and changed definition"}
    small.host.sh("echo '# by a person' >>/srv/cfa/docker-compose.yml")
    git = with_git(small, "name: cfa\nservices: {a: [}\n")  # a colleague's, not installed and not even sound
    back = await roll_back(git, None)
    assert verdict(back).startswith("deployed one to cfa2 as release 3"), back
    assert small.images() == one.images
    policy = small.host.run("docker", "inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", "cfa-shop-1")
    assert policy == "unless-stopped"
    notes = "\n".join(back.plan.notes)
    assert "docker-compose.yml on cfa2 differs from git" in notes
    assert "Compose on cfa2 refuses git's docker-compose.yml: " in notes


WORKER: Final = """\
  worker:
    image: ${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}
    healthcheck: { test: [CMD, "true"], interval: 1s }
    restart: unless-stopped
"""


@each_compose
async def test_a_worker_on_the_image_of_a_service_is_switched_with_it(small: Small) -> None:
    work = evolve(small, more=WORKER)
    work.install()
    one, two = work.release("one"), work.release("two")
    await work.deploy(one)
    assert work.images() == {**one.images, "worker": one.images["shop"]}
    done = await work.deploy(evolve(two, images={**one.images, "shop": two.images["shop"]}))
    assert causes(done) == {"shop": "new image", "worker": "new image"}
    assert work.images()["worker"] == two.images["shop"]


JOB: Final = """\
  migration:
    image: ${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}
    entrypoint: [python3, -c, "import sys; sys.exit(CODE)"]
    restart: "no"
"""


@pytest.mark.row("a migration that fails", "rolled back, no service of its wave began")
@each_condition
async def test_a_job_ends_well_before_its_services_begin_or_takes_the_release_back(small: Small) -> None:
    good = evolve(small, more=JOB.replace("CODE", "0"))
    good.install()
    one, two, worse = (small.release(name) for name in ("one", "two", "worse"))
    await good.deploy(one)
    ran = good.running()["migration"]
    assert verdict(await good.deploy(one)) == "nothing to do: cfa2 runs one"
    assert good.running()["migration"] == ran

    assert (await said(good.deploy(two))).startswith("deployed two to cfa2 as release 2")
    journal = good.journal(2)
    assert journal.index("wave migration") < journal.index("well migration") < journal.index("well shop")

    bad = evolve(small, more=JOB.replace("CODE", "3"))
    bad.install()
    assert await said(bad.deploy(worse)) == "rolled back to release 2 (two): migration ended with 3"
    journal = bad.journal(3)
    assert "failed migration" in journal
    assert "wave shop" not in journal
    assert {name: bad.images()[name] for name in SERVICES} == two.images


@pytest.mark.row("another compose file on the host", "not read, named; forbids a deploy")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param(
            "docker-compose.override.yml",
            "services: { shop: { environment: { INTRUDER: '1' } } }\n",
            marks=pytest.mark.every,
        ),
        pytest.param("compose.yaml", "name: cfa\nservices: { shop: { image: intruder } }\n", marks=pytest.mark.every),
    ],
)
async def test_another_compose_file_on_the_host_is_not_read_and_forbids_a_deploy(
    small: Small, name: str, text: str
) -> None:
    await small.seed(small.release("one"))
    await small.seed(small.release("two"))
    small.host.write(f"/srv/cfa/{name}", text, owner="user")
    line = await said(small.deploy(small.release("three")))
    assert line.startswith(f"DeployRefused: {name} on cfa2 is not in git"), line
    assert (await said(small.roll_back())).startswith("deployed one to cfa2 as release 3")
    assert "INTRUDER" not in small.host.docker("inspect", "cfa-shop-1")
    assert any(fault.startswith(f"{name} on cfa2 is not in git") for fault in (await small.status()).drift)


async def test_the_login_shell_changes_nothing_that_compose_reads(small: Small) -> None:
    await small.seed(small.release("one"))
    small.host.sh(
        "printf 'export COMPOSE_FILE=/none COMPOSE_PROJECT_NAME=x SHOP_IMAGE=y SECRET=z\\n' >>/home/user/.bashrc"
    )
    try:
        assert verdict(await small.deploy(small.release("one"))) == "nothing to do: cfa2 runs one"
        two = small.release("two")
        await small.deploy(two)
        assert small.images() == two.images
    finally:
        small.host.sh("sed -i '/COMPOSE_FILE/d' /home/user/.bashrc")


async def test_a_host_of_an_older_version_is_taken_over_by_the_next_deploy(small: Small) -> None:
    one, two = small.release("one"), small.release("two")
    await small.seed(one)
    record = small.records()[1]
    old = {key: value for key, value in record.items() if key not in {"services", "project"}}
    text = json.dumps({**old, "definitions": dict.fromkeys(SERVICES, "0123456789ab")}, indent=1)
    small.host.sh("rm -r /srv/cfa/.releases/000001 /srv/cfa/.releases/current")
    small.host.write("/srv/cfa/.releases/000001.json", f"{text}\n", owner="user")
    before = small.running()

    assert verdict(await small.deploy(one)) == "nothing to do: cfa2 runs one"
    assert small.running() == before
    done = await small.deploy(evolve(two, images={**one.images, "shop": two.images["shop"]}))
    assert [step.action for step in done.plan.steps] == [Action.KEEP, Action.REPLACE, Action.KEEP]
    assert small.records()[2]["state"] == State.HEALTHY
    assert (await said(small.roll_back(1))).startswith("deployed one to cfa2 as release 3")
    assert small.images() == one.images
