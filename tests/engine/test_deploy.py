"""The whole way: published from a repository, deployed to the host, looked at, rolled back."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from junitparser import JUnitXml

from ci.module import OisCfa
from tests.support.deployable import behave, deployable
from tests.support.functions import Functions
from tests.support.host.host import Host
from tests.support.host.small import Small
from tests.support.pipeline import Pipeline, told
from tests.support.repository import Repository, emptied, inputs_alone


@pytest.fixture
def repository(small: Small, tmp_path: Path) -> Repository:
    return deployable(inputs_alone(tmp_path / "repository"), small)


@pytest.fixture
def functions(functions: Functions, repository: Repository, host: Host) -> Functions:
    """A laptop's caller: no job gives a commit, so `dev` is deployed."""
    return functions.at(repository.root).given(commit="", ssh_key=host.private_key)


@pytest.fixture
def pipeline(session_small: Repository, pipeline: Pipeline, small: Small) -> Pipeline:
    """The same caller with the CLI, in a repository that has the module."""
    repository = deployable(emptied(session_small), small)
    return pipeline.at(repository.root).given(CI_COMMIT_SHORT_SHA="", SSH_PRIVATE_KEY=small.host.private_key)


LOOK: Final = """\
import json, os, pathlib, urllib.request
for place in json.loads(os.environ["PUBLISHED"]).values():
    with urllib.request.urlopen(f"http://{place}/health") as answer:
        assert answer.status == STATUS
report = "<testsuite><testcase classname='Live' name='health'/></testsuite>"
pathlib.Path("/reports/junit.xml").write_text(report)
"""


def looked_at(repository: Repository, status: int) -> None:
    """Tests for a live host, in the container of the tests of the whole."""
    repository.write("small/e2e/Dockerfile", "FROM python:3.11-slim\nCOPY look.py /\n")
    repository.write("small/e2e/look.py", LOOK.replace("STATUS", str(status)))
    services = (repository.root / "services.toml").read_text(encoding="utf-8").partition("\n[e2e]")[0]
    table = '[e2e]\nhost = "cfa2"\ncommand = "false"\nsmoke = "python3 /look.py"\n'
    repository.write("services.toml", f"{services}\n{table}")


def test_publish_deploy_status_and_an_automatic_rollback(
    small: Small, repository: Repository, functions: Functions, tmp_path: Path
) -> None:
    small.host.sh("rm /srv/cfa/docker-compose.yml /srv/cfa/.env")
    installed = "wrote docker-compose.yml and .env to /srv/cfa on cfa2; set SECRET in .env there"
    assert functions.good(OisCfa.install) == installed
    images = functions.publish("d000001", "dev")
    refused = functions.refused(OisCfa.deploy)
    assert "DeployRefused: SECRET has no value in .env on cfa2: it is the host's own secret, set it there" in refused
    assert "refused: nothing was touched on cfa2" in refused
    small.host.sh("sed -i 's/^SECRET=/SECRET=x/' /srv/cfa/.env")
    on_stand_ins = functions.refusing_stand_ins().refused(OisCfa.deploy)
    assert "d000001 is built on stand-in images (python:3.11-slim): publish it with" in on_stand_ins
    assert "would change 3 of 3 services of cfa2" in functions.good(OisCfa.plan_deploy)
    assert functions.good(OisCfa.deploy).splitlines()[-1] == "deployed d000001 to cfa2 as release 1: 3 changed, 0 kept"
    assert small.images() == {name: f"{one['ref']}@{one['digest']}" for name, one in images.items()}
    assert "nothing to do: cfa2 runs d000001" in functions.good(OisCfa.deploy, host="cfa2")
    status = functions.good(OisCfa.status)
    assert "release 1 (d000001)" in status
    assert "built on stand-in images: python:3.11-slim" in status
    assert "GET /health" in functions.good(OisCfa.logs, service="shop")
    assert "add smoke to the table [e2e]" in functions.refused(OisCfa.smoke, browser=True)
    looked_at(repository, 200)
    assert "0 portals let people in, 1 tests in a browser passed" in functions.good(OisCfa.smoke, browser=True)
    looked_at(repository, 404)
    assert "browser: the tests ended with 1: AssertionError" in functions.refused(OisCfa.smoke, browser=True)

    behave(repository, "shop", exits_after=0)
    functions.publish("d000002", "dev")
    failed = functions.refused(OisCfa.deploy)
    assert failed.splitlines()[-1].startswith("rolled back to release 1 (d000001): shop "), failed
    assert small.images() == {name: f"{one['ref']}@{one['digest']}" for name, one in images.items()}
    functions.export(OisCfa.deploy_report, tmp_path / "out")
    for view in ("report.md", "report.html"):
        assert "release 2 (d000002): rolled-back" in (tmp_path / "out" / view).read_text()
    (suite,) = JUnitXml.fromfile(str(tmp_path / "out/junit.xml"))
    assert [test.name for test in suite if test.is_failure] == ["cfa2", "shop"]
    assert json.loads((tmp_path / "out/report.json").read_text())["releases"][1]["causes"]["shop"] == "new image"

    small.host.sh("iptables -I INPUT -p tcp --dport 22 -j REJECT --reject-with tcp-reset")
    functions.export(OisCfa.deploy_report, tmp_path / "unreachable")
    small.host.sh("iptables -F INPUT")
    report = (tmp_path / "unreachable/report.md").read_text()
    assert report.startswith("# cfa2 cannot be asked\n")
    assert f"- cfa2 ({small.host.address}:22) cannot be reached: " in report

    behave(repository, "shop")
    functions.publish("d000004", "dev")
    assert "deployed d000004 to cfa2 as release 3" in functions.good(OisCfa.deploy)
    assert "deployed d000001 to cfa2 as release 4" in functions.good(OisCfa.rollback)
    assert small.images() == {name: f"{one['ref']}@{one['digest']}" for name, one in images.items()}
    assert [line.split()[:3] for line in functions.good(OisCfa.releases).splitlines()[1:]] == [
        ["4", "healthy", "d000001"],
        ["3", "healthy", "d000004"],
        ["2", "rolled-back", "d000002"],
        ["1", "healthy", "d000001"],
    ]


def test_a_lock_in_hand_is_deployed_and_what_is_none_is_refused(functions: Functions, tmp_path: Path) -> None:
    functions.publish("d000003")
    lock = functions.export(OisCfa.lock, tmp_path / "images.lock.json", tag="d000003")
    planned = functions.good(OisCfa.plan_deploy, lock_file=functions.file(lock))
    assert planned.endswith("would change 3 of 3 services of cfa2")
    lock.write_text("{}")
    refused = functions.refused(OisCfa.plan_deploy, lock_file=functions.file(lock))
    assert "LockMissing: the given file is not an images.lock.json" in refused


def test_a_deploy_names_all_that_is_missing_at_once(functions: Functions) -> None:
    refused = functions.given(ssh_key="", registry_user="").refused(OisCfa.deploy)
    assert (
        "SettingMissing: not set: CI_REGISTRY_USER (--registry-user), SSH_PRIVATE_KEY (--ssh-key); GitLab gives"
        in refused
    )
    assert "Protected branches" in refused


def test_a_key_that_is_a_path_is_refused_with_the_flag_that_reads_it(functions: Functions) -> None:
    refused = functions.given(ssh_key="/builds/group/project.tmp/SSH_PRIVATE_KEY").refused(OisCfa.status)
    assert "HostRefused: the SSH key is the path of a file: pass --ssh-key file://$SSH_PRIVATE_KEY" in refused


def test_each_function_of_a_host_takes_its_arguments_and_answers_in_words_and_in_json(
    small: Small, functions: Functions, pipeline: Pipeline, tmp_path: Path
) -> None:
    """By the CLI: what its functions do on the way is proven above, in this process."""
    functions = functions.at(pipeline.root)
    for tag in ("d000010", "d000011"):
        functions.publish(tag, "dev")
        behave(Repository(pipeline.root), "shop")
    lock = functions.export(OisCfa.lock, tmp_path / "images.lock.json", tag="d000011")
    small.host.sh("rm /srv/cfa/docker-compose.yml; sed -i 's/^SECRET=.*/SECRET=x/' /srv/cfa/.env")
    assert "wrote docker-compose.yml" in pipeline.good("install", "--host", "cfa2", "--replace")

    # By a way that only the caller sees, with a lock in hand.
    way = ("--ssh", f"tcp://{small.host.address}:22")
    planned = pipeline.good(*way, "plan-deploy", "--host", "cfa2", "--lock-file", str(lock), "--allow-older")
    assert planned.strip().endswith("would change 3 of 3 services of cfa2")
    assert {step["action"] for step in _json(pipeline, "plan-deploy", "--tag", "d000010")["steps"]} == {"start"}

    deployed = pipeline.good("deploy-cfa2", "--tag", "d000010", "--smoke")
    assert deployed.strip().endswith("deployed d000010 to cfa2 as release 1: 3 changed, 0 kept")
    by_lock = _json(pipeline, "deploy", "--lock-file", str(lock), "--allow-older")
    assert [step["service"] for step in by_lock["steps"] if step["action"] == "replace"] == ["shop"]

    assert "release 2 (d000011)" in pipeline.good("status", "--host", "cfa2")
    assert _json(pipeline, "status")["release"]["commit"] == "d000011"
    assert pipeline.good("releases", "--host", "cfa2").splitlines()[1].split()[:3] == ["2", "healthy", "d000011"]
    assert [release["number"] for release in _json(pipeline, "releases")] == [2, 1]
    assert len(pipeline.good("logs", "--service", "shop", "--host", "cfa2", "--tail", "2").splitlines()) == 2
    assert "smoke of cfa2 is green" in pipeline.good("smoke", "--host", "cfa2")
    assert {look["status"] for look in _json(pipeline, "smoke")} == {"green"}
    assert "deployed d000010 to cfa2 as release 3" in pipeline.good("rollback", "--host", "cfa2", "--to", "1")
    assert [step["action"] for step in _json(pipeline, "rollback", "--to", "2")["steps"]].count("replace") == 1
    pipeline.good("deploy-report", "--host", "cfa2", "-o", str(tmp_path / "out"))
    assert (tmp_path / "out/report.md").is_file()

    failed = pipeline.call("rollback", "--to", "9")
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    last = failed.stderr.strip().splitlines()[-1].partition(" [traceparent")[0]
    assert last == "refused: nothing was touched on cfa2", told(failed)


def _json(pipeline: Pipeline, *arguments: str) -> Any:
    return json.loads(pipeline.good(*arguments, "--as-json"))
