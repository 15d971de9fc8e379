"""What adopt-check says: of a repository with every fault, of this one, and of one without a catalogue."""

import json
import shutil
from pathlib import Path
from typing import Final

import pytest

from ci.adopt.checks import CHECKS, Checked, run
from ci.adopt.env import RefusedLine
from ci.adopt.picture import Picture, offered
from ci.adopt.report import answer
from ci.catalogue import load
from ci.errors import Failed
from ci.module import OisCfa
from tests.support.adoption import found, repository, seen
from tests.support.repository import ROOT

SAMPLE: Final = ROOT / "tests/adopt_sample"
TOLD: Final = ROOT / "tests/adopt_sample.txt"  # what the call prints there


# What the engine says of its .env; tests/engine/test_adopt.py asks it.
ENV: Final = {4: RefusedLine("${DB_HOST} has no default: where it is not set, every call fails", is_unset=True)}


def without_catalogue(root: Path) -> Picture:
    shutil.copytree(SAMPLE, root, dirs_exist_ok=True)
    (root / "services.toml").unlink()
    return seen(root)


def test_the_faulty_sample_is_told_line_by_line() -> None:
    picture = seen(SAMPLE, ENV)
    with pytest.raises(Failed) as told:
        answer(picture, run(picture), as_json=False)
    assert f"{told.value}\n" == TOLD.read_text(encoding="utf-8")


def test_every_check_has_a_fault_in_the_sample(tmp_path: Path) -> None:
    def caught(checked: tuple[Checked, ...]) -> set[str]:
        return {one.check.name for one in checked if one.findings}

    assert caught(run(seen(SAMPLE))) | caught(run(without_catalogue(tmp_path))) == {check.name for check in CHECKS}


def test_this_repository_passes_every_check() -> None:
    assert found(seen(ROOT)) == []


def test_a_repository_without_a_catalogue_is_given_one_that_is_sound(tmp_path: Path) -> None:
    drafted = load(without_catalogue(tmp_path).draft)
    assert {(one.name, one.kind, one.dockerfile, one.port, one.published) for one in drafted.services} == {
        ("admin", "other", "apps/admin/Dockerfile", 3000, 53002),
        ("shop", "nextjs", "apps/shop/Dockerfile", 3000, 53001),
        ("ledger", "aspnet", "services/ledger/Dockerfile", 8080, 55001),
        ("orders", "aspnet", "services/orders/Dockerfile", 8080, 0),
        ("reports", "dotnet", "services/reports/Dockerfile", 8080, 55003),
    }


def test_a_draft_names_the_context_in_which_the_sources_are(tmp_path: Path) -> None:
    files = {"src/web/Dockerfile": "FROM a:1\nCOPY web/b lib/c ./\n", "src/web/b": "", "src/lib/c": ""}
    drafted = load(repository(tmp_path, {"services.toml": "", **files}).draft)
    assert [(one.dockerfile, one.context) for one in drafted.services] == [
        ("src/web/Dockerfile", "src"),
        ("web/Dockerfile", "."),
    ]


@pytest.mark.parametrize("port", ["${WEB_PORT}:8080", "${WEB_PORT:?set it}:8080", "127.0.0.1:${WEB_PORT}:8080"])
def test_a_port_that_nobody_knows_is_named_and_not_made_up(tmp_path: Path, port: str) -> None:
    compose = f"services: {{ web: {{ build: {{ context: ., dockerfile: web/Dockerfile }}, ports: ['{port}'] }} }}\n"
    drafted = repository(tmp_path, {"services.toml": "", "compose.yaml": compose}).draft
    (service,) = load(drafted).services
    assert (service.port, service.published) == (8080, 0)
    assert "\n# published = the value of WEB_PORT on the host\n" in drafted


def test_a_port_of_a_variable_has_its_value_beside_the_compose_file(tmp_path: Path) -> None:
    compose = "services: { web: { build: { context: ., dockerfile: web/Dockerfile }, ports: ['${WEB_PORT}:8080'] } }\n"
    files = {"services.toml": "", "compose.yaml": compose, ".env": "WEB_PORT=50009\n"}
    (service,) = load(repository(tmp_path, files).draft).services
    assert service.published == 50009


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


def test_the_paper_lists_every_check() -> None:
    paper = (ROOT / "docs/adopt.md").read_text(encoding="utf-8")
    rows = [tuple(row.strip("| ").split(" | ")) for row in paper.splitlines() if row.startswith("| `")]
    assert rows == [(f"`{check.name}`", check.why) for check in CHECKS]
