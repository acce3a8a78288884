"""The first data of a trial Tryton, over JSON-RPC: company, currency, users. Standard library
only; nothing of Tryton (GPL) is imported."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any

ADMIN = "admin"
BRIDGE = "podherd"
PASSWORD = "podherd-trial-1"
"""Of both users of a trial database, which listens on loopback only."""
COMPANY = "Podherd Trial"
CURRENCY = {"name": "Euro", "code": "EUR", "numeric_code": "978", "symbol": "€"}
BRIDGE_GROUPS = ("Stock", "Stock Force Assignment")
TIMEOUT_S = 120.0


class RpcFailed(Exception):
    """Tryton said no; the text is what it said, cut short."""


class Rpc:
    """Calls a Tryton server as one of its users."""

    def __init__(self, url: str, user: str = ADMIN, password: str = PASSWORD):
        self._url = url
        self._headers = {"Content-Type": "application/json"}
        self._context: dict[str, Any] = {}
        number, token, *_ = self._post("common.db.login", [user, {"password": password}])
        secret = base64.b64encode(f"{user}:{number}:{token}".encode()).decode()
        self._headers["Authorization"] = f"Session {secret}"
        self._context = self._post("model.res.user.get_preferences", [True, {}])

    def call(self, method: str, *params: Any) -> Any:
        """What ``model.<method>`` answers."""
        return self._post(f"model.{method}", [*params, self._context])

    def find(self, model: str, *domain: Any) -> list[int]:
        """The numbers of the records that fit, by number."""
        found: list[int] = self.call(f"{model}.search", list(domain), 0, None, [["id", "ASC"]])
        return found

    def _post(self, method: str, params: list[Any]) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self._url, body, self._headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            raise RpcFailed(f"{method}: answer {error.code}") from error
        if "error" in told:
            raise RpcFailed(f"{method}: {str(told['error'])[:500]}")
        return told["result"]


def furnish(url: str) -> None:
    """Gives a new database a company, a currency, parties and a user for the bridge; does nothing
    on one that has them."""
    rpc = Rpc(url)
    if rpc.find("company.company"):
        return
    (currency,) = rpc.find("currency.currency", ["code", "=", CURRENCY["code"]]) or rpc.call(
        "currency.currency.create", [CURRENCY]
    )
    parties = ["Customers", "Suppliers", COMPANY]
    records = [{"name": name, "addresses": [["create", [{"city": name}]]]} for name in parties]
    *_, party = rpc.call("party.party.create", records)
    (company,) = rpc.call("company.company.create", [{"party": party, "currency": currency}])
    belongs = {"companies": [["add", [company]]], "company": company}
    rpc.call("res.user.write", rpc.find("res.user", ["login", "=", ADMIN]), belongs)
    groups = rpc.find("res.group", ["name", "in", list(BRIDGE_GROUPS)])
    user = {"name": "Podherd", "login": BRIDGE, "password": PASSWORD, "groups": [["add", groups]]}
    rpc.call("res.user.create", [{**user, **belongs}])
