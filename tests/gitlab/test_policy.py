""".gitlab-ci.yml holds to GitLab's schema, to the table of jobs and to our policy, and each of them bites."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.support.gitlab import schema
from tests.support.gitlab.jobs import CONTEXTS, Checkout
from tests.support.gitlab.mutations import MUTATIONS, Catcher, Mutation, table
from tests.support.gitlab.pipeline_file import FILE, PipelineFile, committed
from tests.support.gitlab.policy import faults
from tests.support.repository import ROOT

JOBS: Final = """\
build-all;build;on_success;false;;
test;test;on_success;false;;[build-all]
e2e;test;on_success;false;;[test]
deploy-cfa2;deploy;manual;false;cfa2-dev;[build-all,test,e2e]
plan-deploy-cfa2;deploy;manual;true;cfa2-dev;[build-all]
status-cfa2;deploy;manual;true;cfa2-dev;[]
rollback-cfa2;deploy;manual;true;cfa2-dev;[]
promote-stage;deploy;manual;true;stage;[deploy-cfa2]
promote-prod;deploy;manual;true;prod;[promote-stage]
"""
TEXT: Final = FILE.read_text(encoding="utf-8")


def of(catcher: Catcher) -> list[object]:
    return [pytest.param(one, id=one.name) for one in MUTATIONS if one.catcher is catcher]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What the schema says of the file and of each spoilt one, by mutation."""
    place = tmp_path_factory.mktemp("files")
    files = {f"{number}.yml": one for number, one in enumerate(MUTATIONS)}
    for name, one in files.items():
        (place / name).write_text(one.spoil(TEXT), encoding="utf-8")
    found = schema.faults([FILE, *(place / name for name in files)])
    return {files[name].name if name in files else name: told for name, told in found.items()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    root = tmp_path_factory.mktemp("checkout")
    (root / FILE.name).write_text(TEXT, encoding="utf-8")
    return Checkout.of(root)


def test_the_file_holds_to_gitlabs_schema(refused: Mapping[str, str]) -> None:
    assert refused.get(FILE.name) is None


def test_only_the_one_branch_has_jobs(checkout: Checkout) -> None:
    assert checkout.jobs() == {
        context: tuple(JOBS.splitlines()) if context == "branch dev-cfa2" else () for context in CONTEXTS
    }


def test_the_file_holds_to_the_policy() -> None:
    assert faults(committed()) == ()


@pytest.mark.parametrize("mutation", of(Catcher.SCHEMA))
def test_the_schema_catches(refused: Mapping[str, str], mutation: Mutation) -> None:
    assert mutation.said in refused[mutation.name]


@pytest.mark.parametrize("mutation", of(Catcher.JOBS))
def test_the_table_of_jobs_catches(refused: Mapping[str, str], tmp_path: Path, mutation: Mutation) -> None:
    (tmp_path / FILE.name).write_text(mutation.spoil(TEXT), encoding="utf-8")
    jobs = Checkout.of(tmp_path).jobs()
    there = {(context, line) for context, lines in jobs.items() for line in lines}
    expected = {("branch dev-cfa2", line) for line in JOBS.splitlines()}
    assert mutation.said in {line.partition(";")[0] for _, line in there ^ expected}
    assert mutation.name not in refused


@pytest.mark.parametrize("mutation", of(Catcher.POLICY))
def test_the_policy_catches_what_the_schema_does_not(refused: Mapping[str, str], mutation: Mutation) -> None:
    found = faults(PipelineFile.read(mutation.spoil(TEXT)))
    assert [fault for fault in found if mutation.said in fault], found
    assert mutation.name not in refused


def test_the_paper_has_every_mutation() -> None:
    assert (ROOT / "docs/pipeline-policy.md").read_text(encoding="utf-8") == table()
