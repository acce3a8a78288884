"""Secrets are in no log, no error, no repr and no answer."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import PASSWORD, Guarded
from wms_bridge.access.redacting import Redacting, redact_logs, redacted, redacted_value
from wms_bridge.access.roles import Role
from wms_bridge.main import Settings

KEY = "phk_abcdefghij234567_S3cretS3cretS3cret"
SESSION = "phs_S3cretS3cretS3cret"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Authorization: Bearer {KEY}", "Authorization: Bearer ***"),
        ("authorization: Basic YW5uYTpwYXNz", "authorization: Basic ***"),
        (f"key {KEY} refused", "key phk_abcdefghij234567_*** refused"),
        (f"Cookie: podherd_session={SESSION}; a=1", "Cookie: podherd_session=phs_***; a=1"),
        (f"sent {JWT}.", "sent ***."),
        ("GET /v1/live?api_key=S3cret&x=1", "GET /v1/live?api_key=***&x=1"),
        ("postgresql://podherd:S3cret@db/podherd", "postgresql://***@db/podherd"),
        ("tryton+https://admin:a%40b@erp:8000/db", "tryton+https://***@erp:8000/db"),
        ("{'name': 'anna', 'password': 'S3cret'}", "{'name': 'anna', 'password': ***}"),
        ('{"old_password": "S3\\"cret", "a": 1}', '{"old_password": ***, "a": 1}'),
        ("LoginIn(name='anna', password='S3cret')", "LoginIn(name='anna', password=***)"),
        ('{"client_secret":"S3cret"}', '{"client_secret":***}'),
        ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "***"),
        ("order A-1 at 10:00 of user@example", "order A-1 at 10:00 of user@example"),
        ("http://127.0.0.1:8600/v1/status", "http://127.0.0.1:8600/v1/status"),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_masked(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_values_are_masked_at_every_depth() -> None:
    value = {"a": [{"password": "S3cret", "b": f"Bearer {KEY}"}], "token": {"x": "S3cret"}, "n": 1}
    shown = redacted_value(value)
    assert "S3cret" not in json.dumps(shown)
    assert shown == {"a": [{"password": "***", "b": "Bearer ***"}], "token": "***", "n": 1}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged at any level, as a handler with the filter writes it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    handler.addFilter(Redacting())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def test_arguments_and_tracebacks_of_logs_are_masked(log: io.StringIO) -> None:
    logger = logging.getLogger("some.part")
    logger.warning("sent %s to %s", f"Bearer {KEY}", "postgresql://u:S3cret@db/x")
    try:
        raise ValueError(f"password='S3cret' {KEY}")
    except ValueError:
        logger.exception("failed")
    assert "S3cret" not in log.getvalue()
    assert "ValueError: password=***" in log.getvalue()


def test_filter_is_put_on_each_handler_once() -> None:
    logger = logging.getLogger("tests.redacting")
    handler = logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    redact_logs("tests.redacting")
    redact_logs("tests.redacting")
    assert sum(isinstance(one, Redacting) for one in handler.filters) == 1
    logger.removeHandler(handler)


def test_requests_leave_no_secret_in_logs_and_answers(
    guarded: Guarded, site: Site, log: io.StringIO
) -> None:
    admin = guarded.keys[Role.ADMIN, site.name]
    body = {"name": "root", "password": PASSWORD}
    token = guarded.ask("POST", "/v1/login", json=body).json()["token"]
    answers = [
        guarded.ask("GET", "/v1/me", token),
        guarded.ask("GET", "/v1/accounts", token),
        guarded.ask("GET", "/v1/keys", token),
        guarded.ask("GET", "/v1/me", token[:-2]),
        guarded.ask("GET", "/v1/me", admin[:-2]),
        guarded.ask("GET", f"/v1/me?api_key={admin}", token),
        guarded.ask("GET", f"/v1/orders/{token}/x", admin),
        guarded.ask("GET", f"/v1/accounts/{admin}", token),
        guarded.ask("GET", f"/v1/audit?limit={token}", admin),
        guarded.ask("POST", "/v1/login", json={**body, "password": PASSWORD + "!"}),
        guarded.ask("POST", "/v1/login", json={**body, "more": 1}),
        guarded.ask("POST", "/v1/login", json={"password": PASSWORD}),
        guarded.ask("POST", "/v1/login", json={"name": 7, "password": [PASSWORD]}),
        guarded.ask("POST", "/v1/login", json={"name": "root", "password": [PASSWORD]}),
        guarded.ask("PUT", "/v1/me/password", token, json={"old_password": PASSWORD}),
        guarded.ask("PUT", "/v1/accounts/x", token, json={"password": PASSWORD, "roles": 1}),
        guarded.ask("PUT", "/v1/accounts/x", token, json={"password": PASSWORD, "roles": ["b"]}),
        guarded.ask("GET", "/v1/audit", admin),
    ]
    for answer in answers:
        told = answer.text + repr(answer.headers)
        for secret in (PASSWORD, token, admin):
            assert secret not in told, f"{answer.request.method} {answer.request.url.path}"
    for secret in (PASSWORD, token, admin):
        assert secret not in log.getvalue()


def test_failure_inside_leaves_no_secret_in_the_log(
    guarded: Guarded, site: Site, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError(f"cannot hash {{'password': '{PASSWORD}'}} {arguments!r}")

    monkeypatch.setattr(guarded.access, "put_account", fail)
    admin = guarded.keys[Role.ADMIN, site.name]
    wanted = {"roles": ["picker"], "sites": ["*"], "password": PASSWORD}
    with pytest.raises(RuntimeError):
        guarded.ask("PUT", "/v1/accounts/x", admin, json=wanted)
    assert "failed" in log.getvalue()
    assert "password': '" not in log.getvalue()


def test_settings_do_not_show_what_may_hold_passwords() -> None:
    settings = Settings(
        Path("site.json"),
        "postgresql://u:S3cret@db/x",
        wms_url="https://u:S3cret@wms/x",
        api_key="S3cret",
    )
    assert "S3cret" not in repr(settings)
