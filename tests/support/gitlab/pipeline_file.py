""".gitlab-ci.yml as data: its jobs with what `default` gives them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import yaml
from attrs import field, frozen

from tests.support.repository import ROOT

FILE: Final = ROOT / ".gitlab-ci.yml"
RUNBOOK: Final = ROOT / "docs/deploy/cfa2.en.md"
KEY_FILE: Final = "--ssh-key file://$SSH_PRIVATE_KEY"  # of a variable of type File
# https://docs.gitlab.com/ci/yaml/#global-keywords
GLOBAL: Final = frozenset(
    {"default", "include", "stages", "variables", "workflow", "spec", "image", "services", "cache"}
)


@frozen(kw_only=True)
class Job:
    """One job; `own` is what it says itself, `said` also what it takes from `default`."""

    name: str
    own: Mapping[str, Any] = field(repr=False)
    said: Mapping[str, Any] = field(repr=False)

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that it runs."""
        parts = ("before_script", "script", "after_script")
        return tuple(str(line) for part in parts for line in _listed(self.said.get(part)))

    @property
    def functions(self) -> frozenset[str]:
        """What it calls in its script: the first word after `dagger call` and its flag."""
        calls = (str(line).removeprefix("dagger call ") for line in _listed(self.own.get("script")))
        return frozenset(call.removeprefix(f"{KEY_FILE} ").split(" ")[0] for call in calls)

    @property
    def rules(self) -> tuple[Any, ...]:
        return _listed(self.own.get("rules"))

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(one["job"] if isinstance(one, dict) else str(one) for one in _listed(self.own.get("needs")))

    @property
    def environment(self) -> Mapping[str, Any]:
        told = self.own.get("environment", {})
        return told if isinstance(told, dict) else {"name": told}


@frozen(kw_only=True)
class PipelineFile:
    """The whole file."""

    text: str = field(repr=False)
    told: Mapping[str, Any] = field(repr=False)
    jobs: tuple[Job, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        told = yaml.safe_load(text)
        default = told.get("default", {})
        jobs = (
            Job(name=name, own=own, said={**default, **own})
            for name, own in told.items()
            if name not in GLOBAL and not name.startswith(".")
        )
        return cls(text=text, told=told, jobs=tuple(jobs))

    @property
    def variables(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in self.told.get("variables", {}).items()}

    def job(self, name: str) -> Job | None:
        return next((one for one in self.jobs if one.name == name), None)

    def stage(self, job: Job) -> int:
        """The place of its stage; -1 for a stage that is not declared."""
        stages = list(self.told.get("stages", ()))
        stage = job.own.get("stage", "test")
        return stages.index(stage) if stage in stages else -1


def committed() -> str:
    """The file of this repository."""
    return FILE.read_text(encoding="utf-8")


def with_promotions(runbook: Path = RUNBOOK) -> str:
    """The same with the block of the runbook for stage and prod at its end, as somebody pastes it there."""
    blocks = re.findall(r"```yaml\n(.*?)```", runbook.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if "promote-stage:" in block)
    return f"{committed()}\n{block}"


def _listed(value: Any) -> tuple[Any, ...]:
    """GitLab takes one or a list of them."""
    return () if value is None else tuple(value) if isinstance(value, list) else (value,)
