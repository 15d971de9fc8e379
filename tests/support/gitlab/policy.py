"""What .gitlab-ci.yml must and must not say, beyond what a schema or a list of jobs can tell."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Final

from tests.support.gitlab.pipeline_file import Job, PipelineFile
from tests.support.repository import ROOT

BRANCH: Final = "dev-cfa2"
RUNNER: Final = "vds1"
IF: Final = "$CI_COMMIT_BRANCH == $DEPLOY_BRANCH"
LINES: Final = 124  # with the block for stage and prod
# No shell: nothing to expand, to join or to hide, but the path in a variable of type File.
CALL: Final = re.compile(r"dagger call( --ssh-key file://\$SSH_PRIVATE_KEY)?( [A-Za-z0-9./:=,-]+)+")
DURATION: Final = re.compile(r"\d+ (second|minute|hour|day|week)s?")
OF_THE_RUNNER: Final = frozenset({"runner_system_failure", "scheduler_failure", "data_integrity_failure"})
# https://docs.gitlab.com/ci/yaml/#environmentdeployment_tier and #environmentaction
TIERS: Final = frozenset({"production", "staging", "testing", "development", "other"})
READING: Final = {"plan-deploy": "verify", "status": "verify"}
DEPLOYING: Final = frozenset({"deploy", "deploy-cfa-2"})
CHANGING: Final = {**dict.fromkeys(DEPLOYING, "start"), "rollback": "access"}
# By a promotion of the registry's tags: the environment, which says who may press, and the jobs before.
PROMOTING: Final = {
    "dagger call promote --to dev": ("", ("build-all", "test", "e2e")),
    "dagger call promote --to stage": ("stage", ("deploy-cfa2",)),
    "dagger call promote --from stage --to prod": ("prod", ("promote-stage",)),
}
SECRET: Final = re.compile(r"PASSWORD|TOKEN|SECRET|PRIVATE_KEY")

Rule = Callable[[PipelineFile], Iterator[str]]


def faults(file: PipelineFile) -> tuple[str, ...]:
    """Every sentence that some rule has against the file."""
    return tuple(fault for rule in RULES for fault in rule(file))


def scripts_are_calls(file: PipelineFile) -> Iterator[str]:
    """A person can paste each line on a laptop."""
    for job in file.jobs:
        yield from (f"{job.name} runs `{line}`, which is no plain dagger call" for line in job.lines if not _call(line))


def one_branch(file: PipelineFile) -> Iterator[str]:
    """Jobs run for one branch, named once, and say so by `rules` alone."""
    if file.variables.get("DEPLOY_BRANCH") != BRANCH:
        yield f"DEPLOY_BRANCH is {file.variables.get('DEPLOY_BRANCH')}, the branch is {BRANCH}"
    for job in file.jobs:
        if {"only", "except", "when", "allow_failure"} & job.own.keys():
            yield f"{job.name} says beside its rules when it runs"
        if [rule.get("if") for rule in job.rules] != [IF]:
            yield f"{job.name} must have the one rule {IF}"


def by_hand(file: PipelineFile) -> Iterator[str]:
    """A deploy is pressed, and red when it failed; building is neither pressed nor forgiven."""
    for job in file.jobs:
        for rule in job.rules:
            manual, forgiven = rule.get("when") == "manual", rule.get("allow_failure")
            if manual != bool(job.environment):
                yield f"{job.name} {'waits to be pressed' if manual else 'goes there unasked'}"
            if manual and forgiven is not DEPLOYING.isdisjoint(job.functions):
                yield f"{job.name} must write out whether it may fail: only deploy may not"
            if not manual and forgiven:
                yield f"{job.name} may not fail unseen"


def runners(file: PipelineFile) -> Iterator[str]:
    """All jobs run on vds1, in the engine's image beside the engine, of the module's version."""
    version = json.loads((ROOT / "dagger.json").read_text(encoding="utf-8"))["engineVersion"]
    if not file.variables.get("ENGINE", "").endswith(f":{version}"):
        yield f"ENGINE is {file.variables.get('ENGINE')}, dagger.json says {version}"
    for job in file.jobs:
        if job.said.get("tags") != [RUNNER]:
            yield f"{job.name} runs on {job.said.get('tags')}, the runner is {RUNNER}"
        services = [(one.get("name"), one.get("alias")) for one in job.said.get("services", ())]
        if job.said.get("image") != {"name": "$ENGINE", "entrypoint": [""]} or services != [("$ENGINE", "engine")]:
            yield f"{job.name} must have the engine as its image and as its one service"


def hosts(file: PipelineFile) -> Iterator[str]:
    """Who changes the host or promotes by hand does so one at a time; who looks deploys nothing."""
    for job in file.jobs:
        actions = [{**READING, **CHANGING}[name] for name in job.functions if name in {**READING, **CHANGING}]
        actions += ["prepare"] if _promoted(job) else []
        if bool(actions) != bool(job.environment):
            yield f"{job.name} must have an environment if it goes to the host or promotes, and only then"
        if actions and job.environment.get("action", "start") not in actions:
            yield f"{job.name} must have the environment action {actions[0]}"
        group = "cfa2" if job.functions & CHANGING.keys() else _promoted(job)
        if job.own.get("resource_group", "") != group:
            yield f"{job.name} must be in {f'the resource group {group}' if group else 'no resource group'}"


def environments(file: PipelineFile) -> Iterator[str]:
    """The host's, with a tier that GitLab knows and an address, or a promotion's; a stop job where one is named."""
    for job in file.jobs:
        told, meant = job.environment, _promoted(job) or "cfa2-dev"
        if told and told.get("name") != meant:
            yield f"{job.name} has the environment {told.get('name')}, must be {meant}"
        if "deployment_tier" in told and told["deployment_tier"] not in TIERS:
            yield f"{job.name} has the tier {told['deployment_tier']}, which GitLab does not know"
        if DEPLOYING & job.functions and not ({"url", "deployment_tier"} <= told.keys()):
            yield f"{job.name} must have url and deployment_tier"
        stop = file.job(told["on_stop"]) if "on_stop" in told else None
        if "on_stop" in told and (stop is None or stop.environment.get("action") != "stop"):
            yield f"{job.name} is stopped by {told['on_stop']}, which is no job with the action stop"


def needs(file: PipelineFile) -> Iterator[str]:
    """What a job needs is there whenever it is, and comes before it."""
    for job in file.jobs:
        if file.stage(job) < 0:
            yield f"{job.name} is in the stage {job.own.get('stage', 'test')}, which is not declared"
        for name in job.needs:
            other = file.job(name)
            if other is None:
                yield f"{job.name} needs {name}, which is no job"
            elif [rule.get("if") for rule in other.rules] != [rule.get("if") for rule in job.rules]:
                yield f"{job.name} needs {name}, which the rules may leave out"
            elif file.stage(other) > file.stage(job):
                yield f"{job.name} needs {name}, which comes later"
        if DEPLOYING & job.functions and not {"build-all", "test", "e2e"} <= set(job.needs):
            yield f"{job.name} must need build-all, test and e2e"
        before = next((before for line, (_, before) in PROMOTING.items() if line in job.lines), ())
        if before and job.needs != before:
            yield f"{job.name} must need {', '.join(before)}"


def tested_first(file: PipelineFile) -> Iterator[str]:
    """The tag that laptops deploy moves in a job of its own, which needs green tests, and nowhere else."""
    for line in ("dagger call test", "dagger call end-to-end", "dagger call promote --to dev"):
        if sum(job.lines.count(line) for job in file.jobs) != 1:
            yield f"one job must call `{line}`"
    for job in file.jobs:
        moving = [line for line in job.lines if "promote" in line or "--tag" in line]
        if moving and (len(job.lines) > 1 or moving[0] not in PROMOTING):
            yield f"{job.name} moves a tag before the tests"


def durations(file: PipelineFile) -> Iterator[str]:
    """GitLab reads a duration that it does not understand as none; what hangs holds the host no longer than it says."""
    if "timeout" in file.told.get("default", {}):  # gitlab-org/gitlab issue 213634
        yield "GitLab ignores a timeout in default: the project's own is in force, or a job's"
    for job in file.jobs:
        durations_of_job = (job.own.get("timeout", "1 hour"), job.said.get("artifacts", {}).get("expire_in", "1 day"))
        wrong = (duration for duration in durations_of_job if not DURATION.fullmatch(str(duration)))
        yield from (f"{job.name} has the duration {duration}" for duration in wrong)
        if job.functions & CHANGING.keys() and "timeout" not in job.own:
            yield f"{job.name} changes the host: it must have a timeout"


def ends(file: PipelineFile) -> Iterator[str]:
    """What began ends: a push cancels pipelines of which nothing ran, or no commit of a busy day would move dev."""
    if "workflow" in file.told:
        yield "workflow says when pipelines are cancelled: GitLab's own rule is meant"
    yield from (
        f"{job.name} is interruptible: a push would cancel it" for job in file.jobs if "interruptible" in job.said
    )


def second_tries(file: PipelineFile) -> Iterator[str]:
    """What failed by itself fails again; only the runner's own are tried once more, and no change of a host."""
    for job in file.jobs:
        retry = job.said.get("retry")
        if job.functions & CHANGING.keys():
            if retry != 0:
                yield f"{job.name} changes the host: it must have retry: 0"
        elif not isinstance(retry, dict) or not set(retry.get("when", ("always",))) <= OF_THE_RUNNER:
            yield f"{job.name} must be tried again for failures of the runner alone"


def reports(file: PipelineFile) -> Iterator[str]:
    """Who publishes, tests or changes a host leaves its report, red or green; nothing else passes between jobs."""
    for job in file.jobs:
        if not job.functions & {"publish-all", "test", "end-to-end", *CHANGING}:
            continue
        told = job.own.get("artifacts", {})
        if not any("report -o out/" in line for line in job.lines) or told.get("paths") != ["out/"]:
            yield f"{job.name} must write its report to out/ and keep it"
        if told.get("when") != "always":
            yield f"{job.name} must keep its report when it is red too"
        if told.get("reports", {}).keys() - {"junit", "coverage_report"}:
            yield f"{job.name} passes on more than reports"


def nothing_else(file: PipelineFile) -> Iterator[str]:
    """One short file: nothing included, no secret, no other host, the word prod in the one job of its name."""
    if len(file.text.splitlines()) > LINES:
        yield f"it has {len(file.text.splitlines())} lines, at most {LINES}"
    if more := file.told.keys() - {"stages", "variables", "workflow", "default", *(job.name for job in file.jobs)}:
        yield f"it says {', '.join(sorted(more))}"
    for job in file.jobs:
        if more := job.own.keys() & {"extends", "trigger", "cache", "secrets", "id_tokens", "inherit", "variables"}:
            yield f"{job.name} says {', '.join(sorted(more))}"
    yield from (f"{name} is given a value here" for name in file.variables if SECRET.search(name))
    yield from (f"it names {word}" for word in re.findall(r"(?i)\b(?:uk1|cfa1)\b", file.text))
    yield from (f"{job.name} names prod" for job in file.jobs if "prod" in str(job.own) and _promoted(job) != "prod")


RULES: Final[tuple[Rule, ...]] = (
    scripts_are_calls,
    one_branch,
    by_hand,
    runners,
    hosts,
    environments,
    needs,
    tested_first,
    durations,
    ends,
    second_tries,
    reports,
    nothing_else,
)


def _call(line: str) -> bool:
    return bool(CALL.fullmatch(line))


def _promoted(job: Job) -> str:
    """The environment of a job that promotes and does nothing else; empty also for dev, which is none."""
    return next((tag for line, (tag, _) in PROMOTING.items() if job.lines == (line,)), "")
