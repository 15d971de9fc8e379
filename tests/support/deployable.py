"""A repository of three services that build in a second, with the files of a host to deploy them to."""

import json
from pathlib import Path
from secrets import token_hex
from typing import Final

from tests.support.gitlab.jobs import Checkout
from tests.support.gitlab.pipeline_file import FILE, committed
from tests.support.host.server import __file__ as server
from tests.support.host.small import SERVICES, TABLES, Small
from tests.support.pipeline import ACCEPTING
from tests.support.repository import Repository

_DOCKERFILE: Final = """\
FROM python:3.11-slim
COPY NAME /srv/
CMD ["python3", "-u", "/srv/server.py", "/srv/behaviour.json"]
"""


def deployable(repository: Repository, host: Small) -> Repository:
    """The same repository with the three services, their sources, and the host's files in git."""
    repository.write("services.toml", 'root = "small"\n' + TABLES.replace("192.0.2.10", host.host.address))
    repository.write("deploy/docker-compose.yml", host.compose)
    repository.write("deploy/.env.dev", host.variables)
    repository.write("deploy/known_hosts", host.host.known_hosts.decode())
    for name in SERVICES:
        repository.write(f"small/{name}/Dockerfile", _DOCKERFILE.replace("NAME", name))
        repository.write(f"small/{name}/server.py", Path(server).read_text(encoding="utf-8"))
        behave(repository, name)
    return repository


def with_jobs(repository: Repository, host: Small) -> Repository:
    """The same as a checkout of GitLab: with the committed jobs, which accept the stand-ins of the tests' engine."""
    project = deployable(repository, host)
    project.write(FILE.name, committed())
    for function in ACCEPTING:
        project.append(".env", f"OIS_CFA_{function.replace('-', '').upper()}_ALLOWSTANDINS=true\n")
    Checkout.of(project.root)
    return project


def behave(repository: Repository, name: str, exits_after: float | None = None) -> None:
    """Let a service be another than before."""
    release = f"{repository.seed} {token_hex(4)}"
    told = {"name": name, "release": release, "healthy_after": 0, "exits_after": exits_after, "claims": None}
    repository.write(f"small/{name}/behaviour.json", json.dumps(told))
