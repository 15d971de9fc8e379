"""Ways to spoil .gitlab-ci.yml, and who catches each."""

from enum import StrEnum
from typing import Final

from attrs import frozen
from tabulate import tabulate

from bootstrap.settings import pinned_version

VERSION = pinned_version()


class Catcher(StrEnum):
    """Who looks at the file."""

    SCHEMA = "GitLab's schema"
    JOBS = "the list of jobs"
    POLICY = "the policy"


@frozen
class Mutation:
    """`old` is replaced once, at its first place after the line `where:`; `said` is part of the catcher's sentence."""

    name: str
    where: str
    old: str
    new: str
    catcher: Catcher
    said: str

    def spoil(self, text: str) -> str:
        """The file with this one fault."""
        head, mark, rest = text.partition(f"\n{self.where}:") if self.where else ("", "", text)
        assert self.old in rest, f"{self.name}: the file no longer has {self.old!r} after {self.where!r}"
        return head + mark + rest.replace(self.old, self.new, 1)


_HEAD: Final = """\
# What holds .gitlab-ci.yml to its word

`make test` spoils the file in each of these ways and asserts that somebody notices: GitLab's own schema, the list of
jobs that each branch, merge request and tag gets, or a policy of our own (`tests/support/gitlab/policy.py`) for what
neither can tell. `make policy` wrote this page.
"""
_RULE: Final = "{ if: $CI_COMMIT_BRANCH == $DEPLOY_BRANCH }"
_P, _S, _J = Catcher.POLICY, Catcher.SCHEMA, Catcher.JOBS
MUTATIONS: Final = (
    Mutation(
        "a script that is a mapping", "build-all", "    - dagger call publish-all", "    - {run: x}", _S, "script"
    ),
    Mutation("a misspelt keyword", "build-all", "interruptible", "interuptible", _S, "interuptible"),
    Mutation("a word for a boolean", "deploy-cfa2", "allow_failure: false", "allow_failure: never", _S, "never"),
    Mutation("an unknown `when`", "deploy-cfa2", "when: manual", "when: by-hand", _S, "by-hand"),
    Mutation("an unknown failure to retry", "default", "scheduler_failure", "bad_luck", _S, "bad_luck"),
    Mutation("an unknown environment action", "status-cfa2", "action: access", "action: undo", _S, "undo"),
    Mutation("the wrong branch in a rule", "build-all", "== $DEPLOY_BRANCH", "== $DEPLOY_BRANCHES", _J, "build-all"),
    Mutation("every branch but the one", "build-all", "== $DEPLOY_BRANCH", "!= $DEPLOY_BRANCH", _J, "build-all"),
    Mutation("tags run too", "build-all", _RULE, f"{_RULE}, {{ if: $CI_COMMIT_TAG }}", _J, "build-all"),
    Mutation("merge requests run too", "build-all", _RULE, "{ when: always }", _J, "build-all"),
    Mutation("a deploy that nobody presses", "deploy-cfa2", "when: manual", "when: on_success", _J, "deploy-cfa2"),
    Mutation("a deploy that may fail", "deploy-cfa2", "allow_failure: false", "allow_failure: true", _J, "deploy-cfa2"),
    Mutation(
        "a deploy without the build", "deploy-cfa2", "needs: [build-all, test,", "needs: [test,", _J, "deploy-cfa2"
    ),
    Mutation("a deploy without the tests", "deploy-cfa2", "all, test, e2e]", "all, e2e]", _J, "deploy-cfa2"),
    Mutation("a deploy without the whole", "deploy-cfa2", "all, test, e2e]", "all, test]", _J, "deploy-cfa2"),
    Mutation("tests that may fail", "test", "  interruptible", "  allow_failure: true\n  interruptible", _J, "test"),
    Mutation("a misspelt branch", "", "DEPLOY_BRANCH: dev-cfa2", "DEPLOY_BRANCH: dev-cfa", _J, "build-all"),
    Mutation("whether it may fail left out", "deploy-cfa2", "      allow_failure: false\n", "", _P, "must write out"),
    Mutation("an unknown tier", "deploy-cfa2", "tier: development", "tier: dev", _P, "tier dev"),
    Mutation("no tier", "deploy-cfa2", ", deployment_tier: development", "", _P, "must have url and deployment_tier"),
    Mutation("another environment", "deploy-cfa2", "name: cfa2-dev", "name: cfa2", _P, "must be cfa2-dev"),
    Mutation("a status that deploys", "plan-deploy-cfa2", "action: verify", "action: start", _P, "action verify"),
    Mutation(
        "a deploy by its other name", "status-cfa2", "dagger call status", "dagger call deploy", _P, "resource group"
    ),
    Mutation(
        "a stop job that is none",
        "deploy-cfa2",
        "deployment_tier",
        "on_stop: status-cfa2, deployment_tier",
        _P,
        "no job with the action stop",
    ),
    Mutation(
        "a need that rules leave out",
        "build-all",
        "$CI_COMMIT_BRANCH == $DEPLOY_BRANCH",
        '$CI_COMMIT_BRANCH == $DEPLOY_BRANCH && $BUILD == "yes"',
        _P,
        "which the rules may leave out",
    ),
    Mutation(
        "only beside rules",
        "build-all",
        "  interruptible: true",
        "  only: [dev-cfa2]\n  interruptible: true",
        _P,
        "beside",
    ),
    Mutation("a duration without unit", "default", "60 minutes", '"60"', _P, "duration 60"),
    Mutation("a misspelt duration", "build-all", "30 days", "30 dais", _P, "duration 30 dais"),
    Mutation(
        "a deploy that a commit cancels",
        "deploy-cfa2",
        "  resource",
        "  interruptible: true\n  resource",
        _P,
        "unless it goes",
    ),
    Mutation("a build that no commit cancels", "build-all", "  interruptible: true\n", "", _P, "unless it goes"),
    Mutation("no cancelling at all", "workflow", "new_commit: interruptible", "new_commit: none", _P, "must cancel"),
    Mutation("two deploys at once", "deploy-cfa2", "  resource_group: cfa2\n", "", _P, "resource group"),
    Mutation(
        "an echoed secret",
        "deploy-cfa2",
        "    - dagger call deploy-cfa-2 --smoke # Dagger's CLI writes a hyphen before a digit\n",
        "    - echo $SSH_PRIVATE_KEY\n",
        _P,
        "no plain",
    ),
    Mutation(
        "a login of its own", "build-all", "  script:", "  before_script: [docker login]\n  script:", _P, "no plain"
    ),
    Mutation(
        "a known_hosts of its own",
        "deploy-cfa2",
        "    - dagger call deploy-cfa-2 --smoke # Dagger's CLI writes a hyphen before a digit\n",
        "    - ssh-keyscan cfa2\n",
        _P,
        "no plain",
    ),
    Mutation("shell behind a call", "build-all", "publish-all", "publish-all || true", _P, "no plain dagger call"),
    Mutation("a secret as a flag", "build-all", "publish-all", "publish-all --tag $TOKEN", _P, "no plain dagger call"),
    Mutation(
        "a secret in the file", "variables", "NO_COLOR", "CI_REGISTRY_PASSWORD: x\n  NO_COLOR", _P, "given a value"
    ),
    Mutation("another runner", "default", "tags: [vds1]", "tags: [shared]", _P, "the runner is vds1"),
    Mutation("no tag", "default", "  tags: [vds1]\n", "", _P, "the runner is vds1"),
    Mutation(
        "Docker in Docker",
        "default",
        "{ name: $ENGINE, alias",
        "{ name: docker:dind, alias",
        _P,
        "the engine as its image",
    ),
    Mutation("another engine", "variables", f"engine:{VERSION}", "engine:v0.22.0", _P, "dagger.json says"),
    Mutation("an engine that moves", "variables", f"engine:{VERSION}", "engine:latest", _P, "dagger.json says"),
    Mutation(
        "a retry of anything",
        "default",
        "when: [runner_system_failure, scheduler_failure]",
        "when: always",
        _P,
        "again",
    ),
    Mutation("a rollback that the runner repeats", "rollback-cfa2", "  retry: 0\n", "", _P, "changes the host"),
    Mutation("no report of a red build", "build-all", "when: always", "when: on_success", _P, "when it is red"),
    Mutation("no report", "build-all", "report -o out/", "services", _P, "must write its report"),
    Mutation("no report of red tests", "test", "test-report -o out/", "services", _P, "must write its report"),
    Mutation(
        "a tag that moves untested",
        "build-all",
        "call publish-all\n",
        "call publish-all --tag a --tag dev\n",
        _P,
        "before the tests",
    ),
    Mutation(
        "dev moved before the tests",
        "e2e",
        "call end-to-end\n",
        "call promote --to dev\n    - dagger call end-to-end\n",
        _P,
        "before the tests",
    ),
    Mutation(
        "dev moved without the parts' tests", "e2e", "needs: [test]", "needs: [build-all]", _P, "before the tests"
    ),
    Mutation("no report of a red whole", "e2e", "end-to-end-report -o out/", "services", _P, "must write its report"),
    Mutation("dev never moved", "e2e", "    - dagger call promote --to dev\n", "", _P, "must move dev"),
    Mutation("a stage that nobody looked at", "promote-stage", "[deploy-cfa2]", "[e2e]", _P, "must need deploy-cfa2"),
    Mutation("prod from dev", "promote-prod", "--from stage --to prod", "--from dev --to prod", _P, "before the tests"),
    Mutation("prod without stage", "promote-prod", "[promote-stage]", "[deploy-cfa2]", _P, "must need promote-stage"),
    Mutation("a promotion by itself", "promote-prod", "rules: *by-hand", "rules: *always", _P, "unasked"),
    Mutation("two promotions at once", "promote-prod", "  resource_group: prod\n", "", _P, "the resource group prod"),
    Mutation("prod that deploys", "promote-prod", "action: prepare", "action: start", _P, "action prepare"),
    Mutation("a promotion of another", "promote-prod", "name: prod", "name: stage", _P, "must be prod"),
    Mutation("variables passed on", "build-all", "junit: out/junit.xml", "dotenv: out/build.env", _P, "passes on"),
    Mutation("something included", "", "stages:", "include: /more.yml\nstages:", _P, "it says include"),
    Mutation("another host", "deploy-cfa2", "192.0.2.10", "cfa1", _P, "it names cfa1"),
)


def table() -> str:
    """docs/pipeline-policy.md: every mutation and who catches it."""
    rows = [(one.name, one.where or "the head", one.catcher) for one in MUTATIONS]
    rendered = tabulate(rows, headers=("what is spoilt", "in", "caught by"), tablefmt="github")
    return f"{_HEAD}\n{rendered}\n"


if __name__ == "__main__":
    print(table(), end="")
