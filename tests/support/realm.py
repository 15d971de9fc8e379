"""Keycloak's administration of a stand, as a person has it: users, roles, keys."""

from typing import Any, Final

import httpx
from attrs import frozen

from tests.support.part import Part
from tests.support.stand import Stand

_SECONDS: Final = 30


@frozen(kw_only=True)
class Admin:
    """The administrator of the realm."""

    keycloak: Part
    password: str

    @classmethod
    def of(cls, stand: Stand) -> "Admin":
        told = stand.shapes["keycloak"].environment
        return cls(keycloak=stand["keycloak"], password=told["KC_BOOTSTRAP_ADMIN_PASSWORD"])

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """What the realm's administration answers, which must be good."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        url = f"{self.keycloak.url}/admin/realms/ois{path}"
        answer = httpx.request(method, url, headers=headers, json=body, timeout=_SECONDS)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else answer.headers.get("location", "")

    def add_user(self, name: str, *roles: str) -> None:
        """A user with a password of the dev kind, who may enter at once."""
        password = {"type": "password", "value": f"dev-{name}", "temporary": False}
        names = {"firstName": name, "lastName": "Added", "email": f"{name}@example.com", "emailVerified": True}
        self.ask("POST", "/users", {"username": name, "enabled": True, "credentials": [password], **names})
        (user,) = self.ask("GET", f"/users?exact=true&username={name}")
        given = [self.ask("GET", f"/roles/{role}") for role in roles]
        self.ask("POST", f"/users/{user['id']}/role-mappings/realm", given)

    def add_role(self, name: str) -> None:
        self.ask("POST", "/roles", {"name": name})

    def add_key(self, name: str, priority: int) -> None:
        """A new key that signs from now on, when its priority is the highest."""
        config = {"priority": [str(priority)], "enabled": ["true"], "active": ["true"], "keySize": ["2048"]}
        provider = {"name": name, "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider"}
        self.ask("POST", "/components", {**provider, "config": config})

    def _token(self) -> str:
        entered = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": self.password}
        url = f"{self.keycloak.url}/realms/master/protocol/openid-connect/token"
        given = httpx.post(url, data=entered, timeout=_SECONDS)
        assert given.is_success, given.text
        return str(given.json()["access_token"])
