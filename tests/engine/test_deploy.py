"""The whole way on the real CLI: published from a repository, deployed to the host, looked at, rolled back."""

import json
from pathlib import Path
from typing import Final

import pytest
from junitparser import JUnitXml

from tests.support.deployable import behave, deployable
from tests.support.host.host import Host
from tests.support.host.small import TABLES, Small
from tests.support.pipeline import Pipeline, job, told
from tests.support.registry import Authority, LiveRegistry
from tests.support.repository import Repository


@pytest.fixture
def repository(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return deployable(tmp_path_factory.mktemp("deploy"), small)


@pytest.fixture
def pipeline(repository: Repository, registry: LiveRegistry, authority: Authority, host: Host) -> Pipeline:
    """A laptop's caller: no job gives a commit, so `dev` is deployed."""
    variables = {**job(registry, authority), "CI_COMMIT_SHORT_SHA": "", "SSH_PRIVATE_KEY": host.private_key}
    return Pipeline(root=repository.root, variables=variables)


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
    small: Small, repository: Repository, pipeline: Pipeline, tmp_path: Path
) -> None:
    small.host.sh("rm /srv/cfa/docker-compose.yml /srv/cfa/.env")
    installed = "wrote docker-compose.yml and .env to /srv/cfa on cfa2; set SECRET in .env there"
    assert pipeline.good("install").strip() == installed
    images = pipeline.publish("d000001", "--tag", "dev")
    refused = pipeline.call("deploy").stderr
    assert "DeployRefused: SECRET has no value in .env on cfa2: it is the host's own secret, set it there" in refused
    assert "refused: nothing was touched on cfa2" in refused
    small.host.sh("sed -i 's/^SECRET=/SECRET=x/' /srv/cfa/.env")
    assert "would change 3 of 3 services of cfa2" in pipeline.good("plan-deploy")
    done = pipeline.good("deploy").strip().splitlines()
    assert done[-1] == "deployed d000001 to cfa2 as release 1: 3 changed, 0 kept"
    assert small.images() == {name: f"{one['ref']}@{one['digest']}" for name, one in images.items()}
    assert "nothing to do: cfa2 runs d000001" in pipeline.good("deploy", "--host", "cfa2")
    assert "release 1 (d000001)" in pipeline.good("status")
    assert "GET /health" in pipeline.good("logs", "--service", "shop")
    assert "add smoke to the table [e2e]" in pipeline.call("smoke", "--browser").stderr
    looked_at(repository, 200)
    assert "0 portals let people in, 1 tests in a browser passed" in pipeline.good("smoke", "--browser")
    looked_at(repository, 404)
    assert "browser: the tests ended with 1: AssertionError" in pipeline.call("smoke", "--browser").stderr

    behave(repository, "shop", exits_after=2)
    pipeline.publish("d000002", "--tag", "dev")
    red = pipeline.call("deploy")
    assert red.returncode == 1
    last = red.stderr.strip().splitlines()[-1]
    assert last.startswith("rolled back to release 1 (d000001): shop "), told(red)
    assert "Traceback" not in red.stderr
    assert small.images() == {name: f"{one['ref']}@{one['digest']}" for name, one in images.items()}
    pipeline.good("deploy-report", "-o", str(tmp_path / "out"))
    for view in ("report.md", "report.html"):
        assert "release 2 (d000002): rolled-back" in (tmp_path / "out" / view).read_text()
    (suite,) = JUnitXml.fromfile(str(tmp_path / "out/junit.xml"))
    assert [test.name for test in suite if test.is_failure] == ["cfa2", "shop"]
    assert json.loads((tmp_path / "out/report.json").read_text())["releases"][1]["causes"]["shop"] == "new image"

    small.host.sh("iptables -I INPUT -p tcp --dport 22 -j REJECT --reject-with tcp-reset")
    pipeline.good("deploy-report", "-o", str(tmp_path / "unreachable"))
    small.host.sh("iptables -F INPUT")
    report = (tmp_path / "unreachable/report.md").read_text()
    assert report.startswith("# cfa2 cannot be asked\n")
    assert f"- cfa2 ({small.host.address}:22) cannot be reached: " in report

    behave(repository, "shop")
    pipeline.publish("d000004", "--tag", "dev")
    assert "deployed d000004 to cfa2 as release 3" in pipeline.good("deploy")
    assert "deployed d000001 to cfa2 as release 4" in pipeline.good("rollback")
    assert small.images() == {name: f"{one['ref']}@{one['digest']}" for name, one in images.items()}
    assert [line.split()[:3] for line in pipeline.good("releases").splitlines()[1:]] == [
        ["4", "healthy", "d000001"],
        ["3", "healthy", "d000004"],
        ["2", "rolled-back", "d000002"],
        ["1", "healthy", "d000001"],
    ]


def test_a_lock_in_hand_and_a_host_that_only_the_caller_sees(
    small: Small, repository: Repository, pipeline: Pipeline, tmp_path: Path
) -> None:
    unreachable = "192.0.2.10"
    repository.write("services.toml", 'root = "small"\n' + TABLES)
    repository.write("deploy/known_hosts", f"{unreachable} {small.host.known_hosts.decode().partition(' ')[2]}")
    pipeline.publish("d000003")
    file = tmp_path / "images.lock.json"
    pipeline.good("lock", "--tag", "d000003", "-o", str(file))
    way = ("--ssh", f"tcp://{small.host.address}:22")
    planned = pipeline.good(*way, "plan-deploy", "--lock-file", str(file))
    assert planned.strip().endswith("would change 3 of 3 services of cfa2")
    file.write_text("{}")
    refused = pipeline.call(*way, "plan-deploy", "--lock-file", str(file))
    assert "LockMissing: the given file is not an images.lock.json" in refused.stderr, told(refused)


def test_a_deploy_names_all_that_is_missing_at_once(pipeline: Pipeline) -> None:
    refused = pipeline.call("deploy", SSH_PRIVATE_KEY="", CI_REGISTRY_USER="")
    assert (
        "SettingMissing: not set: CI_REGISTRY_USER (--registry-user), SSH_PRIVATE_KEY (--ssh-key); GitLab gives"
        in refused.stderr
    ), told(refused)
    assert "Protected branches" in refused.stderr


def test_a_key_that_is_a_path_is_refused_with_the_flag_that_reads_it(pipeline: Pipeline) -> None:
    refused = pipeline.call("status", SSH_PRIVATE_KEY="/builds/group/project.tmp/SSH_PRIVATE_KEY")
    assert "HostRefused: the SSH key is the path of a file: pass --ssh-key file://$SSH_PRIVATE_KEY" in refused.stderr
