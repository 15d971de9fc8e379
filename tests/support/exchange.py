"""The exchange of the sample as its callers have it: through the gateway."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import count
from typing import Any, Final

import httpx
from attrs import frozen

from tests.support.part import Part

_NUMBERS: Final = count(100_000_000_000)  # twelve digits, as a person's tax number has


@frozen(kw_only=True)
class Holder:
    """A registered holder, and what it may try."""

    gateway: Part
    id: str
    name: str
    tax_id: str

    def issue(self, **changed: object) -> httpx.Response:
        """Issue a hundred units of a new asset, or what the changes make of it."""
        ticker = f"T{next(_NUMBERS) % 10**9:09}"
        usual = {"ticker": ticker, "name": f"Asset {ticker}", "issuer": self.id, "quantity": 100, "price": 1000.5}
        return self.gateway.post("/api/issuance/assets", {**usual, **changed})

    def order(self, asset: str, to: "Holder", quantity: int) -> str:
        """The id of an order to transfer."""
        body = {"asset": asset, "from": self.id, "to": to.id, "quantity": quantity}
        return str(good(self.gateway.post("/api/settlement/transfers", body), 201)["id"])

    def settle(self, transfer: str) -> httpx.Response:
        return self.gateway.post(f"/api/settlement/transfers/{transfer}/settle")

    def holdings(self) -> dict[str, int]:
        held = good(self.gateway.get(f"/api/registry/holdings?holder={self.id}"))
        return {each["asset"]: each["quantity"] for each in held}


def registered(gateway: Part, country: str = "RU", *, check: bool = True) -> Holder:
    """A new holder, checked by compliance; countries that are not served fail."""
    number = str(next(_NUMBERS))
    body = {"name": f"Holder {number}", "taxId": number, "country": country, "born": "1990-05-17"}
    known = good(gateway.post("/api/identity/holders", body), 201)
    if check:
        verdict = good(gateway.post("/api/compliance/checks", {"holder": known["id"]}), 201)
        assert verdict["passed"] == (country == "RU"), verdict
    return Holder(gateway=gateway, id=known["id"], name=known["name"], tax_id=number)


def good(answer: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer that must be good."""
    assert answer.status_code == status, answer.text
    return answer.json()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and sentence of a refusal."""
    return answer.status_code, answer.json()["message"]


def documented(gateway: Part) -> Iterator[tuple[str, str, Any]]:
    """Method, path and description of each operation."""
    for path, operations in good(gateway.get("/swagger/openapi.json"))["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def written(page: str) -> str:
    """What a page says: without the scripts, which repeat it, and React's comments between words."""
    return re.sub("<script.*?</script>|<!--.*?-->", "", page, flags=re.DOTALL)


def hidden_fields(page: str, button: str) -> dict[str, str]:
    """What a browser sends with the form of this button beside what was entered."""
    form = next(form for form in re.findall("<form.*?</form>", page, re.DOTALL) if f">{button}</button>" in form)
    found = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/>', form)
    return {name: unescape(value) for name, value in found}
