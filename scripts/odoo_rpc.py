"""The first data of a trial Odoo, over JSON-RPC: a user for the bridge. Standard library only;
nothing of Odoo is imported."""

import json
import urllib.request
from typing import Any

ADMIN = "admin"
BRIDGE = "podherd"
PASSWORD = "podherd-trial-1"
"""Of both users of a trial database, which listens on loopback only."""
FIRST_PASSWORD = "admin"
GROUPS = ("group_stock_user", "group_production_lot", "group_stock_multi_locations")
TIMEOUT_S = 120.0


class RpcFailed(Exception):
    """Odoo said no; the text is what it said, cut short."""


class Rpc:
    """Calls an Odoo server as one of its users."""

    def __init__(self, web: str, database: str, user: str, password: str):
        self._url, self._database, self._password = f"{web}/jsonrpc", database, password
        self._user = self._post("common", "authenticate", [database, user, password, {}])
        if not self._user:
            raise RpcFailed(f"{user} is not let in")

    def call(self, model: str, method: str, *params: Any) -> Any:
        """What a method of a model answers."""
        who = [self._database, self._user, self._password]
        return self._post("object", "execute_kw", [*who, model, method, list(params)])

    def _post(self, service: str, method: str, args: list[Any]) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url, body.encode(), headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            told = json.load(answer)
        if "error" in told:
            raise RpcFailed(f"{method}: {str(told['error'])[-500:]}")
        return told.get("result")


def furnish(web: str, database: str) -> None:
    """Gives a new database a user for the bridge, lots and locations for all, and passwords."""
    rpc = Rpc(web, database, ADMIN, FIRST_PASSWORD)
    settings = {"group_stock_production_lot": True, "group_stock_multi_locations": True}
    made = rpc.call("res.config.settings", "create", settings)
    rpc.call("res.config.settings", "execute", [made])
    domain = [["module", "=", "stock"], ["name", "in", list(GROUPS)]]
    groups = rpc.call("ir.model.data", "search_read", domain, ["res_id"])
    links = [[4, group["res_id"]] for group in groups]
    secret = {"password": PASSWORD}
    # Odoo books nothing for a user who has no address for its log of messages.
    user = {"name": "Podherd", "login": BRIDGE, "email": f"{BRIDGE}@example.com", **secret}
    rpc.call("res.users", "create", {**user, "groups_id": links})
    admins = rpc.call("res.users", "search", [["login", "=", ADMIN]])
    rpc.call("res.users", "write", admins, {"email": f"{ADMIN}@example.com", **secret})
