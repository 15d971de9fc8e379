"""The one-time copy by hand: what is not there is written, what differs is refused or kept beside."""

import json
from typing import Final

import pytest
from attrs import evolve

from ci.errors import DeployRefused
from ci.host.install import install
from tests.support.host.host import Host
from tests.support.host.small import PASSWORD, Small
from tests.support.registry import LiveRegistry

SECRET = "own-canary-3c9a"


@pytest.fixture
def bare(host: Host, registry: LiveRegistry) -> Small:
    """A host that nothing was copied to."""
    return Small(host=host, registry=registry)


async def test_what_is_not_there_is_copied_and_the_secrets_to_set_are_named(bare: Small) -> None:
    assert await install(bare.site, replace=False) == (
        "wrote docker-compose.yml and .env to /srv/cfa on cfa2; set SECRET in .env there"
    )
    assert bare.host.read("/srv/cfa/docker-compose.yml") == bare.compose
    assert bare.host.read("/srv/cfa/.env") == bare.variables
    assert bare.host.sh("stat -c '%U %a %n' /srv/cfa/.env") == "user 600 /srv/cfa/.env"
    before = bare.files()
    assert await install(bare.site, replace=False) == "cfa2 has all files already, as git says"
    assert bare.files() == before


async def test_a_file_that_differs_is_refused_with_the_difference_and_no_value(small: Small) -> None:
    small.host.sh("sed -i 's/restart: unless-stopped/restart: always/' /srv/cfa/docker-compose.yml")
    small.host.sh(f"sed -i 's/^CI_REG.*/CI_REGISTRY_IMAGE={SECRET}/' /srv/cfa/.env")
    before = small.files()
    with pytest.raises(DeployRefused) as refused:
        await install(small.site, replace=False)
    difference, variable, nothing = refused.value.faults
    assert "-    restart: always\n+    restart: unless-stopped" in difference
    assert variable.startswith(".env on cfa2 gives CI_REGISTRY_IMAGE another value than git: ")
    assert nothing == "nothing was written: `install --replace` keeps the older file beside it"
    assert SECRET not in str(refused.value)
    assert small.files() == before


PROBE: Final = "/srv/probe.yml"
ODD: Final = {  # as a person writes them: what Compose makes of it
    "SINGLE='a $b'": "a $b",
    'DOUBLE="say \\"x\\" & <y>"': 'say "x" & <y>',
    "export EXPORTED=c # a note": "c",
    "SPACED = d": "d",
    "LATER=${SPACED}/e": "d/e",
}


async def test_replacing_keeps_the_old_files_beside_and_the_hosts_own_values(small: Small) -> None:
    small.host.sh("echo '# mine' >>/srv/cfa/docker-compose.yml")
    small.host.sh("sed -i 's/^CI_REG.*/CI_REGISTRY_IMAGE=other/' /srv/cfa/.env")
    env = small.host.read("/srv/cfa/.env")
    small.host.write("/srv/cfa/.env", "\n".join((env, *ODD, "")), owner="user")
    old = {name: small.host.read(f"/srv/cfa/{name}") for name in ("docker-compose.yml", ".env")}
    assert await install(small.site, replace=True) == "wrote docker-compose.yml and .env to /srv/cfa on cfa2"
    assert small.host.read("/srv/cfa/docker-compose.yml") == small.compose
    assert small.host.read("/srv/cfa/.env").startswith(small.variables)
    for name, text in old.items():
        assert small.host.sh(f"cat /srv/cfa/{name}.2*") == text.strip()
    status = await small.status()
    assert (status.faults, status.drift) == ((), ())
    names = [line.removeprefix("export ").partition("=")[0].strip() for line in ODD]
    assert values(small, "SECRET", *names) == [PASSWORD, *ODD.values()]


def values(small: Small, *names: str) -> list[str]:
    """What the host's Compose puts in the place of variables."""
    words = ", ".join(f'"${{{name}}}"' for name in names)
    probe = f"name: probe\nservices: {{ probe: {{ image: probe, command: [{words}] }} }}\n"
    small.host.write(PROBE, probe)
    answer = small.host.sh(f"docker compose --env-file /srv/cfa/.env --file {PROBE} config --format json")
    command: list[str] = json.loads(answer)["services"]["probe"]["command"]
    return [word.replace("$$", "$") for word in command]


async def test_what_lies_beside_is_copied_readable_to_containers_and_kept_when_people_changed_it(bare: Small) -> None:
    host = evolve(bare.site.host, files={"realm.json": "deploy/realm.json"})
    site = evolve(bare.site, host=host, git=evolve(bare.site.git, beside={"realm.json": '{"realm": "ois"}'}))
    assert (await install(site, replace=False)).startswith("wrote docker-compose.yml, .env and realm.json to /srv/cfa")
    assert bare.host.sh("stat -c '%a' /srv/cfa/realm.json") == "644"
    assert await install(site, replace=False) == "cfa2 has all files already, as git says"
    bare.host.sh("echo ' ' >>/srv/cfa/realm.json")
    with pytest.raises(DeployRefused, match=r"cfa2:realm\.json is not deploy/realm\.json of git"):
        await install(site, replace=False)
    assert (await install(site, replace=True)).startswith("wrote .env and realm.json to /srv/cfa")
    assert bare.host.read("/srv/cfa/realm.json") == '{"realm": "ois"}'
    assert bare.host.sh("cat /srv/cfa/realm.json.2*") == '{"realm": "ois"} '.strip()
