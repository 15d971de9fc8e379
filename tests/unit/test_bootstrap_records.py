"""What runs leave for each other survives a crash, a restart of the machine and somebody else's processes."""

import json
import os
from contextlib import closing
from pathlib import Path
from socket import create_server

import pytest

from bootstrap import daemon, docker, mirror, settings, up
from bootstrap.errors import BootstrapError
from bootstrap.settings import Settings, pinned_version
from bootstrap.workshop import Tools, Workshop

VERSION = pinned_version()

BOOT = daemon.BOOT.read_text()


@pytest.fixture
def asked(tmp_path: Path) -> Settings:
    return settings.read({"DAGGERW_CACHE": str(tmp_path)})


def remember(asked: Settings, text: str) -> None:
    (asked.cache / "daemon").mkdir()
    (asked.cache / "daemon" / "daemon.json").write_text(text)


def record(pid: int, born: str, boot: str = BOOT) -> str:
    return json.dumps({"pid": pid, "born": born, "boot": boot, "forwarding": "1", "bridge": True})


@pytest.mark.parametrize(
    ("text", "started", "ours"),
    [
        pytest.param(record(os.getpid(), daemon._born(os.getpid())), True, True, id="it lives"),
        pytest.param(record(os.getpid(), "1"), True, False, id="its process id is another's by now"),
        pytest.param(record(2**22 + 1, "1"), True, False, id="it died"),
        pytest.param(record(os.getpid(), daemon._born(os.getpid()), "earlier"), False, False, id="of an earlier boot"),
        pytest.param('{"pid": 12', False, False, id="cut short"),
        pytest.param("", False, False, id="empty"),
    ],
)
def test_a_daemon_is_ours_when_this_cache_started_it_since_boot(
    asked: Settings, text: str, *, started: bool, ours: bool
) -> None:
    remember(asked, text)
    assert (daemon.was_started(asked), daemon.is_ours(asked)) == (started, ours)


def test_without_a_record_no_daemon_is_ours(asked: Settings) -> None:
    assert (daemon.was_started(asked), daemon.is_ours(asked)) == (False, False)


@pytest.mark.parametrize("text", ["", '{"fingerprint": "ab', None])
def test_an_engine_is_not_ready_by_a_record_that_was_cut_short(asked: Settings, text: str | None) -> None:
    asked.own.mkdir(parents=True)
    if text is not None:
        (asked.own / "ready.json").write_text(text)
    assert up.ready_cli(asked) is None


def test_an_engine_is_not_ready_without_its_cli(asked: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = asked.cache / "dagger"
    asked.own.mkdir(parents=True)
    (asked.own / "ready.json").write_text(json.dumps({"fingerprint": up._fingerprint(asked), "cli": str(cli)}))
    both = {name: docker.Container(running=True, key="k") for name in (asked.container, mirror.CONTAINER)}
    monkeypatch.setattr(docker, "containers", lambda *_: both)
    assert up.ready_cli(asked) is None
    cli.touch()
    assert up.ready_cli(asked) == cli
    monkeypatch.setattr(docker, "containers", lambda *_: {asked.container: both[asked.container]})
    assert up.ready_cli(asked) is None


def test_the_first_run_says_how_long_it_takes_and_how_to_choose_otherwise(
    asked: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    up._announce(asked)
    assert capsys.readouterr().err == (
        "daggerw: nothing is built yet: this takes about ten minutes, once; to choose otherwise set "
        f"DAGGERW_ENGINE=official or path (a dagger {VERSION} with its engine)\n"
        f"daggerw: logs: {asked.cache}/logs\n"
    )
    (asked.cache / "made" / "programs-key").mkdir(parents=True)
    up._announce(asked)
    assert capsys.readouterr().err == ""


def test_a_port_that_is_taken_is_told_before_the_mirror_starts(
    asked: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker, "ensure_network", lambda: None)
    monkeypatch.setattr(docker, "containers", lambda *_: {})
    with closing(create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr(mirror, "PORT", port)
        with pytest.raises(BootstrapError) as refused:
            mirror.start(Workshop("mirror-running", "start the mirror", {}, Tools(asked.cache)))
    assert str(refused.value) == (
        f"port {port}, which the mirror needs, is taken: `ss -ltnp sport = :{port}` tells by what"
    )
    assert not mirror.is_taken(port)
