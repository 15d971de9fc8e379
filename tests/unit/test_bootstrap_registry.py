"""Whether the official engine can be pulled: asked of its registry as a pull begins, decided in seconds."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap import docker, official, settings, web
from bootstrap.choice import Verdict
from bootstrap.settings import Kind, Settings, pinned_version
from tests.support.web_server import Answer, Answers, Asked, Silence, WebServer, serving

VERSION = pinned_version()

MANIFEST = f"/v2/engine/manifests/{VERSION}"
SCOPE = "scope=repository%3Aengine%3Apull"
GOOD = Answer(200)


def asked_of(server: WebServer, cache: Path = Path("/nowhere")) -> Settings:
    return settings.read({"DAGGERW_CACHE": str(cache), "DAGGERW_ENGINE_IMAGE": f"{server.address}/engine"})


def with_token(given: str) -> Callable[[Asked], Answer]:
    """A registry that answers to a token alone, which its token server gives to anyone."""

    def answer(request: Asked) -> Answer:
        if request.path.startswith("/token?"):
            return Answer(200, given.encode())
        if request.authorization == "Bearer t0ken":
            return GOOD
        host = "127.0.0.1:PORT"
        challenge = f'Bearer realm="http://{host}/token",service="r.test",scope="repository:engine:pull"'
        return Answer(401, headers={"WWW-Authenticate": challenge})

    return answer


def verdict(answers: Answers) -> tuple[Verdict, WebServer]:
    """What is said of HOST, and how it was asked."""

    def answer(request: Asked) -> Answer | Silence:
        found = answers(request)
        if isinstance(found, Silence):
            return found
        host = {name: value.replace("127.0.0.1:PORT", server.address) for name, value in found.headers.items()}
        return Answer(found.status, found.body, host)

    with serving(answer) as server:
        found = official.ask(asked_of(server))
    return replace(found, why=found.why.replace(server.address, "HOST")), server


def test_a_registry_that_has_it_is_asked_once() -> None:
    found, server = verdict(lambda _: GOOD)
    assert found == Verdict(works=True, why=f"HOST has engine {VERSION}")
    assert server.asked == [Asked("HEAD", MANIFEST, "")]


@pytest.mark.parametrize("given", ['{"token": "t0ken"}', '{"access_token": "t0ken"}'])
def test_a_token_is_asked_for_as_the_challenge_says(given: str) -> None:
    found, server = verdict(with_token(given))
    assert found == Verdict(works=True, why=f"HOST has engine {VERSION}")
    assert server.asked == [
        Asked("HEAD", MANIFEST, ""),
        Asked("GET", f"/token?service=r.test&{SCOPE}", ""),
        Asked("HEAD", MANIFEST, "Bearer t0ken"),
    ]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        pytest.param(lambda _: Answer(404), f"HOST answers 404 for engine {VERSION}", id="it has not this version"),
        pytest.param(lambda _: Answer(503), f"HOST answers 503 for engine {VERSION}", id="it is ill"),
        pytest.param(lambda _: Answer(401), f"HOST answers 401 for engine {VERSION}", id="it offers no token"),
        pytest.param(with_token('{"token": "other"}'), f"HOST answers 401 for engine {VERSION}", id="a useless token"),
        pytest.param(with_token("{}"), "HOST does not answer", id="no token"),
        pytest.param(with_token("<html>"), "HOST does not answer", id="a login page"),
        pytest.param(lambda _: Silence(), "HOST does not answer", id="silence"),
    ],
)
def test_a_registry_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answers: Answers, why: str
) -> None:
    monkeypatch.setattr(official, "ASK_SECONDS", 0.5)
    assert verdict(answers)[0] == Verdict(works=False, why=why)
    assert capsys.readouterr() == ("", "")


def test_a_host_that_is_not_there_does_not_answer() -> None:
    nowhere = settings.read({"DAGGERW_ENGINE_IMAGE": "127.0.0.1:1/engine"})
    assert official.ask(nowhere) == Verdict(works=False, why="127.0.0.1:1 does not answer")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "answers", lambda: True)
    monkeypatch.setattr(official, "privileged", lambda: True)


@pytest.mark.usefixtures("machine")
def test_what_the_registry_said_is_believed_for_some_minutes_and_not_when_forced(tmp_path: Path) -> None:
    with serving(lambda _: GOOD) as server:
        asked = asked_of(server, tmp_path)
        first = official.verdict(asked)
        assert official.verdict(asked) == replace(first, why=f"{first.why}, asked 0 min ago")
        assert len(server.asked) == 1
        kept = json.loads((tmp_path / "official.json").read_text())
        (tmp_path / "official.json").write_text(json.dumps({**kept, "at": kept["at"] - 5 * 60}))
        assert official.verdict(asked) == first
        assert len(server.asked) == 2
        official.verdict(replace(asked, version="v0.21.9"))
        official.verdict(replace(asked, forced=Kind.OFFICIAL))
        assert len(server.asked) == 4


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("kept", ["", '{"asked": "', "[]", "{}", '{"at": "now"}', '{"at": 0, "asked": ""}'])
def test_a_memory_that_was_cut_short_is_not_believed(tmp_path: Path, kept: str) -> None:
    (tmp_path / "official.json").write_text(kept)
    with serving(lambda _: GOOD) as server:
        assert official.verdict(asked_of(server, tmp_path)).works
    assert json.loads((tmp_path / "official.json").read_text())["works"]


@pytest.mark.usefixtures("machine")
def test_a_cache_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with serving(lambda _: GOOD) as server:
        assert official.verdict(asked_of(server, tmp_path / "file" / "cache")).works


@pytest.mark.parametrize(
    ("answers", "privileged", "why"),
    [
        (False, True, "no Docker for the official engine"),
        (True, False, "Docker may not run the official engine privileged here"),
    ],
)
def test_a_docker_that_cannot_run_it_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, why: str, *, answers: bool, privileged: bool
) -> None:
    monkeypatch.setattr(docker, "answers", lambda: answers)
    monkeypatch.setattr(official, "privileged", lambda: privileged)
    assert official.verdict(settings.read({})) == Verdict(works=False, why=why)


@pytest.mark.parametrize(
    ("challenge", "url"),
    [
        (
            'Bearer realm="https://a.test/jwt/auth",service="r",scope="repository:engine:pull"',
            f"https://a.test/jwt/auth?service=r&{SCOPE}",
        ),
        ('Basic realm="https://a.test"', ""),
        ('Bearer service="r"', ""),
        ("", ""),
    ],
)
def test_a_challenge_says_where_the_token_is(challenge: str, url: str) -> None:
    assert web.token_url(challenge) == url


@pytest.mark.parametrize(
    ("host", "scheme"), [("r.test", "https"), ("r.test:80", "https"), ("127.0.0.1:5055", "http"), ("localhost", "http")]
)
def test_only_a_registry_of_this_machine_may_speak_plain_http(host: str, scheme: str) -> None:
    assert web.scheme(host) == scheme
