"""Who may do what in the test registry, by the paths of projects as in GitLab."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

PROJECT: Final = "group/project"
_WORKER: Final = os.environ.get("PYTEST_XDIST_WORKER", "")  # each has secrets of its own, and so have its processes


@frozen(kw_only=True)
class Account:
    user: str
    password: str
    pulls: tuple[str, ...] = ()
    pushes: tuple[str, ...] = ()
    expired: bool = False
    token_seconds: int = 300

    def actions(self, repository: str) -> frozenset[str]:
        """What this account may do there; who may push may also pull."""
        if _within(repository, self.pushes):
            return frozenset({"pull", "push"})
        return frozenset({"pull"}) if _within(repository, self.pulls) else frozenset()


PUSHER: Final = Account(user="ci-pusher", password=f"canary-push-5f1c{_WORKER}", pushes=(PROJECT,))
READER: Final = Account(user="ci-reader", password="canary-read-92ab", pulls=(PROJECT,))
EXPIRED: Final = Account(user="ci-expired", password="canary-gone-77d0", pushes=(PROJECT,), expired=True)
ODD: Final = Account(user="ci-odd", password=f"canary 'odd' \"$HOME\" `id` \\n{_WORKER} ", pulls=(PROJECT,))
ACCOUNTS: Final = (PUSHER, READER, EXPIRED, ODD)

Access = Mapping[str, Any]  # one entry of a token's claim `access`


def granted(account: Account, scopes: Iterable[str]) -> tuple[Access, ...]:
    """Narrow the scopes asked for to those allowed: like GitLab, without a word about the rest."""
    asked = (_access(scope) for text in scopes for scope in text.split())
    narrowed = ({**access, "actions": _allowed(account, access)} for access in asked)
    return tuple(access for access in narrowed if access["actions"])


def repository(name: str, *actions: str) -> Access:
    return {"type": "repository", "name": name, "actions": list(actions)}


def _access(scope: str) -> Access:
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    return {**repository(name, *actions.split(",")), "type": kind}


def _allowed(account: Account, access: Access) -> list[str]:
    may = account.actions(access["name"]) if access["type"] == "repository" else frozenset()
    return [action for action in access["actions"] if action in may]


def _within(name: str, prefixes: Sequence[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}/") for prefix in prefixes)
