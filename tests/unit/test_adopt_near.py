"""What adopt-check leaves alone, and what else it finds, in a repository that is good but for one thing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ci.adopt.checks import CHECKS, run
from ci.adopt.finding import Level
from tests.support.adoption import CATALOGUE, COMPOSE, found, repository, seen

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
        pytest.param({"web/Dockerfile": f"{NODE}RUN --mount=type=secret,id=a true\nUSER 1\n"}, id="an optional secret"),
        pytest.param(
            {
                "web/Dockerfile": "FROM node:20-slim AS build\nCOPY web /src/web\nRUN npm run a\nFROM node:20-slim\n"
                "COPY --from=build /src/web/dist /src/web/generated/api ./\nUSER 1\n",
                "web/dist/a.js": "",
                "web/generated/api/a.js": "",
                "web/.gitignore": "/generated\n",
                ".dockerignore": "**/dist\nweb/generated\n",
            },
            id="what a build left on a laptop",
        ),
        pytest.param(
            {"deploy/docker-compose.yml": f"{COMPOSE}    labels: {{ built: 2024-01-01 }}\nx-since: 2024-01-01\n"},
            id="a date",
        ),
        pytest.param(
            {
                "services.toml": CATALOGUE.replace('compose = "deploy"', 'compose = "."'),
                "docker-compose.yml": COMPOSE,
                ".env.dev": "CI_REGISTRY_IMAGE=registry.example.com/shop\n",
                "known_hosts": "",
            },
            id="a host at the root",
        ),
        pytest.param(
            {
                "services.toml": CATALOGUE.replace('health = "/health"\n', ""),
                "deploy/docker-compose.yml": COMPOSE.partition("    ports")[0]
                + "    healthcheck: { test: [CMD, 'true'] }\n",
            },
            id="a worker",
        ),
        pytest.param({"web/Dockerfile": f"{NODE}USER $APP_UID\n"}, id="a user that the base image names"),
        pytest.param(
            {"web/Dockerfile": f"{NODE}RUN npm ci\nUSER 1\n", "web/package-lock.json": "{}"}, id="a lock that is copied"
        ),
        pytest.param(
            {
                "web/Dockerfile": f"{NODE}RUN [ -f yarn.lock ] && yarn --frozen-lockfile || npm ci\nUSER 1\n",
                "web/package-lock.json": "{}",
            },
            id="a package manager by the lock that is there",
        ),
        pytest.param(
            {
                "web/Dockerfile": "FROM node:20-slim AS build\nCOPY web ./\nRUN next build\nFROM node:20-slim\n"
                "COPY --from=build .next/standalone ./\nCOPY --from=build /public ./public\nENV HOSTNAME=0.0.0.0\n"
                "USER 1\nHEALTHCHECK CMD node -e 'fetch(\"http://localhost\")'\n",
                "web/next.config.js": "module.exports = { output: 'standalone' }",
                "web/public/icon.svg": "",
            },
            id="a Next.js server",
        ),
        pytest.param(
            {"web/Dockerfile": f"{NODE}COPY web a/\nRUN next build\nCOPY web b/\nCOPY web c/\nUSER 1\n"},
            id="two copies in a row",
        ),
        pytest.param(
            {
                "web/Dockerfile": "FROM scratch AS code\nCOPY web a/\nCOPY web b/\nCOPY web c/\n"
                "FROM node:20-slim\nCOPY --from=code / ./\nUSER 1\n"
            },
            id="copies that are gathered",
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
        pytest.param(
            {"web/Dockerfile": "FROM node:20-slim\nCOPY . .\nUSER 1\n", ".env": "OIS_CFA_BY=${CI_JOB_URL:-}\n"},
            id="a .env of ours that is copied",
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
            {"deploy/docker-compose.yml": f"{COMPOSE}    env_file: .env\n    volumes: [a:/a]\nvolumes: {{ a: }}\n"},
            id="a volume",
        ),
    ],
)
def test_what_is_right_is_left_alone(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert found(repository(tmp_path, files)) == []


@pytest.mark.parametrize(
    "name",
    ["FEED_ACCESSTOKEN", "GITHUB_PAT", "NPM_AUTH", "NUGET_PASS", "DB_PWD", "NuGetPassword", "NPM_TOKEN", "API_KEY"],
)
def test_the_name_of_a_secret_is_known(tmp_path: Path, name: str) -> None:
    picture = repository(tmp_path, {"web/Dockerfile": f"{NODE}ARG {name}\nUSER 1\n"})
    assert found(picture) == [f"secrets web/Dockerfile:3: ARG {name} stays in the image's history"]


@pytest.mark.parametrize("name", ["COMPASS", "PATH_BASE", "AUTHORITY", "PASSENGER", "KEYBOARD", "TOKENIZER", "PATCH"])
def test_another_name_is_no_secret(tmp_path: Path, name: str) -> None:
    assert found(repository(tmp_path, {"web/Dockerfile": f"{NODE}ARG {name}=1\nUSER 1\n"})) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("RUN --mount=type=bind,source=web,target=/m,rw true", "bind mount that is written to"),
        ("RUN --mount=source=web,target=/m,readonly=false true", "bind mount that is written to"),
        ("RUN --device=vendor.test/gpu true", "RUN --device"),
        ("COPY --chmod=u+x web /x", "--chmod=u+x"),
        ("EXPOSE 80/sctp", "EXPOSE 80/sctp"),
    ],
)
def test_what_the_engine_refuses_is_found(tmp_path: Path, line: str, what: str) -> None:
    picture = repository(tmp_path, {"web/Dockerfile": f"{NODE}USER 1\n{line}\n"})
    assert f"engine web/Dockerfile:4: the engine takes no {what}" in found(picture)


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
            {"web/Dockerfile": f"{NODE}COPY web a/\nWORKDIR /b\nCOPY web ./\nRUN next build\nUSER 1\n"},
            "gathered web/Dockerfile:2: 3 times in a row something is copied into node:20-bookworm-slim",
            id="copies with something else between them",
        ),
        pytest.param(
            {"web/Dockerfile": f"{NODE}RUN --mount=type=ssh npm ls\nUSER 1\n"},
            "secrets web/Dockerfile:3: RUN --mount=type=ssh: no build here is given a key",
            id="a key for a build",
        ),
        pytest.param(
            {".env": "SSH=yes\n"}, "env .env:1: Dagger takes SSH for an argument of this module", id="a constructor's"
        ),
        pytest.param(
            {"deploy/docker-compose.yml": "name: a\nservices: {a: [}\n"},
            "compose deploy/docker-compose.yml:1: Compose refuses it: yaml: line 1: did not find expected node content",
            id="no YAML",
        ),
        pytest.param(
            {"deploy/docker-compose.yml": COMPOSE.replace("50001", "70000")},
            "compose deploy/docker-compose.yml:1: Compose refuses it: ",
            id="a port that is none",
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


def test_a_good_repository_passes_every_check(tmp_path: Path) -> None:
    assert found(repository(tmp_path, {})) == []


def test_links_that_lead_nowhere_are_passed_over(tmp_path: Path) -> None:
    for name in ("compose.yaml", ".env.local", "Dockerfile.old", "README.md", "package.json"):
        (tmp_path / name).symlink_to("nowhere")
    assert found(repository(tmp_path, {})) == []


def test_one_file_that_cannot_be_read_is_one_fault(tmp_path: Path) -> None:
    repository(tmp_path, {})
    (tmp_path / "web/Dockerfile").write_bytes(f"{NODE}USER 1\n".encode("utf-16"))
    assert found(seen(tmp_path)) == ["copies web/Dockerfile:1: the file is UTF-16"]


def test_without_a_host_nothing_is_a_fault_that_only_a_deploy_minds(tmp_path: Path) -> None:
    compose = "services: { web: { build: ./web } }\n"
    picture = repository(
        tmp_path, {"services.toml": CATALOGUE.partition("[hosts")[0], "deploy/docker-compose.yml": compose}
    )
    levels = {one.check.name: one.count(Level.FAULT) for one in run(picture) if one.findings}
    assert levels == {"catalogue": 0, "compose": 0, "images": 0, "ports": 0}


KEYS: Final = ("image", "build", "ports", "environment", "env_file", "healthcheck", "volumes", "extends", "platform")
WORDS: Final = st.sampled_from((*KEYS, "test", "file", "path", "source", "published", "target", "80:80", "${A}"))
SHAPES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=15)
@given(st.dictionaries(st.sampled_from(KEYS), SHAPES), SHAPES)
def test_a_compose_file_of_any_shape_is_looked_at_to_the_end(
    tmp_path_factory: pytest.TempPathFactory, service: object, configs: object
) -> None:
    text = yaml.safe_dump({"name": "a", "services": {"web": service, "other": configs}, "configs": configs})
    picture = repository(tmp_path_factory.getbasetemp() / "any", {"deploy/docker-compose.yml": text})
    assert [each.check for each in run(picture)] == list(CHECKS)
