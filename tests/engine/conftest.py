"""`dagger call` as a user runs it, on the local engine and against the test registry."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.registry.accounts import PUSHER
from tests.support.registry.authority import Authority
from tests.support.registry.live import LiveRegistry

ROOT = Path(__file__).parents[2]
Call = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def call(registry: LiveRegistry, authority: Authority) -> Call:
    """Run `./daggerw call ARGS`; keywords are variables of the caller, over those of a GitLab job."""
    job = {
        "DAGGERW_ENGINE": "local",
        "DAGGERW_CERTIFICATES": str(authority.certificates),
        "CI_REGISTRY_IMAGE": f"{registry.address}/group/project",
        "CI_REGISTRY_USER": PUSHER.user,
        "CI_REGISTRY_PASSWORD": PUSHER.password,
        "CI_COMMIT_SHORT_SHA": "abc1234",
    }

    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        environment: Mapping[str, str] = {**os.environ, **job, **variables}
        return subprocess.run(  # noqa: S603
            [ROOT / "daggerw", "call", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )

    return run
