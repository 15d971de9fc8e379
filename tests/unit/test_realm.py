"""The realm of git: what every client must be, and that its users can only be those of dev."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from ci.catalogue import load
from ci.compose.lines import ComposeLines
from ci.host.stack import COMPOSE, VARIABLES
from tests.support.compose import ask
from tests.support.repository import ROOT

CATALOGUE: Final = load((ROOT / "services.toml").read_text(encoding="utf-8"))
REALM: Final[dict[str, Any]] = json.loads((ROOT / "deploy/keycloak/realm-ois.json").read_text(encoding="utf-8"))
CLIENTS: Final = {client["clientId"]: client for client in REALM["clients"]}
PORTALS: Final = {service.name: service for service in CATALOGUE.select(["portals"])}


def test_each_portal_is_a_client_and_nobody_else() -> None:
    assert CLIENTS.keys() == PORTALS.keys()


@pytest.mark.parametrize("name", PORTALS)
def test_a_client_signs_in_by_pkce_at_its_own_address_only(name: str) -> None:
    client, url = CLIENTS[name], f"http://${{PUBLIC_HOST}}:{PORTALS[name].published}"
    assert client["publicClient"]
    assert not client["directAccessGrantsEnabled"]
    assert client["attributes"]["pkce.code.challenge.method"] == "S256"
    assert client["redirectUris"] == [f"{url}/auth/callback"]
    assert client["attributes"]["post.logout.redirect.uris"] == f"{url}/"


@pytest.mark.parametrize("name", PORTALS)
def test_a_token_is_for_the_gateway_and_holds_the_portals_role_alone(name: str) -> None:
    audiences = [mapper["config"]["included.custom.audience"] for mapper in CLIENTS[name]["protocolMappers"]]
    assert audiences == ["api-gateway"]
    assert not CLIENTS[name]["fullScopeAllowed"]  # or a user of many roles outgrows a cookie
    (scope,) = (one for one in REALM["scopeMappings"] if one["client"] == name)
    assert len(scope["roles"]) == 1


def test_the_realm_with_test_users_calls_itself_dev() -> None:
    assert REALM["users"]
    assert REALM["displayName"].endswith("(dev)")
    assert REALM["sslRequired"] == "none"


def test_browsers_and_containers_find_the_same_realm(tmp_path: Path) -> None:
    place = ROOT / CATALOGUE.host("cfa2").compose
    compose, variables = ((place / name).read_text(encoding="utf-8") for name in (COMPOSE, VARIABLES))
    answer = ask(compose, tmp_path, variables, "PUBLIC_HOST=cfa2.test\n")
    services = answer.or_refuse(ComposeLines(COMPOSE, compose)).services
    keycloak = services["keycloak"].environment
    for name in ("api-gateway", *PORTALS):
        environment = services[name].environment
        assert environment["OIDC_ISSUER"] == f"{keycloak['KC_HOSTNAME']}/realms/{REALM['realm']}"
        assert environment["OIDC_INTERNAL_URL"] == f"http://keycloak:8080/realms/{REALM['realm']}"
    for name, service in PORTALS.items():
        assert services[name].environment["PUBLIC_URL"] == f"http://cfa2.test:{service.published}"
    (mount,) = services["keycloak"].mounts
    assert mount.source in CATALOGUE.host("cfa2").files
