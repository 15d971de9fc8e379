"""GitLab's /jwt/auth: who asks, what for, and the token that comes of it. Pure but for the clock."""

from base64 import b64decode
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs

from attrs import frozen

from tests.support.registry.accounts import Account, granted
from tests.support.registry.messages import Answer, Call, error_answer, json_answer
from tests.support.registry.tokens import Signer

PATH: Final = "/jwt/auth"
_ANYONE: Final = Account(user="", password="")


@frozen
class TokenEndpoint:
    """`oauth` answers POST too (grant_type=password, as other registries do); GitLab itself answers it with 404."""

    signer: Signer
    accounts: Sequence[Account]
    oauth: bool = False

    def answer(self, call: Call) -> Answer:
        if call.method == "GET":
            return self._answer(_basic(call), parse_qs(call.query).get("scope", []), "token")
        if call.method == "POST" and self.oauth:
            form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
            login = form.get("username", ""), form.get("password", "")
            return self._answer(login, [form.get("scope", "")], "access_token")
        return Answer(404)

    def _answer(self, login: tuple[str, str] | None, scopes: Sequence[str], key: str) -> Answer:
        account = self._account(login) if login else _ANYONE
        if account is None:
            return error_answer(401, "UNAUTHORIZED", "HTTP Basic: Access denied. The token was incorrect or expired.")
        access = granted(account, scopes)
        if login is None and not access:
            return error_answer(403, "DENIED", "access forbidden")
        # As GitLab: no expires_in, from which clients conclude 60 s.
        return json_answer(200, {key: self.signer.token(account.user, access, account.token_seconds)})

    def _account(self, login: tuple[str, str]) -> Account | None:
        known = (each for each in self.accounts if (each.user, each.password) == login and not each.expired)
        return next(known, None)


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    user, _, password = b64decode(encoded).decode().partition(":")
    return user, password
