"""``podherd users``, ``keys`` and ``audit`` as somebody types them, and the bridge's start."""

import re
import sqlite3
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from planner.codec.messages import encode
from planner.warehouse.site import Site
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.errors import InvalidAccess
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.settings import SecurityParams, security_of
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.cli import add_to
from wms_bridge.main import SECURITY_VARIABLE, Settings, access_of, read_security, serve
from wms_bridge.records.access import AuditQuery

PASSWORD = "four plain words here"
APP = typer.Typer()
add_to(APP)


def run(*arguments: str, code: int = 0, typed: str = "") -> str:
    result = CliRunner().invoke(APP, arguments, input=typed)
    assert result.exit_code == code, result.output
    return result.output


def test_accounts_keys_and_their_trace(tmp_path: Path) -> None:
    database = str(tmp_path / "bridge.db")
    at = ("--database", database)
    root = ("--role", "admin", "--reason", "first start")
    run("users", "add", "root", *root, *at, typed=f"{PASSWORD}\n")
    run("users", "add", "anna", "--role", "picker", "--site", "north", *at, typed=f"{PASSWORD}\n")
    run("users", "add", "anna", "--role", "picker", *at, typed=f"{PASSWORD}\n", code=2)
    run("users", "set", "anna", "--role", "operator", "--role", "picker", *at)
    run("users", "password", "anna", *at, typed="other plain words\n")
    run("users", "disable", "anna", *at)
    listed = run("users", "list", *at)
    assert re.search(r"anna\W+operator, picker\W+north.*disabled", listed)
    run("users", "enable", "anna", *at)
    secret = re.search(r"phk_\S+", run("keys", "add", "wms", "--role", "integrator", *at))
    assert secret
    store = SqlStore(sqlite_url(Path(database)))
    access = Access(store)
    found = access.principal_of(secret.group(), 2**41)
    assert found.who == "key wms"
    assert access.login("anna", "other plain words", "::1", 2**41).principal.sites == {"north"}
    store.close()
    run("keys", "revoke", secret.group().split("_")[1], *at)
    assert "revoked" in run("keys", "list", *at)
    log = run("audit", "list", *at)
    assert "podherd users add root" in log
    assert "first start" in log
    assert "command line" in log
    for hidden in (PASSWORD, secret.group(), "other plain words"):
        assert hidden not in log
    run("users", "disable", "root", *at, code=1)
    run("audit", "export", str(tmp_path / "log.jsonl"), *at)
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) >= 10


def test_ledger_verify_finds_one_altered_row_of_the_audit_log(tmp_path: Path) -> None:
    database = tmp_path / "bridge.db"
    at = ("--database", str(database))
    run("users", "add", "root", "--role", "admin", *at, typed=f"{PASSWORD}\n")
    for name in ("a", "b", "c"):
        run("keys", "add", name, "--role", "picker", *at)
    told = run("ledger", "verify", *at)
    head = re.search(r"\d+:[0-9a-f]{64}", told)
    assert "The audit log is sound: 4 entries" in told
    assert head
    run("audit", "verify", "--kept", head.group(), *at)
    run("audit", "verify", "--kept", "7", *at, code=1)
    with sqlite3.connect(database) as forger:
        forger.execute("UPDATE audit SET who = 'somebody else' WHERE number = 3")
    assert "entry 3 is not what was written" in run("ledger", "verify", *at, code=1)
    with sqlite3.connect(database) as forger:
        forger.execute("DELETE FROM audit WHERE number >= 2")
        forger.execute("UPDATE audit_head SET number = 1, digest = (SELECT digest FROM audit)")
    run("audit", "verify", *at)
    assert "entry 4" in run("audit", "verify", "--kept", head.group(), *at, code=1)


def test_bridge_starts_on_a_network_only_with_a_credential(site: Site, tmp_path: Path) -> None:
    site_file = tmp_path / "site.json"
    site_file.write_bytes(encode(site))
    url = sqlite_url(tmp_path / "b.db")
    with pytest.raises(InvalidAccess, match="podherd users add"):
        serve(Settings(site_file, url, host="0.0.0.0"))
    store = AuditedStore(SqlStore(url))
    network, loopback = Settings(site_file, url, host="0.0.0.0"), Settings(site_file, url)
    proxied = SecurityParams(trusted_proxies=("10.0.0.2",))
    assert access_of(loopback, SecurityParams(), store).look_whether_open()
    with pytest.raises(InvalidAccess):
        access_of(loopback, proxied, store)
    with_key = Settings(site_file, url, host="0.0.0.0", api_key="k")
    assert access_of(with_key, SecurityParams(), store).known_to_be_open() is False
    with pytest.raises(InvalidAccess):
        access_of(Settings(site_file, url, host="0.0.0.0", api_key=""), SecurityParams(), store)
    run("users", "add", "root", "--role", "admin", "--database", str(tmp_path / "b.db"),
        typed=f"{PASSWORD}\n")  # fmt: skip
    assert access_of(network, proxied, store).known_to_be_open() is False
    assert not access_of(loopback, SecurityParams(), store).look_whether_open()
    store.close()


def test_no_credential_is_kept_in_a_database_that_was_refused(site: Site, tmp_path: Path) -> None:
    site_file = tmp_path / "site.json"
    site_file.write_bytes(encode(site))
    url = sqlite_url(tmp_path / "b.db")
    with pytest.raises(InvalidAccess):
        serve(Settings(site_file, url, host="::"))
    store = SqlStore(url)
    with store.reading() as tx:
        assert not tx.has_credentials()
        assert tx.audit(AuditQuery()) == ()
    store.close()


def test_settings_of_security_come_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "security.json"
    file.write_text(
        '{"trusted_proxies": ["10.0.0.2"], "rates": {"anonymous": {"per_s": 1, "burst": 2}},'
        ' "outbound": {"allowed": ["10.0.0.0/8"], "https_only": true},'
        ' "oidc": {"issuer": "https://id", "audience": "podherd", "jwks": "keys.json",'
        ' "roles": {"wh-admins": "admin"}, "sites": ["*"]}}'
    )
    read = read_security(file)
    assert read.rates.anonymous.burst == 2
    assert read.oidc is not None
    assert read.outbound.policy().check("https://10.1.1.1/").addresses == ("10.1.1.1",)
    monkeypatch.setenv(SECURITY_VARIABLE, str(file))
    assert read_security() == read
    for wrong in (b"{", b"[]", b'{"trusted_proxies": ["*"]}', b'{"rates": {"person": 1}}'):
        with pytest.raises(InvalidAccess):
            security_of(wrong)
    with pytest.raises(InvalidAccess, match="cannot be read"):
        read_security(tmp_path / "none.json")
