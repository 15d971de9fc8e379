"""Ways to spoil .gitlab-ci.yml, and who catches each."""

from enum import StrEnum
from typing import Final

from attrs import frozen

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


_RULE: Final = "{ if: $CI_COMMIT_BRANCH == $DEPLOY_BRANCH }"
_P, _S, _J = Catcher.POLICY, Catcher.SCHEMA, Catcher.JOBS
MUTATIONS: Final = (
    Mutation(
        "a script that is a mapping", "build-all", "    - dagger call publish-all", "    - {run: x}", _S, "script"
    ),
    Mutation("a misspelt keyword", "build-all", "after_script", "after_scrip", _S, "after_scrip"),
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
    Mutation("tests that may fail", "test", "  script", "  allow_failure: true\n  script", _J, "test"),
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
        "  script:",
        "  only: [dev-cfa2]\n  script:",
        _P,
        "beside",
    ),
    Mutation("a duration without unit", "deploy-cfa2", "30 minutes", '"30"', _P, "duration 30"),
    Mutation("a deploy without an end", "deploy-cfa2", "  timeout: 30 minutes\n", "", _P, "must have a timeout"),
    Mutation("a timeout that is ignored", "default", "  retry:", "  timeout: 1 hour\n  retry:", _P, "GitLab ignores"),
    Mutation("a misspelt duration", "build-all", "30 days", "30 dais", _P, "duration 30 dais"),
    Mutation(
        "a deploy that a commit cancels",
        "deploy-cfa2",
        "  resource",
        "  interruptible: true\n  resource",
        _P,
        "a push would cancel it",
    ),
    Mutation(
        "a build that a commit cancels",
        "build-all",
        "  script:",
        "  interruptible: true\n  script:",
        _P,
        "a push would cancel it",
    ),
    Mutation(
        "another rule of cancelling",
        "",
        "variables:",
        "workflow: { auto_cancel: { on_new_commit: interruptible } }\n\nvariables:",
        _P,
        "GitLab's own rule is meant",
    ),
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
        "another file as the key",
        "status-cfa2",
        "dagger call status",
        "dagger call --ssh-key file://$HOME/.ssh/id status",
        _P,
        "no plain dagger call",
    ),
    Mutation(
        "a secret in the file", "variables", "NO_COLOR", "CI_REGISTRY_PASSWORD: x\n  NO_COLOR", _P, "given a value"
    ),
    Mutation("another runner", "default", "tags: [vds1]", "tags: [shared]", _P, "the runner is vds1"),
    Mutation("no tag", "default", "  tags: [vds1]\n", "", _P, "the runner is vds1"),
    Mutation(
        "Docker in Docker",
        "default",
        "    - name: $ENGINE",
        "    - name: docker:dind",
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
        "dev moved by the tests themselves",
        "e2e",
        "[dagger call end-to-end]",
        "[dagger call end-to-end, dagger call promote --to dev]",
        _P,
        "before the tests",
    ),
    Mutation("dev moved without the parts' tests", "promote-dev", "test, e2e]", "e2e]", _J, "promote-dev"),
    Mutation("dev moved without the whole", "promote-dev", "test, e2e]", "test]", _J, "promote-dev"),
    Mutation("no report of a red whole", "e2e", "end-to-end-report -o out/", "services", _P, "must write its report"),
    Mutation("dev never moved", "promote-dev", "promote --to dev", "services", _P, "one job must call"),
    Mutation("tests that wait for images", "test", "needs: []", "needs: [build-all]", _J, "test"),
    Mutation("a whole that waits for the parts", "e2e", "[build-all]", "[test]", _J, "e2e"),
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
