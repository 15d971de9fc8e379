"""A host that is set up in an odd way: a shell that talks, one session at a time, a variable that nobody set."""

import pytest
from attrs import evolve

from ci.host.release import State
from tests.support.host.small import Small
from tests.support.host.trial import Trial


@pytest.mark.row("a .bashrc that prints", "nothing that it prints is taken for an answer")
@pytest.mark.parametrize(
    "line", ["echo noise; echo more >&2", pytest.param("printf 'x answer 0 0 0'", marks=pytest.mark.every)]
)
async def test_a_bashrc_that_talks_harms_nothing(small: Small, line: str) -> None:
    trial = await Trial.begin(small)
    small.host.write("/home/user/.bashrc", f"{line}\n", owner="user")
    seen = await small.status()
    assert (seen.faults, seen.facts.compose) == ((), small.compose.encode())
    assert await trial.deploy() == "deployed two to cfa2 as release 2: 3 changed, 0 kept"
    await trial.is_all(trial.new, State.HEALTHY)


@pytest.mark.row("a .bashrc that exits or eats stdin", "the call names .bashrc; no password was sent")
@pytest.mark.parametrize(
    "line", ["exit 0", *(pytest.param(one, marks=pytest.mark.every) for one in ("cat >/dev/null", "exec sleep 1"))]
)
async def test_a_bashrc_that_ends_the_shell_or_eats_stdin_gets_no_password(small: Small, line: str) -> None:
    trial = await Trial.begin(small)
    small.host.write("/home/user/.bashrc", f"{line}\n", owner="user")
    assert (await trial.deploy()).startswith(
        "HostUnreachable: cfa2 did not come to our command (does a ~/.bashrc there end the shell or read stdin? "
        "is a command forced?)"
    )
    small.host.run("rm", "/home/user/.bashrc")
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("sshd with MaxSessions 1", "deployed as anywhere")
@pytest.mark.every
async def test_one_session_at_a_time_is_enough(small: Small) -> None:
    small.host.write("/etc/ssh/sshd_config.d/10-one.conf", "MaxSessions 1\n")
    small.host.reload()
    trial = await Trial.begin(small)
    assert await trial.deploy() == "deployed two to cfa2 as release 2: 3 changed, 0 kept"
    for _ in range(3):
        assert await trial.deploy() == "nothing to do: cfa2 runs two"
    await trial.is_all(trial.new, State.HEALTHY)


@pytest.mark.row("a key missing in .env", "refused, the key is named")
@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (
            "CI_REGISTRY_IMAGE",
            (
                ".env on cfa2 lacks CI_REGISTRY_IMAGE, which git gives: "
                "change git or the host, then `dagger call install --replace` by hand"
            ),
        ),
        ("SECRET", "SECRET has no value in .env on cfa2: it is the host's own secret, set it there"),
    ],
)
async def test_a_variable_that_is_missing_is_named_and_nothing_is_touched(
    small: Small, key: str, sentence: str
) -> None:
    trial = await Trial.begin(small)
    before = small.running()
    small.host.sh(f"sed -i '/^{key}=/d' /srv/cfa/.env")
    edited = evolve(trial, files=small.files())
    assert await trial.deploy() == f"DeployRefused: {sentence}\nrefused: nothing was touched on cfa2"
    assert small.running() == before
    await edited.is_all(trial.old, State.HEALTHY, faults=[sentence])
