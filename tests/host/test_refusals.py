"""What forbids a release: refused in a sentence that names it, and nothing is touched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncssh
import pytest
from attrs import evolve

from ci.errors import DeployRefused, Failed
from ci.host.release import State
from ci.host.report import status_answer
from tests.support.host.conditions import each_condition
from tests.support.host.host import Host
from tests.support.host.small import Small
from tests.support.host.trial import Trial, said
from tests.support.registry import Account

UNTOUCHED = "\nrefused: nothing was touched on cfa2"
PLUGINS = ("/usr/local/lib/docker/cli-plugins/docker-compose", "/usr/libexec/docker/cli-plugins/docker-compose")


@pytest.mark.row("compose file or .env edited on the host", "refused, each difference named")
@each_condition
async def test_files_changed_on_the_host_are_named_and_nothing_is_touched(small: Small) -> None:
    trial = await Trial.begin(small)
    before = small.running()
    small.host.sh("echo '# mine' >>/srv/cfa/docker-compose.yml")
    small.host.sh("sed -i 's/^CI_REG.*/CI_REGISTRY_IMAGE=other/; s/^SECRET=.*/SECRET=/' /srv/cfa/.env")
    edited = evolve(trial, files=small.files())
    with pytest.raises(DeployRefused) as refused:
        await small.deploy(trial.new)
    assert str(refused.value).endswith(UNTOUCHED)
    assert [sentence.partition(":")[0] for sentence in refused.value.faults] == [
        "docker-compose.yml on cfa2 differs from git in line 21",
        ".env on cfa2 gives CI_REGISTRY_IMAGE another value than git",
        "SECRET has no value in .env on cfa2",
    ]
    with pytest.raises(Failed, match=r"differs from git in line 21"):
        status_answer(await small.status(), as_json=False)
    assert small.running() == before
    await edited.is_all(trial.old, State.HEALTHY, faults=refused.value.faults)


@pytest.mark.row("registry login refused", "refused, nothing was touched")
@each_condition
async def test_a_refused_login_touches_nothing_and_leaves_no_password(small: Small) -> None:
    trial = await Trial.begin(small)
    before = small.running()
    stranger = Account(user="ci-pusher", password="canary-wrong-60b3")
    line = await trial.deploy(stranger)
    assert line.startswith(f"DeployRefused: {small.registry.address} refused the login of ci-pusher from cfa2: ")
    assert line.endswith(UNTOUCHED)
    assert small.running() == before
    await trial.is_all(trial.old, State.HEALTHY, stranger)


@pytest.mark.row("one of the digests missing", "refused, nothing was touched")
async def test_an_image_that_is_gone_touches_nothing(small: Small) -> None:
    trial = await Trial.begin(small)
    before, images = small.running(), trial.new.images
    gone = evolve(trial.new, images={**images, "desk": images["desk"][:-4] + "0000"})
    line = await said(small.deploy(gone))
    assert line.startswith(
        f"DeployRefused: cfa2 could not pull from {small.registry.address}, nothing was touched: desk: "
    )
    assert line.endswith(f"manifest unknown{UNTOUCHED}")
    assert small.running() == before
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("wrong host key", "refused before any login")
async def test_another_host_key_is_refused_before_any_login(small: Small) -> None:
    trial = await Trial.begin(small)
    before, logins = small.running(), tried_logins(small.host)
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    pinned = evolve(small.host, known_hosts=f"{small.host.address} {other}".encode())
    line = await said(evolve(small, host=pinned).deploy(trial.new))
    assert line.startswith(
        "HostKeyUnknown: cfa2 shows a host key that is not the one in git: nothing was sent. Run `ssh-keyscan "
    )
    assert line.endswith(UNTOUCHED)
    assert tried_logins(small.host) == logins > 0
    assert small.running() == before
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("an older release than the host runs", "refused, rollback-cfa2 is named; with --allow-older deployed")
@pytest.mark.parametrize(
    "age",
    [
        pytest.param({"order": 6, "locked": "two"}, id="number of the pipeline", marks=pytest.mark.every),
        pytest.param({}, id="time of the lock", marks=pytest.mark.every),
    ],
)
async def test_an_older_release_is_refused_unless_it_is_asked_for(small: Small, age: dict[str, Any]) -> None:
    trial = await Trial.begin(small)
    newer, older = evolve(trial.new, order=7), evolve(trial.old, **age)
    assert await said(small.deploy(newer)) == "deployed two to cfa2 as release 2: 3 changed, 0 kept"
    before = small.running()
    assert await said(small.deploy(older)) == (
        "DeployRefused: release 2 (two) on cfa2 is newer than one: to go back call `dagger call rollback` "
        f"(in GitLab the job rollback-cfa2), or pass --allow-older{UNTOUCHED}"
    )
    assert small.running() == before
    await trial.is_all(trial.new, State.HEALTHY)
    line = await said(small.deploy(evolve(older, allow_older=True)))
    assert line == "deployed one to cfa2 as release 3: 3 changed, 0 kept"
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("a tool or Compose missing on the host", "refused, named with its package")
@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        pytest.param(
            ("/usr/bin/curl", "/usr/bin/flock"),
            "cfa2 lacks flock, curl: install them there (Debian: docker.io, util-linux, coreutils, curl)",
            id="curl and flock",
        ),
        pytest.param(
            PLUGINS,
            "`docker compose` does not answer on cfa2: install its plugin there (Debian 13 and later: docker-compose)",
            id="Compose",
        ),
    ],
)
async def test_a_tool_that_the_host_lacks_is_named_and_nothing_is_touched(
    small: Small, files: Sequence[str], sentence: str
) -> None:
    trial = await Trial.begin(small)
    before = small.running()
    with away(small.host, files):
        assert await trial.deploy() == f"DeployRefused: {sentence}{UNTOUCHED}"
    assert small.running() == before
    await trial.is_all(trial.old, State.HEALTHY)


@contextmanager
def away(host: Host, files: Sequence[str]) -> Iterator[None]:
    """Have the files under another name as long as the block lasts."""
    host.sh("".join(f"mv {file} {file}.away\n" for file in files))
    try:
        yield
    finally:
        host.sh("".join(f"mv {file}.away {file}\n" for file in files))


def tried_logins(host: Host) -> int:
    """How often anybody showed sshd a key to log in with."""
    return host.read("/var/log/sshd.log").count("publickey")
