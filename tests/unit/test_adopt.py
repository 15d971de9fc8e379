"""What adopt-check finds, and what it leaves alone: each fault of the faulty sample, and its near misses."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from ci.adopt.checks import CHECKS, Checked, run
from ci.adopt.look import offered
from ci.adopt.picture import Picture
from ci.adopt.report import answer
from ci.catalogue import load
from ci.errors import Failed
from ci.inputs.ignore import Ignore
from ci.module import UNSEEN, OisCfa
from tests.support.repository import ROOT

SAMPLE: Final = ROOT / "tests/adopt_sample"
TOLD: Final = ROOT / "tests/adopt_sample.txt"  # what the call prints there
COMPOSE: Final = """\
name: shop
services:
  web:
    image: ${WEB_IMAGE:-${CI_REGISTRY_IMAGE}/web:dev}
    ports: ["50001:8080"]
"""
CATALOGUE: Final = """\
[kinds.any]
group = "all"
dockerfile = "{name}/Dockerfile"
port = 8080
memory = "1GB"
seconds = 1
health = "/health"

[services.web]
kind = "any"
published = 50001

[hosts.cfa2]
address = "192.0.2.10"
user = "user"
directory = "/srv/cfa"
compose = "deploy"
"""
GOOD: Final = {
    "services.toml": CATALOGUE,
    "web/Dockerfile": "FROM node:20-bookworm-slim\nCOPY web/index.js ./\nUSER 1000\n",
    "web/index.js": "",
    "deploy/docker-compose.yml": COMPOSE,
    "deploy/.env.dev": "CI_REGISTRY_IMAGE=registry.example.com/shop\n",
    "deploy/known_hosts": "",
}


def seen(root: Path) -> Picture:
    return Picture.read(root, unseen=Ignore(text="\n".join(UNSEEN)), offered=frozenset(offered(OisCfa)), args={})


def repository(root: Path, files: Mapping[str, str]) -> Picture:
    """A repository without a fault, but for these files."""
    for name, text in {**GOOD, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return seen(root)


def found(picture: Picture) -> list[str]:
    return [f"{one.check.name} {each.place}: {each.what}" for one in run(picture) for each in one.findings]


def without_catalogue(root: Path) -> Picture:
    shutil.copytree(SAMPLE, root, dirs_exist_ok=True)
    (root / "services.toml").unlink()
    return seen(root)


def test_the_faulty_sample_is_told_line_by_line() -> None:
    picture = seen(SAMPLE)
    with pytest.raises(Failed) as told:
        answer(picture, run(picture), as_json=False)
    assert f"{told.value}\n" == TOLD.read_text(encoding="utf-8")


def test_every_check_has_a_fault_in_the_sample(tmp_path: Path) -> None:
    def caught(checked: tuple[Checked, ...]) -> set[str]:
        return {one.check.name for one in checked if one.findings}

    assert caught(run(seen(SAMPLE))) | caught(run(without_catalogue(tmp_path))) == {check.name for check in CHECKS}


def test_this_repository_passes_every_check() -> None:
    assert found(seen(ROOT)) == []


def test_a_good_repository_passes_every_check(tmp_path: Path) -> None:
    assert found(repository(tmp_path, {})) == []


NODE: Final = "FROM node:20-bookworm-slim\nCOPY web ./\n"
NEXT: Final = f"{NODE}ARG NEXT_PUBLIC_A=1\nENV NEXT_PUBLIC_B=2\nRUN next build\nUSER 1000\n"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"web/Dockerfile": f"{NODE}RUN apt-get install -y curl\nUSER 1000\n"}, id="a package named curl"),
        pytest.param(
            {
                "web/Dockerfile": f"{NODE}RUN apt-get install -y curl\nUSER 1\nHEALTHCHECK CMD curl -f http://localhost\n"
            },
            id="a probe that is installed",
        ),
        pytest.param(
            {"web/Dockerfile": f"{NODE}ADD --checksum=sha256:0 https://a.test/b /\nUSER 1\n"}, id="a pinned download"
        ),
        pytest.param(
            {"web/Dockerfile": f"{NODE}RUN npm ci\nUSER 1\n", "web/package-lock.json": "{}"}, id="a lock that is copied"
        ),
        pytest.param({"web/Dockerfile": f"{NODE}RUN npm install -g pnpm@9\nUSER 1\n"}, id="a program by npm"),
        pytest.param({"web/Dockerfile": f"{NODE}RUN npm run ci\nUSER 1\n"}, id="a script named ci"),
        pytest.param(
            {"web/Dockerfile": "FROM node:20-slim AS base\nUSER 1\nFROM base\nCOPY web ./\n"}, id="the user of the base"
        ),
        pytest.param(
            {"web/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled\nCOPY web ./\n"},
            id="a base without root",
        ),
        pytest.param(
            {"web/Dockerfile": "ARG V=20\nFROM node:${V}-slim\nCOPY web ./\nUSER 1\n"}, id="a version by argument"
        ),
        pytest.param(
            {"web/Dockerfile": NEXT, "web/a.ts": "process.env.NEXT_PUBLIC_A; process.env['NEXT_PUBLIC_B']"},
            id="public values",
        ),
        pytest.param(
            {"web/Dockerfile": NEXT, "web/.env.production": "NEXT_PUBLIC_C=3", "web/a.ts": "process.env.NEXT_PUBLIC_C"},
            id="a public value of a file",
        ),
        pytest.param({"web/Dockerfile": NEXT, "web/a.test.ts": "process.env.NEXT_PUBLIC_Z"}, id="a test"),
        pytest.param({"web/Dockerfile": f"{NODE}ARG NEXT_PUBLIC_TOKEN\nUSER 1\n"}, id="a public token"),
        pytest.param({"web/Dockerfile": f"{NODE}EXPOSE 8080/tcp 9090\nUSER 1\n"}, id="one port more"),
        pytest.param(
            {"web/Dockerfile": f"{NODE}ENV ASPNETCORE_URLS=http://+:8080\nUSER 1\n"}, id="the port of the catalogue"
        ),
        pytest.param({".env": "OIS_CFA_REGISTRY=${CI_REGISTRY_IMAGE:-}\nA=b\nOIS_CFA_BY=${A}\n"}, id="a .env of ours"),
        pytest.param(
            {"deploy/docker-compose.yml": COMPOSE.replace('"50001:8080"', '"127.0.0.1:50001:8080"')}, id="a local port"
        ),
        pytest.param(
            {"deploy/docker-compose.yml": COMPOSE.replace('"50001:8080"', "{ published: 50001, target: 8080 }")},
            id="a port in the long form",
        ),
        pytest.param(
            {"deploy/docker-compose.yml": f"{COMPOSE}    env_file: .env\n    volumes: [data:/data]\n"}, id="a volume"
        ),
    ],
)
def test_what_is_right_is_left_alone(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert found(repository(tmp_path, files)) == []


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        pytest.param(
            {"services.toml": CATALOGUE.replace("8080", '"8080"')},
            'catalogue services.toml:4: port is "8080", must be a whole number from 1 to 65535',
            id="a fault of services.toml",
        ),
        pytest.param(
            {
                "web/Dockerfile": f"{NODE}RUN next build\nARG NEXT_PUBLIC_A=1\nUSER 1\n",
                "web/a.ts": "process.env.NEXT_PUBLIC_A",
            },
            "public web/a.ts:1: NEXT_PUBLIC_A is read, but web/Dockerfile gives it no value before its last RUN: "
            "it would be empty",
            id="an argument below the build",
        ),
        pytest.param(
            {"web/Dockerfile": f"{NODE}USER 1\nCOPYY a b\n"},
            "copies web/Dockerfile:4: unknown instruction: COPYY",
            id="a Dockerfile with a fault",
        ),
        pytest.param(
            {"web/Dockerfile": f"{NODE}USER 1\n", ".dockerignore": "a[\n"},
            'copies .dockerignore:1: "a[" is no pattern',
            id="an ignore file with a fault",
        ),
        pytest.param(
            {"web/Dockerfile": f"{NODE}RUN --mount=type=ssh npm ls\nUSER 1\n"},
            "secrets web/Dockerfile:3: RUN --mount=type=ssh: no build here is given that",
            id="a key for a build",
        ),
        pytest.param(
            {".env": "SSH=yes\n"}, "env .env:1: Dagger takes SSH for an argument of this module", id="a constructor's"
        ),
        pytest.param(
            {"deploy/docker-compose.yml": "name: a\nservices: {a: [}\n"},
            "compose deploy/docker-compose.yml:1: it is no YAML: while parsing a flow node",
            id="no YAML",
        ),
        pytest.param(
            {"deploy/docker-compose.yml": COMPOSE.replace('"50001:8080"', '"10.0.0.1:50001:8080"')},
            "ports deploy/docker-compose.yml:5: web publishes 10.0.0.1:50001:8080, services.toml:9 says 50001:8080: "
            "a deploy asks 127.0.0.1:50001",
            id="a port that the host itself does not reach",
        ),
    ],
)
def test_what_else_is_found(tmp_path: Path, files: Mapping[str, str], sentence: str) -> None:
    told = found(repository(tmp_path, files))
    assert [one for one in told if one.startswith(sentence)], told


def test_a_repository_without_a_catalogue_is_given_one_that_is_sound(tmp_path: Path) -> None:
    drafted = load(without_catalogue(tmp_path).draft)
    assert {(one.name, one.kind, one.dockerfile, one.port, one.published) for one in drafted.services} == {
        ("admin", "other", "apps/admin/Dockerfile", 3000, 53002),
        ("shop", "nextjs", "apps/shop/Dockerfile", 3000, 53001),
        ("ledger", "dotnet", "services/ledger/Dockerfile", 8080, 55001),
        ("orders", "dotnet", "services/orders/Dockerfile", 8080, 55002),
    }


def test_a_draft_names_the_context_in_which_the_sources_are(tmp_path: Path) -> None:
    files = {"src/web/Dockerfile": "FROM a:1\nCOPY web/b lib/c ./\n", "src/web/b": "", "src/lib/c": ""}
    (service,) = load(
        repository(tmp_path, {**dict.fromkeys(GOOD, ""), **files, "web/Dockerfile": "FROM a:1"}).draft
    ).services[:1]
    assert service.context == "src"


def test_nothing_is_drafted_for_a_repository_without_dockerfiles(tmp_path: Path) -> None:
    picture = seen(tmp_path)
    assert found(picture) == ["catalogue services.toml:1: there is none, and no Dockerfile to build"]
    assert picture.draft == ""


def test_json_says_file_line_and_mend_and_leaves_the_verdict_to_its_reader() -> None:
    picture = seen(SAMPLE)
    told = json.loads(answer(picture, run(picture), as_json=True))
    (variables,) = (one for one in told["checks"] if one["check"] == "variables")
    assert variables == {
        "check": "variables",
        "passed": False,
        "passes_when": "each variable of the compose file is named in .env.dev",
        "findings": [
            {
                "level": "fault",
                "file": "deploy/docker-compose.yml",
                "line": 13,
                "what": "DB_PASSWORD has no default, and .env.dev does not name it",
                "mend": "add it to .env.dev, empty when it is the host's own secret",
            }
        ],
    }


def test_the_names_that_dagger_takes_from_env_are_those_of_the_module() -> None:
    assert {"registry", "registryuser", "deploy_tag", "plan_deploy_host", "plandeploy_host", "promote_from"} <= set(
        offered(OisCfa)
    )
