"""What facts.sh asks of Compose, and what comes of the answer: the real script, the real Compose, no daemon."""

import re
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve, frozen

from ci.compose.variables import env_file, image_markers, image_variable
from ci.host import script
from ci.host.facts import Facts
from ci.host.read_facts import parse
from ci.host.refusals import drift
from ci.host.stack import GitFiles, Stack
from tests.support.compose import program
from tests.support.host.cases import CATALOGUE

DOCKER: Final = '#!/bin/sh\n[ "$1" = compose ] || exit 1\nshift\nexec {program} "$@"\n'
COMPOSE: Final = """\
name: shop
services:
  gate:
    image: ${GATE_IMAGE:-${CI_REGISTRY_IMAGE}/gate:dev}
    environment: { IMAGE_REF: "${GATE_IMAGE:-${CI_REGISTRY_IMAGE}/gate:dev}", PASSWORD: "${PASSWORD:?set it}" }
    ports: ["${GATE_PORT}:8080"]
    env_file: .env
    volumes: ["./gate.conf:/gate.conf:ro"]
  shop:
    image: ${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}
    environment: ["IMAGE_REF=${SHOP_IMAGE:-none}", LOG, "LEVEL=$LOG"]
    ports: ["1002:8080"]
"""
VARIABLES: Final = "CI_REGISTRY_IMAGE=r.test/p # where\nGATE_PORT='1001'\nPASSWORD=\nLOG=info\n"
OWN: Final = """\
CI_REGISTRY_IMAGE="r.test/p"
export GATE_PORT=1001
PASSWORD='hidden $word'
LOG = info
"""
IMAGES: Final = {"gate": "r.test/p/gate@sha256:1", "shop": "r.test/p/shop@sha256:2"}


@frozen
class Folder:
    """The folder of a host on this machine, and a PATH on which docker is Compose alone."""

    path: Path
    programs: Path

    def write(self, name: str, text: str) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def output(self, git: GitFiles, images: dict[str, str]) -> str:
        markers = image_markers(service.name for service in CATALOGUE.services)
        coming = {image_variable(service): image for service, image in images.items()}
        arguments = (str(self.path), "salt", git.compose, git.variables, env_file(markers), env_file(coming))
        done = subprocess.run(  # noqa: S603
            ("/bin/sh", "-c", script("common", "lock", "facts"), "sh", *arguments, *git.beside),
            env={"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.path), "LOG": "of the shell"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return done.stdout

    def facts(self, git: GitFiles, images: dict[str, str] | None = None) -> Facts:
        return parse(self.output(git, images or {}))


GIT: Final = GitFiles(compose=COMPOSE, variables=VARIABLES, beside={"gate.conf": "a\n"})


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """As `install` leaves it, with the host's own secret set."""
    docker = tmp_path / "programs/docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER.format(program=program()), encoding="utf-8")
    docker.chmod(0o755)
    host = Folder(tmp_path / "srv", docker.parent)
    host.write("docker-compose.yml", COMPOSE)
    host.write(".env", OWN)
    host.write("gate.conf", "a\n")
    return host


def test_what_is_written_otherwise_and_means_the_same_is_no_drift(folder: Folder) -> None:
    facts = folder.facts(GIT)
    assert list(drift("cfa2", GIT, facts)) == []
    assert facts.given_values == {"CI_REGISTRY_IMAGE": "r.test/p", "GATE_PORT": "1001", "PASSWORD": "", "LOG": "info"}


def test_no_value_that_only_the_host_has_is_told(folder: Folder) -> None:
    output = folder.output(GIT, IMAGES)
    assert "hidden" not in output
    facts = parse(output)
    assert facts.project
    assert facts.project.services["gate"].environment["PASSWORD"] == "1"  # what stands for it


def test_who_runs_what_is_composes_answer(folder: Folder) -> None:
    project = folder.facts(GIT).project
    assert project
    stack = Stack.of(project, CATALOGUE, COMPOSE)
    assert (stack.project, stack.faults) == ("shop", ())
    assert [(service.name, service.service, service.files) for service in stack.services] == [
        ("gate", "gate", ("gate.conf",)),
        ("shop", "shop", ()),
    ]


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        pytest.param("docker-compose.yml", f"{COMPOSE}# a comment\n", set(), id="the host's own compose file"),
        pytest.param(".env", OWN.replace("hidden", "rotated"), {"gate"}, id="a secret"),
        pytest.param(".env", OWN.replace("= info", "= debug"), {"gate", "shop"}, id="what an env_file has too"),
        pytest.param(".env", OWN.replace("export ", "# a note\n"), set(), id="the way it is written"),
    ],
)
def test_the_hash_of_a_service_moves_when_what_it_reads_does(
    folder: Folder, name: str, text: str, changed: set[str]
) -> None:
    before = folder.facts(GIT, IMAGES).new
    folder.write(name, text)
    after = folder.facts(GIT, IMAGES).new
    assert before.keys() == {"gate", "shop"}
    assert {service for service, digest in before.items() if digest != after[service]} == changed


GRANTS: Final = """\
    configs: [banner]
    secrets: [key]
configs: { banner: { content: "$BANNER" }, other: { content: "$OTHER" } }
secrets: { key: { environment: KEY } }
"""


@pytest.mark.parametrize(("key", "changed"), [("BANNER", {"shop"}), ("KEY", {"shop"}), ("OTHER", set())])
def test_the_hash_covers_the_configs_and_secrets_that_a_service_mounts(
    folder: Folder, key: str, changed: set[str]
) -> None:
    git = evolve(GIT, compose=f"{COMPOSE}{GRANTS}".replace("    env_file: .env\n", ""))
    own = f"{OWN}BANNER=1\nKEY=1\nOTHER=1\n"
    folder.write(".env", own)
    before = folder.facts(git, IMAGES).new
    folder.write(".env", own.replace(f"{key}=1", f"{key}=2"))
    after = folder.facts(git, IMAGES).new
    assert {service for service, digest in before.items() if digest != after[service]} == changed


def test_a_compose_change_of_git_moves_the_hash_of_its_service(folder: Folder) -> None:
    before = folder.facts(GIT, IMAGES).new
    after = folder.facts(evolve(GIT, compose=COMPOSE.replace("LOG,", "LOG, MORE=1,")), IMAGES).new
    assert {service for service, digest in before.items() if digest != after[service]} == {"shop"}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        pytest.param("compose.yaml", "name: x\n", "compose.yaml on cfa2 is not in git, and a person's", id="another"),
        pytest.param("docker-compose.override.yml", "", "docker-compose.override.yml on cfa2 is not", id="override"),
        pytest.param("gate.conf", "b\n", "gate.conf on cfa2 differs from git: ", id="a file beside"),
        pytest.param(".env", f"{OWN}COMPOSE_FILE=x\n", ".env on cfa2 sets COMPOSE_FILE: ", id="COMPOSE_FILE"),
        pytest.param(
            ".env",
            f"{OWN}TWO WORDS=x\n",
            "Compose on cfa2 cannot read .env, line 5, in or below LOG: ",
            id="no variable",
        ),
        pytest.param(".env", OWN.replace("1001", "1002"), ".env on cfa2 gives GATE_PORT another value", id="a value"),
        pytest.param(".env", OWN.replace("hidden $word", ""), "PASSWORD has no value in .env on cfa2", id="empty"),
        pytest.param(".env", OWN.replace("LOG", "LOGS"), ".env on cfa2 lacks LOG, which git gives: ", id="missing"),
    ],
)
def test_drift_is_named(folder: Folder, name: str, text: str, sentence: str) -> None:
    folder.write(name, text)
    sentences = list(drift("cfa2", GIT, folder.facts(GIT)))
    assert [line for line in sentences if line.startswith(sentence)], sentences


KEY_OF_LINES: Final = "-----BEGIN KEY-----\nMIIE+hidden/x==\nhiddenLine=\n-----END KEY-----"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("start$hidden-end", "what follows $ as a variable that is not set (.env, line 3, in or below PASSWORD): "),
        ('"${hidden}"', "what follows $ as a variable that is not set (.env, line 3, in or below PASSWORD): "),
        (KEY_OF_LINES, "cannot read .env, line 4, in or below PASSWORD: "),
        (f'"{KEY_OF_LINES}', "cannot read .env, line 3, in or below PASSWORD: "),
    ],
    ids=["a $", "braces", "several lines", "an open quote"],
)
def test_a_value_that_compose_would_cut_is_refused_by_its_key_and_no_part_of_it_is_told(
    folder: Folder, value: str, sentence: str
) -> None:
    folder.write(".env", OWN.replace("'hidden $word'", value))
    output = folder.output(GIT, IMAGES)
    assert [line for line in drift("cfa2", GIT, parse(output)) if sentence in line], output
    for text in output.split():
        assert "hidden" not in text
        assert (
            b"hidden" not in b64decode(text) if re.fullmatch("[A-Za-z0-9+/]+=*", text) and len(text) % 4 == 0 else True
        )


def test_a_value_of_several_lines_in_quotes_is_a_value_like_any_other(folder: Folder) -> None:
    folder.write(".env", OWN.replace("'hidden $word'", f"'{KEY_OF_LINES}'"))
    output = folder.output(GIT, IMAGES)
    assert list(drift("cfa2", GIT, parse(output))) == []
    assert "hidden" not in output


def test_what_compose_refuses_quotes_no_value_of_the_host(folder: Folder) -> None:
    git = evolve(GIT, compose=COMPOSE.replace("PASSWORD: ", "PASSWORD_: ").replace("LOG,", '"A=${PASSWORD}",'))
    ports = git.compose.replace('ports: ["1002:8080"]', 'ports: ["${PASSWORD}:8080"]')
    folder.write(".env", OWN.replace("'hidden $word'", "hidden-port"))
    facts = folder.facts(evolve(git, compose=ports), IMAGES)
    assert "$PASSWORD" in facts.refused
    assert "hidden" not in facts.refused


def test_a_variable_that_git_does_not_name_is_needed(folder: Folder) -> None:
    git = evolve(GIT, compose=f"{COMPOSE}    user: ${{NOBODY}}\n")
    folder.write("docker-compose.yml", git.compose)
    assert list(drift("cfa2", git, folder.facts(git))) == [
        "docker-compose.yml needs NOBODY and .env on cfa2 lacks it: set it there and name it in .env.dev"
    ]


def test_what_compose_refuses_is_its_sentence(folder: Folder) -> None:
    facts = folder.facts(evolve(GIT, compose="name: shop\nservices: { a: { image: a, ports: 1 } }\n"))
    assert facts.project is None
    assert "services.a.ports must be a list" in facts.refused


def test_an_env_file_that_only_the_host_has_is_no_concern_of_gits(folder: Folder) -> None:
    folder.write("secrets.env", "MORE=hidden\n")
    git = evolve(GIT, compose=COMPOSE.replace("env_file: .env", "env_file: [.env, secrets.env]"))
    facts = folder.facts(git, IMAGES)
    assert facts.project
    before = facts.new["gate"]
    folder.write("secrets.env", "MORE=rotated\n")
    assert folder.facts(git, IMAGES).new["gate"] != before
