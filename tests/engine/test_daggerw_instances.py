"""A second engine beside the first: brought up once, taken down alone, and whole again after an interruption."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex

import pytest

from bootstrap import recipes, settings
from bootstrap.local import stages
from bootstrap.settings import pinned_version
from bootstrap.stages import keys
from bootstrap.workshop import Tools, Workshop
from tests.support.registry import LiveRegistry, Place
from tests.support.registry.docker import docker
from tests.support.shim import INTERRUPTED, Shim, spoken
from tests.support.waiting import until

VERSION = pinned_version()

FIRST = f"{os.environ.get('DAGGERW_INSTANCE', 'ois-test')}-engine"
CACHE = settings.read(os.environ).cache
RANDOM = ("with-exec", "--args=cat,/proc/sys/kernel/random/uuid", "stdout")


@pytest.fixture
def second() -> Iterator[Shim]:
    """An instance of a name of its own; all of it is gone at the end."""
    shim = Shim({"DAGGERW_ENGINE": "local", "DAGGERW_INSTANCE": f"ois-test-{token_hex(3)}"})
    yield shim
    name = engine_of(shim)
    try:
        shim("down")
    finally:
        for left in docker("ps", "--all", "--quiet", "--filter", f"name=^/{name}$").split():
            docker("rm", "--force", left)
        docker("volume", "rm", "--force", name)
        (CACHE / "logs" / f"{name}.log").unlink(missing_ok=True)
        shutil.rmtree(CACHE / "instances" / shim.variables["DAGGERW_INSTANCE"], ignore_errors=True)


def engine_of(shim: Shim) -> str:
    return f"{shim.variables['DAGGERW_INSTANCE']}-engine"


def started(*names: str) -> str:
    """When each of these containers started: none may do so again."""
    return docker("inspect", "--format", "{{.Id}} {{.State.Running}} {{.State.StartedAt}}", *names)


def random(shim: Shim) -> str:
    """What a step printed that answers the same only from the engine's cache."""
    return shim("core", "container", "from", "--address=debian:bookworm-slim", *RANDOM).stdout.strip()


def events(container: str, since: str) -> Sequence[str]:
    """What happened to a container: its creation, its signals and how it died."""
    line = "{{.Action}} {{.Actor.Attributes.signal}}{{.Actor.Attributes.exitCode}}"
    filters = ("type=container", f"container={container}", "event=create", "event=kill", "event=die")
    chosen = (part for each in filters for part in ("--filter", each))
    told = docker("events", "--since", since, "--until", now(), *chosen, "--format", line)
    return [each.replace("<no value>", "").strip() for each in told.splitlines()]


def now() -> str:
    return docker("info", "--format", "{{.SystemTime}}")


def test_down_stops_it_alone_and_gracefully_and_its_cache_survives(second: Shim, place: Place) -> None:
    others = started(FIRST, place.mirror)
    assert second("up").returncode == 0
    before, answer = now(), random(second)
    assert len(answer) == 36
    done = second("down")
    assert (done.returncode, done.stdout) == (0, "")
    said = spoken(done)
    assert said[0] == f"stopping {engine_of(second)}"
    assert said[1].startswith("the mirror stays: ")
    assert FIRST in said[1]
    assert events(engine_of(second), before) == ["kill 15", "die 0"]
    assert docker("volume", "ls", "--quiet", "--filter", f"name=^{engine_of(second)}$") == engine_of(second)
    assert random(second) == answer
    assert started(FIRST, place.mirror) == others


def test_down_of_what_does_not_run_does_nothing(second: Shim, place: Place) -> None:
    others = started(FIRST, place.mirror)
    done = second("down")
    assert done.returncode == 0
    assert [line.partition(":")[0] for line in spoken(done)] == ["the mirror stays"]
    assert started(FIRST, place.mirror) == others


def test_two_at_once_make_one(second: Shim) -> None:
    before = now()
    with second.start("up") as one, second.start("up") as other:
        ends = [process.communicate(timeout=120)[1] for process in (one, other)]
        assert [one.returncode, other.returncode] == [0, 0], ends
    assert all(end.endswith("daggerw: the engine is up\n") for end in ends)
    assert events(engine_of(second), before) == ["create"]


def test_up_and_down_at_once_do_not_meet(second: Shim) -> None:
    assert second("up").returncode == 0
    with second.start("down") as down, second.start("up") as up:
        assert [process.wait(120) for process in (down, up)] == [0, 0]
    assert second("core", "version").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_up_ends_in_one_sentence_and_the_next_works(second: Shim, number: signal.Signals) -> None:
    with second.start("up") as process:
        told = read_until(process, f"start the engine {engine_of(second)} (")
        process.send_signal(number)
        told += process.communicate(timeout=60)[1].splitlines()
    assert (process.returncode, told[-1]) == (130, INTERRUPTED)
    assert not any("Traceback" in line for line in told)
    assert second("core", "version").stdout.strip() == VERSION


def read_until(process: "subprocess.Popen[str]", words: str) -> list[str]:
    """The lines of stderr up to the one with these words."""
    assert process.stderr
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line.strip())
        if words in line:
            return lines
    raise AssertionError(f"it ended without saying {words}: {lines}")


def test_what_a_container_does_for_a_stage_ends_with_it(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    tools = Tools(tmp_path)
    shop = Workshop("go-caches", "warm", keys(stages(settings.read(os.environ))), tools)

    def containers() -> str:
        return docker("ps", "--quiet", "--filter", f"ancestor={shop.image('go')}")

    def interrupted() -> None:
        with tools.ended_on_error():
            until(containers, 60, "the stage is at work")
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        pool.submit(shop.work, recipes.go_caches)
        with pytest.raises(KeyboardInterrupt):
            interrupted()
    assert containers() == ""


def test_an_authority_is_trusted_from_the_next_up_on(second: Shim, registry: LiveRegistry) -> None:
    without = second.asking(CI_REGISTRY=registry.address, DAGGERW_CERTIFICATES="")
    within = without.asking(DAGGERW_CERTIFICATES=str(registry.authority.certificates))
    assert without("up").returncode == 0
    assert re.search(
        rf"^RED  CA inside    the engine does not trust {registry.address}, with \d authorities beside Debian's\n"
        r" +-> put the authority as \*\.crt into the folder DAGGERW_CERTIFICATES, then \./daggerw up$",
        without("doctor").stdout,
        re.MULTILINE,
    )
    assert f"{engine_of(second)} is not current\n" in within("doctor").stdout
    assert within("up").returncode == 0
    assert within("doctor").returncode == 0
