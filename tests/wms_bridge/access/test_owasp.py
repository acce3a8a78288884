"""OWASP API Security Top 10 (2023): a named test for each that applies. Much more is in the tests
beside this one; docs/guides/security.md has the table."""

import asyncio

import httpx
import pytest

from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import PASSWORD, Guarded
from wms_bridge.access.errors import BlockedAddress
from wms_bridge.access.limits import Rate, RateParams
from wms_bridge.access.outbound import OutboundPolicy
from wms_bridge.access.roles import Role
from wms_bridge.adapters.webhook.sender import WebhookSender
from wms_bridge.api.app import create_app
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OutboxMessage


def test_api1_broken_object_level_authorization(guarded: Guarded, site: Site) -> None:
    order = {"lines": [{"sku": "RED", "quantity": 1}]}
    own = guarded.keys[Role.INTEGRATOR, site.name]
    assert guarded.ask("PUT", f"/v1/orders/{site.name}/A", own, json=order).is_success
    for (_, where), key in guarded.keys.items():
        if where != site.name:
            answer = guarded.ask("GET", f"/v1/orders/{site.name}/A", key)
            assert (answer.status_code, "RED" in answer.text) == (403, False)


def test_api2_broken_authentication(guarded: Guarded) -> None:
    seen = {guarded.ask("POST", "/v1/login", json={"name": name, "password": "wrong"}).text
            for name in ("root", "nobody")}  # fmt: skip
    assert len(seen) == 1
    statuses = [
        guarded.ask("POST", "/v1/login", json={"name": "root", "password": "wrong"}).status_code
        for _ in range(8)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    body = {"name": "root", "password": PASSWORD}
    assert guarded.ask("POST", "/v1/login", json=body).status_code == 429


def test_api3_broken_object_property_level_authorization(guarded: Guarded, site: Site) -> None:
    admin = guarded.keys[Role.ADMIN, site.name]
    mass = {"name": "x", "role": "picker", "sites": [site.name], "digest": "0" * 64}
    assert guarded.ask("POST", "/v1/keys", admin, json=mass).status_code == 422
    for path in ("/v1/accounts", "/v1/keys", "/v1/accounts/root"):
        text = guarded.ask("GET", path, admin).text
        assert "argon2" not in text
        assert "digest" not in text
        assert '"password"' not in text


def test_api4_unrestricted_resource_consumption(guarded: Guarded, site: Site) -> None:
    # As many at once as usual; what flows in later would make the test depend on the machine.
    rates = RateParams(anonymous=Rate(0.001, RateParams().anonymous.burst))
    guarded.app = create_app(
        guarded.bridge, lambda: guarded.now_ms, access=guarded.access, rates=rates
    )

    async def flood(http: httpx.AsyncClient) -> set[int]:
        return {(await http.get("/v1/me")).status_code for _ in range(60)}

    assert guarded.run(flood) == {401, 429}
    admin = guarded.keys[Role.ADMIN, site.name]
    assert guarded.ask("GET", "/v1/audit?limit=1001", admin).status_code == 422


def test_api5_broken_function_level_authorization(guarded: Guarded, site: Site) -> None:
    for role in set(Role) - {Role.ADMIN}:
        key = guarded.keys[role, site.name]
        wanted = {"name": "mine", "role": "admin", "sites": ["*"]}
        assert guarded.ask("POST", "/v1/keys", key, json=wanted).status_code == 403
        assert guarded.ask("GET", "/v1/accounts", key).status_code == 403
    # An administrator of this site makes none of others.
    admin = guarded.keys[Role.ADMIN, site.name]
    wanted = {"name": "mine", "role": "admin", "sites": ["*"]}
    assert guarded.ask("POST", "/v1/keys", admin, json=wanted).json()["code"] == "foreign_site"


def test_api6_unrestricted_access_to_sensitive_business_flows(guarded: Guarded, site: Site) -> None:
    # A pick is confirmed once, however often and by whoever it is asked for; a decision on stock is
    # a supervisor's, not a picker's or a program's.
    for role in (Role.PICKER, Role.OPERATOR, Role.INTEGRATOR):
        body = {"action": "approve", "by": "x", "reason": "y", "version": 1}
        key = guarded.keys[role, site.name]
        answer = guarded.ask("POST", "/v1/counts/C000001/decision", key, json=body)
        assert answer.status_code == 403


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://[::1]:8600/", "http://0x7f.1/"])
def test_api7_server_side_request_forgery(url: str) -> None:
    with pytest.raises(BlockedAddress):
        OutboundPolicy().check(url)


def test_api8_security_misconfiguration(guarded: Guarded, site: Site) -> None:
    key = guarded.keys[Role.ADMIN, site.name]
    answer = guarded.ask("GET", "/v1/me", key, headers={"Origin": "https://evil.example"})
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers
    assert "Strict-Transport-Security" in guarded.ask("GET", "https://bridge/v1/me", key).headers
    page = guarded.ask("GET", "/console/")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'"
    )
    for path in ("/docs", "/redoc", "/openapi.json", "/.git/config", "/../main.py"):
        assert guarded.ask("GET", path).status_code == 404
    change = guarded.ask("PUT", "/v1/skus", key, json={"skus": []}, headers={"Origin": "https://x"})
    assert change.json()["code"] == "foreign_origin"
    sent = {"Sec-Fetch-Site": "cross-site"}
    assert guarded.ask("PUT", "/v1/skus", key, json={"skus": []}, headers=sent).status_code == 403


def test_api9_improper_inventory_management(guarded: Guarded, site: Site) -> None:
    admin = guarded.keys[Role.ADMIN, site.name]
    for path in ("/v0/orders", "/v2/orders", "/orders", "/v1/debug", "/v1//me", "/V1/me"):
        assert guarded.ask("GET", path, admin).status_code == 404


def test_api10_unsafe_consumption_of_apis() -> None:
    # What a WMS answers is not followed and not taken whole: no redirects, no long errors.
    asked = []

    def wms(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": "http://169.254.169.254/"})

    message = OutboxMessage(number=1, message="m", order=None, body="{}", created_ms=0)

    async def send() -> None:
        sender = WebhookSender("https://wms.example/hook", httpx.MockTransport(wms))
        try:
            await sender.send(message)
        finally:
            await sender.close()

    with pytest.raises(DeliveryFailed):
        asyncio.run(send())
    assert asked == ["https://wms.example/hook"]
