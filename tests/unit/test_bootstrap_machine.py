"""What a machine must be: refusals, and how an engine is started on it."""

import platform
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap import doctor, engine, machine, settings
from bootstrap.machine import Machine, can_be_privileged, refusals

GOOD = Machine(
    system="linux",
    cpu="amd64",
    root=True,
    docker=True,
    docker_host="",
    debian=True,
    cache=Path("/big/cache"),
    free=20 * machine.GIGABYTE,
    go="go1.26.1",
    node="v20.19.2",
    npm="9.2.0",
    missing=(),
)
NOBODY = "neither root nor access to Docker: run it with sudo, or add this user to the group docker"
DISK = "{} GB of disk are needed and {} GB are free: free some, or set DAGGERW_CACHE to a folder on a larger disk"
GO = "Go 1.26.1 or newer is needed and {} is here: see https://go.dev/dl"
MACOS = (
    "a local engine is compiled on Linux alone, and this is macOS: start Docker, in which the official engine runs, "
    "or put a dagger with an engine on PATH"
)
NODE = "Node 20 or newer with npm is needed and {} is here: install the packages nodejs and npm"


@pytest.mark.parametrize("cpu", ["amd64", "arm64"])
@pytest.mark.parametrize("first", [True, False])
def test_a_good_machine_is_not_refused(cpu: str, *, first: bool) -> None:
    assert tuple(refusals(replace(GOOD, cpu=cpu), first=first)) == ()


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        pytest.param(
            replace(GOOD, cpu="riscv64"), "this CPU is riscv64: the engine runs on amd64 and arm64", id="another CPU"
        ),
        pytest.param(replace(GOOD, system="darwin", cpu="arm64", root=False, debian=False, go=""), MACOS, id="macOS"),
        pytest.param(replace(GOOD, root=False, docker=False), NOBODY, id="no rights"),
        pytest.param(replace(GOOD, root=False, docker=False, docker_host="tcp://d:1"), NOBODY, id="no rights there"),
        pytest.param(
            replace(GOOD, root=False),
            "base images are made by debootstrap, which needs root once: "
            "run sudo env DAGGERW_CACHE=/big/cache ./daggerw up",
            id="no root",
        ),
        pytest.param(
            replace(GOOD, docker=False, docker_host="tcp://d:1"),
            "no Docker answers at DOCKER_HOST=tcp://d:1: start it, or unset DOCKER_HOST",
            id="a daemon elsewhere",
        ),
        pytest.param(replace(GOOD, free=14_990_000_000), DISK.format(15, "15.0"), id="a little too little disk"),
        pytest.param(replace(GOOD, free=20_000_000), DISK.format(15, "0.0"), id="hardly any disk"),
        pytest.param(
            replace(GOOD, debian=False, missing=("skopeo", "docker.io")),
            "this is not Debian: install skopeo, docker.io by hand and run it again",
            id="not Debian",
        ),
        pytest.param(replace(GOOD, go=""), GO.format("none"), id="no Go"),
        pytest.param(replace(GOOD, go="go1.26"), GO.format("go1.26"), id="older Go"),
        pytest.param(replace(GOOD, node=""), NODE.format("none"), id="no Node"),
        pytest.param(replace(GOOD, node="v18.19.0"), NODE.format("v18.19.0"), id="older Node"),
        pytest.param(replace(GOOD, npm=""), NODE.format("v20.19.2"), id="no npm"),
    ],
)
def test_a_machine_is_refused(bad: Machine, sentence: str) -> None:
    assert tuple(refusals(bad, first=True)) == (sentence,)


def test_a_later_build_needs_less_disk() -> None:
    assert tuple(refusals(replace(GOOD, free=4 * machine.GIGABYTE), first=False)) == ()
    assert tuple(refusals(replace(GOOD, free=machine.GIGABYTE), first=False)) == (DISK.format(3, "1.0"),)


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(tuple(refusals(replace(GOOD, cpu="s390x", root=False, free=0, go="", node=""), first=True))) == 5


@pytest.mark.parametrize(
    ("told", "cpu"), [("x86_64", "amd64"), ("aarch64", "arm64"), ("riscv64", "riscv64"), ("armv7l", "armv7l")]
)
def test_a_cpu_has_the_name_of_go_and_docker(monkeypatch: pytest.MonkeyPatch, told: str, cpu: str) -> None:
    monkeypatch.setattr(platform, "machine", lambda: told)
    assert machine.architecture() == cpu


@pytest.mark.parametrize(("told", "name"), [("Linux", "linux"), ("Darwin", "darwin")])
def test_a_system_has_the_name_of_go(monkeypatch: pytest.MonkeyPatch, told: str, name: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: told)
    assert machine.system() == name


def test_without_proc_docker_runs_in_a_machine_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "STATUS", tmp_path / "absent")
    assert engine.privileged()
    monkeypatch.setattr(doctor, "MEMINFO", tmp_path / "absent")
    assert doctor.available_memory() is None


def test_the_disk_of_a_folder_that_is_not_there_yet_is_asked(tmp_path: Path) -> None:
    assert machine.free_disk(tmp_path / "a" / "b") == pytest.approx(machine.free_disk(tmp_path), rel=0.01)


def test_what_is_here_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    facts = machine.read(settings.read({"DAGGERW_CACHE": str(tmp_path)}), docker=False)
    assert (facts.go, facts.node, facts.npm) == ("", "", "")
    assert facts.missing == ("docker.io", "debootstrap", "skopeo", "iptables")


def test_with_a_docker_that_answers_no_daemon_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    facts = machine.read(settings.read({"DAGGERW_CACHE": str(tmp_path)}), docker=True)
    assert facts.missing == ("debootstrap", "skopeo")


@pytest.mark.parametrize(
    ("status", "may"),
    [
        pytest.param("Name:\tx\nCapBnd:\t000001ffffffffff\n", True, id="root"),
        pytest.param("Name:\tx\nCapBnd:\t000001fffeffffff\n", False, id="without SYS_RESOURCE"),
        pytest.param("CapBnd:\t0000000000000000\n", False, id="without any"),
        pytest.param("CapEff:\t000001ffffffffff\n", False, id="not told"),
    ],
)
def test_docker_refuses_privileged_without_one_capability(status: str, *, may: bool) -> None:
    assert can_be_privileged(status) == may


def test_an_engine_has_its_volume_its_authorities_and_its_slots(tmp_path: Path) -> None:
    asked = settings.read({"DAGGERW_CACHE": str(tmp_path)})
    digests = {"go-sdk": "sha256:1", "python-sdk": "sha256:2"}
    privileged = engine.run_options(asked, tmp_path / "content", digests, privileged=True)
    assert privileged == (
        *("--privileged", "--volume", "ois-engine:/var/lib/dagger"),
        *("--volume", f"{asked.own}/certificates:/usr/local/share/ca-certificates:ro"),
        *("--volume", f"{asked.own}/engine.json:/etc/dagger/engine.json:ro"),
        *("--volume", f"{asked.own}/run:/run/dagger"),
        *("--volume", f"{tmp_path}/content:/usr/local/share/dagger/content:ro"),
        *("--env", "GOGC=400", "--env", "GOMEMLIMIT=1500MiB"),
        *("--env", "DAGGER_GO_SDK_MANIFEST_DIGEST=sha256:1", "--env", "DAGGER_PYTHON_SDK_MANIFEST_DIGEST=sha256:2"),
    )
    unprivileged = engine.run_options(asked, tmp_path / "content", digests, privileged=False)
    assert unprivileged == (*engine.UNPRIVILEGED, *privileged[1:])
    assert "--privileged" not in unprivileged
    assert "a *:* rwm" in unprivileged  # cgroup v1; under v2 too the cgroups are the host's
