"""A repository that took the pipeline over, as docs/adopt.md has it; what its .env does, on the real CLI."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from ci.catalogue import load
from ci.module import OisCfa
from tests.support.functions import Functions
from tests.support.pipeline import Pipeline, told
from tests.support.repository import ROOT, Repository, adopted, committed, copy, filled
from tests.support.shapes import Shape

SAMPLE = ROOT / "tests/adopt_sample"
TINY = """\
[kinds.tiny]
group = "tiny"
dockerfile = "{name}/Dockerfile"
port = 80
memory = "100MB"
seconds = 1

[services.one]
kind = "tiny"
published = 20000
"""


@pytest.fixture(scope="module")
def taken_over(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return adopted(tmp_path_factory.mktemp("adopted"))


@pytest.fixture
def faulty(taken_over: Repository) -> Repository:
    return filled(taken_over, SAMPLE)


def test_this_repository_has_nothing_in_the_way(functions: Functions) -> None:
    first, *_ = functions.good(OisCfa.adopt_check).splitlines()
    assert re.fullmatch(r"no faults and no warnings, (\d+) of \1 checks passed: nothing is in the way", first)


def test_the_engine_tells_which_lines_of_the_roots_env_fail_every_call(functions: Functions, tmp_path: Path) -> None:
    shape = Shape(ROOT / "tests/adopt/node-workers")
    shutil.copytree(shape.folder / "tree", tmp_path, dirs_exist_ok=True)
    checked = json.loads(functions.at(tmp_path).good(OisCfa.adopt_check, as_json=True))
    (env,) = (check["findings"] for check in checked["checks"] if check["check"] == "env")
    places = [f"{finding['file']}:{finding['line']}" for finding in env if finding["level"] == "fault"]
    assert places == [place for place in shape.places("faults") if place.startswith(".env:")]


@pytest.mark.parametrize("line", ["X=it's", "A = b", 'KEY="-----BEGIN', '-----END"', "A=${Y:?z}", "\ufeffA=b"])
def test_each_of_these_lines_is_named(functions: Functions, tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"GOOD=1\n{line}\n", encoding="utf-8")
    checked = json.loads(functions.at(tmp_path).good(OisCfa.adopt_check, as_json=True))
    (env,) = (check["findings"] for check in checked["checks"] if check["check"] == "env")
    assert [finding["line"] for finding in env if finding["level"] == "fault"] == [2], env


def test_a_repository_with_every_fault_is_red_and_told_each(functions: Functions, faulty: Repository) -> None:
    refused = functions.at(faulty.root).refused(OisCfa.adopt_check)
    expected = (ROOT / "tests/adopt_sample.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in expected if line.rstrip() not in refused] == [], refused


def test_a_variable_without_a_default_in_the_roots_env_fails_every_call(pipeline: Pipeline, faulty: Repository) -> None:
    done = pipeline.at(faulty.root).call("services")
    assert done.returncode != 0
    assert "DB_HOST" in done.stderr, told(done)


def test_without_a_dagger_json_of_its_own_a_repository_keeps_its_env(pipeline: Pipeline, faulty: Repository) -> None:
    faulty.remove("dagger.json")
    checked = json.loads(pipeline.at(faulty.root).good("adopt-check", "--as-json", DAGGER_MODULE="pipeline"))
    assert [one["passed"] for one in checked["checks"] if one["check"] == "env"] == [True]


def test_a_repository_that_took_the_pipeline_over_builds(pipeline: Pipeline, faulty: Repository) -> None:
    faulty.remove(".env")
    faulty.write("services.toml", TINY)
    faulty.write("one/Dockerfile", f"FROM scratch\nCOPY one/file /{faulty.seed}\n")
    faulty.write("one/file", "")
    (built,) = json.loads(pipeline.at(faulty.root).good("build-all", "--as-json"))
    assert (built["service"], built["status"]) == ("one", "built")


SHOP: Final = {
    "compose.yaml": "services:\n  api: { build: { context: ., dockerfile: api/Dockerfile }, ports: ['5001:8080'] }\n"
    "  jobs: { build: { context: jobs, target: jobs } }\n",
    "api/Dockerfile": 'FROM debian:bookworm-slim\nCOPY api/server.sh /\nUSER 1000\nEXPOSE 8080\nCMD ["/server.sh"]\n',
    "api/server.sh": "#!/bin/sh\n",
    "jobs/Dockerfile": "FROM debian:bookworm-slim AS jobs\nCOPY run.sh /\nUSER 1000\nFROM jobs AS dev\nRUN false\n",
    "jobs/run.sh": "#!/bin/sh\n",
}


def test_six_commands_lead_a_stranger_to_the_first_image(tmp_path: Path) -> None:
    paper = (ROOT / "docs/adopt.md").read_text(encoding="utf-8")
    block = re.search(r"```sh\n(git clone .*?)```", paper, re.DOTALL)
    assert block
    commands = block[1].splitlines()
    assert len(commands) == 6
    source = committed(copy(tmp_path / "source")).root
    shop = Repository(tmp_path / "shop")
    for path, text in SHOP.items():
        shop.write(path, text)
    committed(shop)
    script = block[1].replace("https://gitlab.example.com/group/ois-cfa.git", str(source)).replace("NAME", "jobs")
    done = subprocess.run(["bash", "-euxc", script], cwd=shop.root, capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert re.search(r"^jobs +built", done.stdout, re.MULTILINE), done.stdout
    drafted = load((shop.root / "services.toml").read_text(encoding="utf-8")).services
    assert [(service.name, service.port, service.published) for service in drafted] == [
        ("api", 8080, 5001),
        ("jobs", 0, 0),
    ]
