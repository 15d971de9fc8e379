"""A repository that took the pipeline over, as docs/adopt.md has it, on the real CLI."""

import json
from collections.abc import Mapping

import pytest

from tests.support.pipeline import Pipeline, told
from tests.support.repository import ROOT, Repository, adopted, filled

SAMPLE = ROOT / "tests/adopt_sample"
DAGGER_WOULD_FAIL_WITHOUT: Mapping[str, str] = {"DB_HOST": "db"}  # one of the faults of the sample's .env

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


def test_this_repository_has_nothing_in_the_way(pipeline: Pipeline) -> None:
    assert pipeline.good("adopt-check").rstrip().endswith("no faults and no warnings: nothing is in the way")


def test_a_repository_with_every_fault_is_red_and_told_each(pipeline: Pipeline, faulty: Repository) -> None:
    done = pipeline.at(faulty.root).call("adopt-check", **DAGGER_WOULD_FAIL_WITHOUT)
    assert done.returncode == 1, told(done)
    assert "Traceback" not in done.stderr
    expected = (ROOT / "tests/adopt_sample.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in expected if line.rstrip() not in done.stderr] == [], told(done)


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
