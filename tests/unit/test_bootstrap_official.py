"""The CLI of the official engine is the published one, or none."""

import platform
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from bootstrap import official, settings
from bootstrap.command import output
from bootstrap.errors import BootstrapError
from bootstrap.machine import architecture
from bootstrap.settings import Settings, pinned_version
from tests.support.web_server import RELEASES, Answer, Answers, files, release, serving

VERSION = pinned_version()

CPU = architecture()
ARCHIVE = f"dagger_{VERSION}_linux_{CPU}.tar.gz"
PROGRAM = b"#!/bin/sh\necho the published one\n"
PUBLISHED = release(PROGRAM, CPU)
CHECKSUMS, PACKED = f"{RELEASES}/checksums.txt", f"{RELEASES}/{ARCHIVE}"


def asked(cache: Path, source: str) -> Settings:
    return settings.read({"DAGGERW_CACHE": str(cache), "DAGGERW_CLI_SOURCE": source})


def refusal(cache: Path, answers: Answers) -> str:
    """The sentence of a download that is refused, about `SOURCE`; nothing of it may be left."""
    with serving(answers) as server, pytest.raises(BootstrapError) as refused:
        official.cli(asked(cache, server.url))
    assert not any(file.is_file() for file in cache.rglob("*"))
    return str(refused.value).replace(server.url, "SOURCE")


def test_the_cli_is_downloaded_once_and_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(files(PUBLISHED)) as server:
        program = official.cli(asked(tmp_path, server.url))
        assert official.cli(asked(tmp_path, server.url)) == program
    assert [each.path for each in server.asked] == [CHECKSUMS, PACKED]
    assert output(str(program)) == "the published one"
    assert list(program.parent.iterdir()) == [program]
    assert capsys.readouterr() == ("", f"daggerw: downloading dagger {VERSION} from {server.url}, once\n")


def test_two_runs_at_once_both_get_it(tmp_path: Path) -> None:
    meeting = Barrier(2)

    def answer(request: object) -> Answer:
        found = files(PUBLISHED)(request)  # type: ignore[arg-type]
        meeting.wait(10)  # neither gets on before the other has asked the same
        return found  # type: ignore[return-value]

    with serving(answer) as server, ThreadPoolExecutor(2) as pool:
        programs = list(pool.map(lambda _: official.cli(asked(tmp_path, server.url)), range(2)))
    assert len(server.asked) == 4
    assert [program.read_bytes() for program in programs] == [PROGRAM, PROGRAM]


def test_a_mac_gets_the_program_of_its_own_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    with serving(files(release(PROGRAM, "arm64", system="darwin"))) as server:
        assert official.cli(asked(tmp_path, server.url)).read_bytes() == PROGRAM


def replaced(**content: bytes) -> Mapping[str, bytes]:
    return {**PUBLISHED, **{{"checksums": CHECKSUMS, "packed": PACKED}[name]: data for name, data in content.items()}}


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        pytest.param(
            files(replaced(packed=release(b"another", CPU)[PACKED])),
            f"SOURCE{PACKED} does not have its published checksum: it was not installed",
            id="another archive",
        ),
        pytest.param(
            files(replaced(checksums=b"")),
            f"checksums.txt does not name {ARCHIVE}: this version was not published for this machine",
            id="not published",
        ),
        pytest.param(
            files(release(PROGRAM, CPU, "dagger.exe")),
            f"{ARCHIVE} holds no dagger: it was not installed",
            id="an archive of something else",
        ),
        pytest.param(
            files({}), f"SOURCE{CHECKSUMS} cannot be downloaded: HTTP Error 404: Not Found", id="another version"
        ),
        pytest.param(
            lambda request: Answer(200, b"abc", length=10) if request.path == PACKED else files(PUBLISHED)(request),
            f"SOURCE{PACKED} cannot be downloaded: IncompleteRead(3 bytes read, 7 more expected)",
            id="cut short",
        ),
    ],
)
def test_a_download_is_refused_and_leaves_nothing(tmp_path: Path, answers: Answers, sentence: str) -> None:
    assert refusal(tmp_path, answers) == sentence


@pytest.mark.parametrize("source", ["http://127.0.0.1:1", "nowhere", "nowhere://x"])
def test_a_source_that_is_not_there_is_told(tmp_path: Path, source: str) -> None:
    with pytest.raises(BootstrapError, match=f"^{source}{CHECKSUMS} cannot be downloaded: "):
        official.cli(asked(tmp_path, source))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("aa  x.tar.gz\nbb  y.tar.gz\n", "bb"),
        ("\n\nbb  y.tar.gz", "bb"),
        ("bb y.tar.gz\r\n", "bb"),
    ],
)
def test_the_checksum_of_an_archive_is_found(line: str, found: str) -> None:
    assert official.published_checksum(line, "y.tar.gz") == found
