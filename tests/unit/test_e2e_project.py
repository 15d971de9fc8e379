"""The project that end-to-end starts: what stops it, and what it leaves out."""

from pathlib import Path

import pytest

from ci.catalogue import load
from ci.compose.lines import ComposeLines
from ci.compose.project import ComposeProject
from ci.e2e.project import faults, left_out
from tests.support.adoption import CATALOGUE as ONE_SERVICE
from tests.support.compose import ask

CATALOGUE = load(ONE_SERVICE)
HOST = CATALOGUE.host("cfa2")
IMAGES = {"web": "reg/web@sha256:1"}
COMPOSE = """\
name: shop
services:
  web:
    image: ${WEB_IMAGE:-reg/web:dev}
    ports: ["5001:8080"]
    restart: unless-stopped
"""


def project(folder: Path, text: str, variables: str = "WEB_IMAGE=reg/web@sha256:1\n") -> ComposeProject:
    return ask(text, folder, variables).or_refuse(lines(text))


def lines(text: str) -> ComposeLines:
    return ComposeLines("deploy/docker-compose.yml", text)


@pytest.mark.parametrize(
    ("added", "sentences"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(
            "  store:\n    build: .\n",
            [
                "deploy/docker-compose.yml:7: store has no image: what a host builds cannot be tested before it",
            ],
            id="built on the host",
        ),
        pytest.param(
            "    configs: [realm]\nconfigs:\n  realm:\n    file: realm.json\n",
            ["deploy/docker-compose.yml:9: it takes realm.json from its folder: add it to files of [hosts.cfa2]"],
            id="a file that git does not put there",
        ),
        pytest.param(
            "    configs: [realm]\nconfigs:\n  realm:\n    external: true\n",
            ["deploy/docker-compose.yml:9: web takes the config realm, which is no file: write configs with file"],
            id="a config that is no file",
        ),
    ],
)
def test_what_cannot_be_started_is_named_with_its_line(tmp_path: Path, added: str, sentences: list[str]) -> None:
    text = f"{COMPOSE}{added}"
    assert list(faults(project(tmp_path, text), lines(text), HOST, CATALOGUE, IMAGES)) == sentences


def test_a_service_of_the_catalogue_that_nobody_runs_is_named(tmp_path: Path) -> None:
    read = project(tmp_path, COMPOSE, "OTHER=1\n")
    assert list(faults(read, lines(COMPOSE), HOST, CATALOGUE, IMAGES)) == [
        "deploy/docker-compose.yml:2: no service runs web: it needs image: ${WEB_IMAGE:-${CI_REGISTRY_IMAGE}/web:dev}"
    ]


def test_what_tests_do_without_is_named_with_its_line(tmp_path: Path) -> None:
    text = f'{COMPOSE}    privileged: true\n    volumes: ["./data:/data", "more:/more"]\nvolumes:\n  more:\n'
    assert list(left_out(project(tmp_path, text), lines(text), frozenset())) == [
        "deploy/docker-compose.yml:7: end-to-end leaves out privileged of web",
        "deploy/docker-compose.yml:8: end-to-end leaves out data, which git does not have",
    ]


def test_a_secret_that_is_no_file_is_left_out_by_name(tmp_path: Path) -> None:
    text = f"{COMPOSE}    secrets: [key]\nsecrets:\n  key:\n    environment: KEY\n"
    read = project(tmp_path, text)
    assert list(faults(read, lines(text), HOST, CATALOGUE, IMAGES)) == []
    assert list(left_out(read, lines(text), frozenset())) == [
        "deploy/docker-compose.yml:7: end-to-end leaves out the secret key, which git does not have"
    ]
