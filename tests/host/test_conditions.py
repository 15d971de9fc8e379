"""What a login shell and the tools of a host may do: a switch is all old or all new on each, or it is refused."""

import asyncio
from typing import Final

import pytest
from attrs import evolve

from ci.errors import DeployRefused
from ci.host.install import install
from ci.host.release import State
from tests.support.host.apps import Behaviour
from tests.support.host.small import WATCHED, Small
from tests.support.host.trial import Trial, said

DONE: Final = "deployed two to cfa2 as release 2: 3 changed, 0 kept"
PROGRAMS: Final = "/home/user/bin"
# An hour later or earlier at each call, as a clock that is corrected all the time.
DATE: Final = """\
#!/bin/sh
[ "$1" = +%s ] || exec /bin/date "$@"
n=$(cat /tmp/calls 2>/dev/null || echo 0)
echo $((n + 1)) >/tmp/calls
echo $(($(/bin/date +%s) + (n % 3 - 1) * 3600))
"""
SLOW_FLOCK: Final = '#!/bin/sh\ncase "$*" in *lock*setpriv*) sleep 7 ;; esac\nexec /usr/bin/flock "$@"\n'
NO_FLOCK: Final = '#!/bin/sh\ncase "$*" in *.releases/lock*) echo "flock: no locks here" >&2; exit 1 ;; esac\n'
OLD_SETPRIV: Final = "#!/bin/sh\necho \"setpriv: unrecognized option '--pdeathsig'\" >&2\nexit 1\n"
ROOTLESS: Final = "unix:///run/rootless/docker.sock"
HANGS: Final = '#!/bin/sh\n[ "$1" != {command} ] || exec sleep 60\nexec /usr/bin/docker "$@"\n'
HELPER: Final = '#!/bin/sh\necho "$@" >>/tmp/helper\ncat >>/tmp/helper\n'


def login_shell(small: Small, *lines: str) -> None:
    """Write ~/.bashrc; programs of `PROGRAMS` come before the host's own."""
    text = "\n".join((f"export PATH={PROGRAMS}:$PATH", *lines, ""))
    small.host.write("/home/user/.bashrc", text, owner="user")


def program(small: Small, name: str, text: str) -> None:
    """Put a program before the host's own of that name."""
    small.host.write(f"{PROGRAMS}/{name}", text, owner="user")
    small.host.run("chmod", "755", f"{PROGRAMS}/{name}")
    login_shell(small)


@pytest.mark.row("a login shell with a language and proxies of its own", "deployed as anywhere")
async def test_a_language_and_a_proxy_of_the_login_shell_change_nothing(small: Small) -> None:
    proxies = (f"export {name}=http://127.0.0.1:9" for name in ("http_proxy", "HTTP_PROXY", "all_proxy"))
    login_shell(small, "export LANG=ru_RU.UTF-8 LC_ALL=ru_RU.UTF-8 LC_NUMERIC=ru_RU.UTF-8", *proxies)
    small.host.sh("locale -a | grep -qi ru_RU.utf8")
    trial = await Trial.begin(small, desk=Behaviour(healthy_after=1))
    assert await trial.deploy() == DONE
    await trial.is_all(trial.new, State.HEALTHY)


@pytest.mark.row("a clock that jumps by an hour", "deployed; its window is as long as ever")
@pytest.mark.every
async def test_a_clock_that_jumps_changes_nothing(small: Small) -> None:
    program(small, "date", DATE)
    trial = await Trial.begin(evolve(small, stable_for=WATCHED), desk=Behaviour(healthy_after=2))
    assert await trial.deploy() == DONE
    assert int(small.host.read("/tmp/calls")) > 0  # noqa: S108  # the host's
    await trial.is_all(trial.new, State.HEALTHY)


@pytest.mark.row("a disk that stalls before the switch begins", "deployed; silence is not taken for another switch")
@pytest.mark.every
async def test_a_switch_that_begins_late_is_waited_for(small: Small) -> None:
    trial = await Trial.begin(small)
    program(small, "flock", SLOW_FLOCK)
    assert await trial.deploy() == DONE
    await trial.is_all(trial.new, State.HEALTHY)


@pytest.mark.row("flock or setpriv that cannot do what a switch needs", "refused, named")
@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("flock", NO_FLOCK, "the switch did not begin on cfa2: flock: no locks here"),
        ("setpriv", OLD_SETPRIV, "cfa2 lacks setpriv --pdeathsig KILL: install"),
    ],
)
@pytest.mark.every
async def test_a_tool_that_cannot_do_what_is_needed_is_named(small: Small, name: str, text: str, sentence: str) -> None:
    trial = await Trial.begin(small)
    program(small, name, text)
    line = await trial.deploy()
    assert line.startswith(f"DeployRefused: {sentence}"), line
    small.host.run("rm", f"{PROGRAMS}/{name}")
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("a dockerd that answers, and does not list what it has", "refused; `status` knows no more")
@pytest.mark.parametrize(("command", "things"), [("ps", "containers"), ("image", "images")])
@pytest.mark.every
async def test_what_docker_does_not_list_is_unknown_and_not_nothing(small: Small, command: str, things: str) -> None:
    trial = await Trial.begin(small)
    program(small, "docker", HANGS.format(command=command))
    assert await trial.deploy() == (
        f"DeployRefused: Docker on cfa2 does not answer: no list of {things}\nrefused: nothing was touched on cfa2"
    )
    assert (await small.status()).faults == (f"Docker does not answer: no list of {things}",)
    small.host.run("rm", f"{PROGRAMS}/docker")
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("a service that was unhealthy before a release that fails", "rolled back to what was")
async def test_what_was_unhealthy_before_is_not_asked_of_the_way_back(small: Small) -> None:
    one = small.release("one")
    await small.seed(one)
    small.host.docker("stop", "cfa-gate-1")
    line = await said(small.deploy(small.release("two", desk=Behaviour(release="bad", exits_after=0))))
    assert line == "rolled back to release 1 (one): desk ends again and again", small.journal(2)
    assert small.images() == one.images
    assert "unhealthy before gate" in small.journal(2)


@pytest.mark.row("another project's switch on the same Docker host at the same time", "each is done")
@pytest.mark.every
async def test_two_projects_are_switched_at_once(small: Small) -> None:
    other = evolve(small, project="other", stable_for=WATCHED)
    other.install()
    await other.seed(other.release("one"))
    trial = await Trial.begin(small)
    theirs = other.release("theirs")
    switch = asyncio.create_task(said(other.deploy(theirs)))
    await other.reached(2, "wave gate")
    assert await trial.deploy() == DONE
    assert await switch == "deployed theirs to cfa2 as release 2: 3 changed, 0 kept"
    assert other.images() == theirs.images
    assert (await other.status()).faults == ()
    await trial.is_all(trial.new, State.HEALTHY)


@pytest.mark.row("a rootless Docker that the person's context leads to", "deployed there, rolled back there")
@pytest.mark.every
async def test_a_context_of_the_person_leads_to_their_rootless_docker(small: Small) -> None:
    small.host.run("rootless-dockerd")
    small.host.as_user(f"docker context create own --docker host={ROOTLESS} && docker context use own")
    one, worse = small.release("one"), small.release("worse", desk=Behaviour(exits_after=0))
    assert await said(small.deploy(one)) == "deployed one to cfa2 as release 1: 3 changed, 0 kept"
    assert await said(small.deploy(worse)) == "rolled back to release 1 (one): desk ends again and again"
    assert small.running() == {}  # by root's Docker
    ask = "docker inspect --format '{{.Config.Image}}' $(docker ps --quiet)"
    assert {*small.host.as_user(ask).split()} == {*one.images.values()}
    assert (await small.status()).faults == ()


@pytest.mark.row("a credential helper on the host", "not asked: no login is kept, and a person's stays")
async def test_a_credential_helper_is_not_asked(small: Small) -> None:
    program(small, "docker-credential-secretservice", HELPER)
    trial = await Trial.begin(small)
    assert await trial.deploy() == DONE
    assert small.host.sh("cat /tmp/helper 2>/dev/null || true") == ""
    await trial.is_all(trial.new, State.HEALTHY)


@pytest.mark.row("a pull that is killed", "its login is removed by the next call")
@pytest.mark.every
async def test_the_login_of_a_killed_pull_is_removed_by_the_next_call(small: Small) -> None:
    small.host.sh("mkdir -m 700 /dev/shm/ois-cfa-login.4194303.abcdef && chown user: /dev/shm/ois-cfa-login.*")
    await small.status()
    assert small.host.sh("ls -d /dev/shm/ois-cfa-login.* 2>/dev/null || true") == ""


@pytest.mark.every
async def test_the_login_of_a_pull_that_goes_on_stays(small: Small) -> None:
    trial = await Trial.begin(small)
    small.host.sh("mkdir -m 700 /dev/shm/ois-cfa-login.1.abcdef && chown user: /dev/shm/ois-cfa-login.*")
    assert await trial.deploy() == DONE
    small.host.sh("rmdir /dev/shm/ois-cfa-login.1.abcdef && ! ls -d /dev/shm/ois-cfa-login.* 2>/dev/null")


@pytest.mark.row("a second rollback", "to what ran before that, never to what was left")
@pytest.mark.every
async def test_a_second_rollback_goes_further_back_and_never_to_what_was_left(small: Small) -> None:
    releases = {name: small.release(name) for name in ("a", "b", "bad")}
    for release in releases.values():
        await small.seed(release)
    assert (await said(small.roll_back())).startswith("deployed b to cfa2 as release 4")
    assert (await said(small.roll_back())).startswith("deployed a to cfa2 as release 5")
    assert (await said(small.roll_back())).startswith(
        "DeployRefused: cfa2 has no healthy record of an earlier release: there are 1, 2, 3, 4, 5; "
        "`--to NUMBER` brings one of them back\n"
    )
    assert (await said(small.roll_back(3))).startswith("deployed bad to cfa2 as release 6")
    assert small.images() == releases["bad"].images


@pytest.mark.row("the old button of a commit that was reverted", "refused")
async def test_a_reverted_commit_is_not_deployed_again_by_its_old_button(small: Small) -> None:
    good = small.release("good")
    bad = evolve(small.release("bad"), order=6, locked="bad")
    await small.seed(evolve(good, order=5))
    reverted = evolve(good, commit="reverted", order=7)
    assert await said(small.deploy(reverted)) == "nothing to do: cfa2 runs reverted"
    line = await said(small.deploy(bad))
    assert line.startswith("DeployRefused: release 1 (good) on cfa2 is newer than bad: "), line
    assert small.images() == good.images


@pytest.mark.row("`install --replace` during a switch", "refused, told whose switch it is")
@pytest.mark.every
async def test_install_waits_for_no_switch_and_overwrites_nothing_under_it(small: Small) -> None:
    await small.seed(small.release("one"))
    switch = asyncio.create_task(evolve(small, stable_for=WATCHED).deploy(small.release("two")))
    await small.reached(2, "steady")
    changed = evolve(small.site, git=evolve(small.site.git, compose=f"{small.compose}# more\n"))
    with pytest.raises(DeployRefused, match="another switch is going on: release 2 by a test since "):
        await install(changed, replace=True)
    assert await said(switch) == DONE
    assert small.host.read("/srv/cfa/docker-compose.yml") == small.compose
