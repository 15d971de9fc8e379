"""The whole way on the real CLI: published from a repository, deployed to the host, looked at, rolled back."""

import json
from pathlib import Path
from secrets import token_hex
from typing import Final

import pytest

from tests.support.host.host import Host
from tests.support.host.server import __file__ as server
from tests.support.host.small import SERVICES, TABLES, Small
from tests.support.pipeline import Pipeline, job, told
from tests.support.registry import Authority, LiveRegistry
from tests.support.repository import Repository
from tests.support.repository import small as small_repository

DOCKERFILE: Final = """\
FROM python:3.11-slim
COPY NAME /srv/
CMD ["python3", "-u", "/srv/server.py", "/srv/behaviour.json"]
"""


@pytest.fixture
def repository(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The three services with their sources, and the host's files in git."""
    made = small_repository(tmp_path_factory.mktemp("deploy"))
    made.write("services.toml", 'root = "small"\n' + TABLES.replace("192.0.2.10", small.host.address))
    made.write("deploy/docker-compose.yml", small.compose)
    made.write("deploy/.env.dev", small.variables)
    made.write("deploy/known_hosts", small.host.known_hosts.decode())
    for name in SERVICES:
        made.write(f"small/{name}/Dockerfile", DOCKERFILE.replace("NAME", name))
        made.write(f"small/{name}/server.py", Path(server).read_text(encoding="utf-8"))
        behave(made, name, exits_after=None)
    return made


@pytest.fixture
def pipeline(repository: Repository, registry: LiveRegistry, authority: Authority, host: Host) -> Pipeline:
    return Pipeline(root=repository.root, variables={**job(registry, authority), "SSH_PRIVATE_KEY": host.private_key})


def behave(repository: Repository, name: str, exits_after: float | None) -> None:
    release = f"{repository.seed} {token_hex(4)}"
    told = {"name": name, "release": release, "healthy_after": 0, "exits_after": exits_after, "claims": None}
    repository.write(f"small/{name}/behaviour.json", json.dumps(told))


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

    behave(repository, "shop", exits_after=2)
    pipeline.publish("d000002", "--tag", "dev")
    red = pipeline.call("deploy")
    assert red.returncode == 1
    last = red.stderr.strip().splitlines()[-1]
    assert last.startswith("rolled back to release 1 (d000001): shop "), told(red)
    assert "Traceback" not in red.stderr
    assert small.images() == {name: f"{one['ref']}@{one['digest']}" for name, one in images.items()}
    pipeline.good("deploy-report", "-o", str(tmp_path / "out"))
    assert "release 2 (d000002): rolled-back" in (tmp_path / "out/report.md").read_text()

    small.host.sh("iptables -I INPUT -p tcp --dport 22 -j REJECT --reject-with tcp-reset")
    pipeline.good("deploy-report", "-o", str(tmp_path / "unreachable"))
    small.host.sh("iptables -F INPUT")
    assert (
        (tmp_path / "unreachable/report.md")
        .read_text()
        .startswith(f"# cfa2 cannot be asked\n\ncfa2 ({small.host.address}:22) cannot be reached: ")
    )

    behave(repository, "shop", exits_after=None)
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


def test_without_a_key_it_says_so(pipeline: Pipeline) -> None:
    refused = pipeline.call("status", SSH_PRIVATE_KEY="")
    assert "SettingMissing: not set: SSH_PRIVATE_KEY (--ssh-key)" in refused.stderr, told(refused)
