"""The increments of the runbook: each diff applies to the committed files, and gives these jobs and services."""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from ci.catalogue import load
from tests.support.gitlab import schema
from tests.support.gitlab.jobs import Checkout
from tests.support.gitlab.pipeline_file import FILE, PipelineFile
from tests.support.gitlab.policy import faults
from tests.support.repository import ROOT

DIFFS: Final = ROOT / "docs/deploy/increments"
BY_HAND: Final = ("deploy-cfa2", "plan-deploy-cfa2", "status-cfa2", "rollback-cfa2")
BACKENDS: Final = ("api-gateway", "identity", "issuance", "registry", "settlement", "compliance")
PORTALS: Final = ("portal-issuer", "portal-investor", "backoffice")
NO_TESTS: Final = ("build-all", "promote-dev", *BY_HAND)
INCREMENTS: Final = {
    0: (("status-cfa2",), BACKENDS[:1]),
    1: (NO_TESTS, BACKENDS[:2]),
    2: (NO_TESTS, BACKENDS),
    3: (NO_TESTS, (*BACKENDS, *PORTALS)),
}
# What the policy says of files without tests, and nothing else.
UNTESTED: Final = ("must need build-all, test", "one job must call", "no job tests the parts", "is declared")


@pytest.mark.parametrize("number", INCREMENTS)
def test_each_diff_gives_its_jobs_and_services(tmp_path: Path, number: int) -> None:
    jobs, services = INCREMENTS[number]
    for name in ("services.toml", FILE.name):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run(("git", "apply", str(DIFFS / f"{number}.diff")), cwd=tmp_path, check=True)  # noqa: S603, S607
    text = (tmp_path / FILE.name).read_text(encoding="utf-8")
    listed = Checkout.of(tmp_path).jobs()["branch dev-cfa2"]
    assert tuple(line.partition(";")[0] for line in listed) == jobs
    catalogue = load((tmp_path / "services.toml").read_text(encoding="utf-8"))
    assert tuple(service.name for service in catalogue.services) == services
    assert not any(service.test for service in catalogue.services)
    assert schema.faults([tmp_path / FILE.name]) == {}
    assert [fault for fault in faults(PipelineFile.read(text)) if not any(part in fault for part in UNTESTED)] == []
