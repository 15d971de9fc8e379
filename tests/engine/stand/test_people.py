"""Who may do what, with a real Keycloak on a real database: sign-ins, tokens, and what happens when it is not well."""

import asyncio
import base64
import json
import subprocess
from pathlib import Path
from secrets import token_hex

import pytest

from ci.smoke.sign_in import SignInFailed
from ci.smoke.smoke import Status, looks
from ci.smoke.ways import Host
from tests.support.part import Part
from tests.support.people import MARIA, Pass, portal_url, user, visit
from tests.support.realm import Admin
from tests.support.registry.docker import docker
from tests.support.repository import ROOT
from tests.support.stand import CATALOGUE, PUBLIC_HOST, Stand
from tests.support.waiting import until

KEYCLOAK = ROOT / "deploy/keycloak"
LARGEST_COOKIE = 4096
READY_SECONDS = 480
HOLDERS = "/api/identity/holders"
PORTALS = {"portal-issuer": "irina", "portal-investor": "ivan", "backoffice": "olga"}


@pytest.fixture(scope="module")
def admin(services: Stand) -> Admin:
    return Admin.of(services)


def claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    told: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return told


@pytest.mark.parametrize(("portal", "name"), PORTALS.items())
def test_a_portal_lets_in_who_has_its_role_and_asks_in_their_name(services: Stand, portal: str, name: str) -> None:
    page, _ = visit(services, portal, user(name))
    assert str(page.url) == portal_url(services, portal)
    assert name.capitalize() in page.text
    assert 'class="refused"' not in page.text


@pytest.mark.parametrize(
    ("portal", "name"), [("portal-issuer", "ivan"), ("backoffice", "irina"), ("portal-investor", "nikita")]
)
def test_somebody_of_another_role_or_of_none_is_told_so(services: Stand, portal: str, name: str) -> None:
    with pytest.raises(SignInFailed, match=rf"/auth/refused answered 403: .*{name}.* does not have the role"):
        visit(services, portal, user(name))


def test_a_token_is_for_the_gateway_with_the_portals_role_alone(services: Stand) -> None:
    told = claims(Pass(services)())
    assert told["iss"] == f"http://{PUBLIC_HOST}:58080/realms/ois"
    assert "api-gateway" in str(told["aud"])
    assert told["realm_access"] == {"roles": ["issuer"]}


def test_a_user_of_many_roles_still_fits_into_a_cookie(services: Stand, admin: Admin) -> None:
    name, roles = (
        f"many{token_hex(3)}",
        [f"a-role-with-quite-a-long-name-{number:02}-{token_hex(4)}" for number in range(60)],
    )
    for role in roles:
        admin.add_role(role)
    admin.add_user(name, "issuer", *roles)
    _, cookies = visit(services, "portal-issuer", user(name))
    ((cookie, value),) = cookies.items()
    assert len(cookie) + len(value) < LARGEST_COOKIE


def test_the_gateway_refuses_who_shows_no_token_or_a_changed_one(services: Stand, gateway: Part) -> None:
    bare = services["api-gateway"]
    assert bare.get(HOLDERS).status_code == 401
    assert bare.get(HOLDERS).headers["www-authenticate"].startswith("Bearer")
    assert gateway.get(HOLDERS).status_code == 200
    assert gateway.token
    header, body, signature = gateway.token().split(".")
    for token in (f"{header}.{body}.", f"{header}.{body[:-4]}AAAA.{signature}", "nothing"):
        answer = bare.ask("GET", HOLDERS, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "token")


def test_a_key_that_is_new_is_taken_at_once(services: Stand, admin: Admin) -> None:
    before = Pass(services)
    assert services["api-gateway"].ask("GET", HOLDERS, headers=_shown(before())).is_success
    admin.add_key(f"new-{token_hex(3)}", priority=200)
    after = Pass(services)
    assert json.loads(base64.urlsafe_b64decode(after().split(".")[0] + "==")) != json.loads(
        base64.urlsafe_b64decode(before().split(".")[0] + "==")
    )
    until(
        lambda: services["api-gateway"].ask("GET", HOLDERS, headers=_shown(after())).is_success,
        20,
        "the gateway does not take a token of the new key",
    )


def test_plain_http_is_served_to_a_public_address(services: Stand) -> None:
    with services.another("keycloak", KC_PROXY_HEADERS="xforwarded") as told:
        until(lambda: services.knows_people(told), READY_SECONDS, "the second Keycloak does not know the realm")
        for address, public in (("203.0.113.9", True), ("100.64.1.1", True), ("10.0.0.1", False)):
            headers = {"X-Forwarded-For": address, "X-Forwarded-Proto": "http"}
            path = "protocol/openid-connect/auth?client_id=account&response_type=code"
            ours, masters = (
                told.ask("GET", f"/realms/{realm}/{path}", headers=headers).text for realm in ("ois", "master")
            )
            assert "HTTPS required" not in ours
            assert ("HTTPS required" in masters) is public  # or the address was never looked at


def test_a_look_at_the_stand_is_green(services: Stand) -> None:
    ours = [CATALOGUE.service(name) for name in services.entries]
    seen = asyncio.run(looks(ours, Host(PUBLIC_HOST, services.ways), MARIA))
    assert {one.service: one.cause for one in seen if one.status is Status.RED} == {}
    assert sum(one.did == "sign-in" for one in seen) == len(PORTALS)


def test_a_gateway_that_never_reached_keycloak_says_so(services: Stand, gateway: Part) -> None:
    assert gateway.token
    with services.another("api-gateway", OIDC_INTERNAL_URL="http://127.0.0.1:9/realms/ois") as apart:
        answer = apart.ask("GET", HOLDERS, headers=_shown(gateway.token()))
        assert (answer.status_code, answer.json()["code"]) == (503, "sign-in")
        assert "the realm does not tell its keys at http://127.0.0.1:9/realms/ois" in answer.json()["message"]
        assert apart.get("/health").is_success


@pytest.mark.parametrize("portal", PORTALS)
def test_a_portal_that_does_not_reach_keycloak_says_so(services: Stand, portal: str) -> None:
    with services.another(portal, OIDC_INTERNAL_URL="http://127.0.0.1:9/realms/ois") as apart:
        page = apart.get("/auth/login")
        assert page.status_code == 503
        assert "The sign-in service does not answer at http://127.0.0.1:9/realms/ois" in page.text
        assert apart.get("/health").is_success


def test_a_portal_of_another_realm_says_so(services: Stand) -> None:
    with services.another("backoffice", OIDC_ISSUER=f"http://{PUBLIC_HOST}:58080/realms/other") as apart:
        page = apart.get("/auth/login")
    assert page.status_code == 500
    assert f"OIDC_ISSUER is http://{PUBLIC_HOST}:58080/realms/other" in page.text


def test_a_restart_loses_nobody_and_a_database_may_come_late(services: Stand, admin: Admin) -> None:
    name = f"late{token_hex(3)}"
    admin.add_user(name, "operator")
    keycloak, postgres = services["keycloak"].container, services["postgres"].container
    docker("stop", keycloak, postgres)
    docker("start", keycloak)
    until(lambda: _restarts(keycloak) > 0, READY_SECONDS, "Keycloak does not end without its database")
    docker("start", postgres)
    until(services.knows_people, READY_SECONDS, "Keycloak does not come back with its database")
    page, _ = visit(services, "backoffice", user(name))
    assert page.is_success
    visit(services, "portal-issuer", user("irina"))


def test_the_runbooks_commands_compare_the_live_realm_with_gits(services: Stand, tmp_path: Path) -> None:
    script = (KEYCLOAK / "live.sh").read_text(encoding="utf-8")
    told = docker("exec", services["keycloak"].container, "bash", "-c", script)
    (tmp_path / "live.json").write_text(told, encoding="utf-8")
    assert compared(tmp_path / "live.json") == (0, "the live realm has all that git has\n")
    (tmp_path / "live.json").write_text(told.replace('"S256"', '"plain"'), encoding="utf-8")
    code, lines = compared(tmp_path / "live.json")
    assert code == 1
    line = 'realm.clients.backoffice.attributes.pkce.code.challenge.method: git has "S256", live is "plain"'
    assert line in lines.splitlines()


def compared(live: Path) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603  # arguments of our own
        (KEYCLOAK / "compare", live, PUBLIC_HOST), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def _shown(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _restarts(container: str) -> int:
    return int(docker("inspect", "--format", "{{.RestartCount}}", container))
