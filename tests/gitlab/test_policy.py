""".gitlab-ci.yml holds to GitLab's schema, to the table of jobs and to our policy, and each of them bites."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.support.gitlab import schema
from tests.support.gitlab.jobs import CONTEXTS, Checkout
from tests.support.gitlab.mutations import MUTATIONS, Catcher, Mutation
from tests.support.gitlab.pipeline_file import FILE, KEY_FILE, PipelineFile, committed, with_promotions
from tests.support.gitlab.policy import faults
from tests.support.repository import ROOT

JOBS: Final = """\
build-all;build;on_success;false;;
test;test;on_success;false;;[]
e2e;test;on_success;false;;[build-all]
promote-dev;test;on_success;false;;[build-all,test,e2e]
deploy-cfa2;deploy;manual;false;cfa2-dev;[build-all,test,e2e]
plan-deploy-cfa2;deploy;manual;true;cfa2-dev;[build-all]
status-cfa2;deploy;manual;true;cfa2-dev;[]
rollback-cfa2;deploy;manual;true;cfa2-dev;[]
"""
PROMOTIONS: Final = """\
promote-stage;deploy;manual;true;stage;[deploy-cfa2]
promote-prod;deploy;manual;true;prod;[promote-stage]
"""
PASTED: Final = "pasted.yml"
COMMITTED: Final = committed()
TEXT: Final = with_promotions()


def of(catcher: Catcher) -> list[object]:
    return [pytest.param(one, id=one.name) for one in MUTATIONS if one.catcher is catcher]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What the schema says of the file and of each spoilt one, by mutation."""
    place = tmp_path_factory.mktemp("files")
    files = {f"{number}.yml": one for number, one in enumerate(MUTATIONS)}
    for name, one in files.items():
        (place / name).write_text(one.spoil(TEXT), encoding="utf-8")
    (place / PASTED).write_text(TEXT, encoding="utf-8")
    refused = schema.faults([FILE, place / PASTED, *(place / name for name in files)])
    return {files[name].name if name in files else name: fault for name, fault in refused.items()}


def checkout(root: Path, text: str) -> Checkout:
    (root / FILE.name).write_text(text, encoding="utf-8")
    return Checkout.of(root)


def test_the_file_holds_to_gitlabs_schema(refused: Mapping[str, str]) -> None:
    assert not {FILE.name, PASTED} & refused.keys()


@pytest.mark.parametrize(("text", "jobs"), [(COMMITTED, JOBS), (TEXT, JOBS + PROMOTIONS)], ids=["as is", "pasted"])
def test_only_the_one_branch_has_jobs(tmp_path: Path, text: str, jobs: str) -> None:
    assert checkout(tmp_path, text).jobs() == {
        context: tuple(jobs.splitlines()) if context == "branch dev-cfa2" else () for context in CONTEXTS
    }


@pytest.mark.parametrize("text", [COMMITTED, TEXT], ids=["as is", "pasted"])
def test_the_file_holds_to_the_policy(text: str) -> None:
    assert faults(PipelineFile.read(text)) == ()


def test_the_key_may_be_a_variable_of_type_file() -> None:
    words = ("deploy-cfa-2", "deploy-report", "plan-deploy", "status", "rollback")
    text = re.sub(rf"dagger call (?={'|'.join(words)})", f"dagger call {KEY_FILE} ", COMMITTED)
    assert text.count(KEY_FILE) == 6
    assert faults(PipelineFile.read(text)) == ()


def test_both_languages_have_the_same_block() -> None:
    assert with_promotions(ROOT / "docs/deploy/cfa2.md") == TEXT


@pytest.mark.parametrize("mutation", of(Catcher.SCHEMA))
def test_the_schema_catches(refused: Mapping[str, str], mutation: Mutation) -> None:
    assert mutation.said in refused[mutation.name]


@pytest.mark.parametrize("mutation", of(Catcher.JOBS))
def test_the_table_of_jobs_catches(refused: Mapping[str, str], tmp_path: Path, mutation: Mutation) -> None:
    jobs = checkout(tmp_path, mutation.spoil(TEXT)).jobs()
    there = {(context, line) for context, lines in jobs.items() for line in lines}
    expected = {("branch dev-cfa2", line) for line in (JOBS + PROMOTIONS).splitlines()}
    assert mutation.said in {line.partition(";")[0] for _, line in there ^ expected}
    assert mutation.name not in refused


@pytest.mark.parametrize("mutation", of(Catcher.POLICY))
def test_the_policy_catches_what_the_schema_does_not(refused: Mapping[str, str], mutation: Mutation) -> None:
    found = faults(PipelineFile.read(mutation.spoil(TEXT)))
    assert [fault for fault in found if mutation.said in fault], found
    assert mutation.name not in refused
