"""The jobs in the docker executor, each with an engine of its own; they and a laptop do the same."""

import json
from pathlib import Path
from typing import Any, Final

from tests.support.gitlab import stages as gitlab_stages
from tests.support.gitlab.jobs import Checkout
from tests.support.gitlab.runner import Runner
from tests.support.host.small import Small
from tests.support.pipeline import Pipeline, green
from tests.support.registry import LiveRegistry
from tests.support.registry.docker import docker

READABLE: Final = 200  # lines of a job's log
DATABASES: Final = "dagql-cache.db worker/containerdmeta.db worker/snapshots/metadata.db"
MOST_STATE: Final = 20 * 10**9  # bytes that a slot's engine leaves


def test_a_job_builds_and_deploys_what_a_laptop_finds_unchanged(
    jobs: Runner, laptop: Pipeline, small: Small, registry: LiveRegistry, tmp_path: Path
) -> None:
    commit = Checkout(jobs.root).git("rev-parse", "--short=8", "HEAD")
    built = green(jobs.run("build-all"))
    assert "all 3 there: 3 built, 0 reused" in built.stdout
    assert len(built.stdout.splitlines()) < READABLE
    assert commit in registry.tags("group/project/ci/lock")
    assert not registry.same("group/project/ci/lock", commit, "dev")
    assert f"Images of {commit}" in (jobs.root / "out/report.md").read_text(encoding="utf-8")

    # What a killed engine left, and damaged besides, stops no job.
    in_cache(jobs, f"for file in {DATABASES}; do head -c 9999 /dev/urandom >/cache/dagger/$file; done")
    deployed = green(jobs.run("deploy-cfa2"))
    assert int(in_cache(jobs, "du --summarize --bytes /cache/dagger").split()[0]) < MOST_STATE
    assert f"deployed {commit} to cfa2 as release 1: 3 changed, 0 kept" in deployed.stdout
    assert len(deployed.stdout.splitlines()) < READABLE

    again = laptop.publish("1a940b0")
    assert {one["status"] for one in again.values()} == {"reused"}
    by_hand, by_job = (images(laptop, tag, tmp_path) for tag in ("1a940b0", commit))
    assert by_hand == by_job
    assert small.images() == {name: f"{one['ref']}@{one['digest']}" for name, one in again.items()}
    assert f"nothing to do: cfa2 runs {commit}" in laptop.good("deploy", "--tag", commit)


def in_cache(jobs: Runner, script: str) -> str:
    """Run a shell script beside the cache of the runner's first slot."""
    mount = ("--volume", f"{jobs.caches}0:/cache", "--entrypoint", "sh")
    return docker("run", "--rm", *mount, gitlab_stages.images().helper, "-c", script)


def images(laptop: Pipeline, tag: str, place: Path) -> dict[str, tuple[str, str]]:
    """Inputs and digest of each service in the lock of a tag."""
    laptop.good("lock", "--tag", tag, "-o", str(place / tag))
    lock: dict[str, Any] = json.loads((place / tag).read_text(encoding="utf-8"))
    return {one["service"]: (one["inputs"], one["digest"]) for one in lock["images"]}
