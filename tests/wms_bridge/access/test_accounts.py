"""Accounts, sessions, keys: who gets in, how long, and what others learn from trying."""

from collections.abc import Callable

import pytest

from planner.warehouse.errors import NotFound
from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import NOW_MS, PASSWORD, Guarded, quick_passwords
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.errors import InvalidAccess, NotAllowed, NotSignedIn, Throttled
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.keys import USED_EVERY_MS, KeyWanted
from wms_bridge.access.lockout import OF_ACCOUNT, OF_ADDRESS
from wms_bridge.access.passwords import Passwords
from wms_bridge.access.principal import Credential, Principal
from wms_bridge.access.roles import Role
from wms_bridge.access.sessions import SessionParams
from wms_bridge.ports.store import Store
from wms_bridge.records.access import AuditQuery

HOME = "10.0.0.1"
HOUR_MS = 3_600_000


@pytest.fixture
def access(store: Store) -> Access:
    """Access with the administrator root and the picker anna, on each kind of store."""
    made = Access(store, passwords=quick_passwords())
    made.put_account(AccountWanted("root", ["admin"], ["*"]), PASSWORD, None, NOW_MS)
    made.put_account(AccountWanted("anna", ["picker"], ["north"]), PASSWORD, None, NOW_MS)
    return made


def test_login_begins_a_session_of_the_account(access: Access) -> None:
    signed_in = access.login("anna", PASSWORD, HOME, NOW_MS)
    found = access.principal_of(signed_in.token, NOW_MS)
    assert (found.who, found.roles) == ("account anna", frozenset({Role.PICKER}))
    assert found.sites == {"north"}
    access.logout(signed_in.token)
    with pytest.raises(NotSignedIn):
        access.principal_of(signed_in.token, NOW_MS)


def test_session_ends_when_it_is_idle_and_after_the_longest_time(access: Access) -> None:
    params = SessionParams()
    idle = access.login("anna", PASSWORD, HOME, NOW_MS).token
    with pytest.raises(NotSignedIn):
        access.principal_of(idle, NOW_MS + params.idle_ms)
    busy = access.login("anna", PASSWORD, HOME, NOW_MS).token
    for at_ms in range(NOW_MS, NOW_MS + params.longest_ms, params.idle_ms // 2):
        assert access.principal_of(busy, at_ms)
    with pytest.raises(NotSignedIn):
        access.principal_of(busy, NOW_MS + params.longest_ms)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.put_account(AccountWanted("anna", ["operator"], ["north"]), None, None, NOW_MS),
        lambda a: a.put_account(
            AccountWanted("anna", ["picker"], ["north"], disabled=True), None, None, NOW_MS
        ),
        lambda a: a.change_password("anna", PASSWORD, "other plain words", HOME, NOW_MS),
    ],
    ids=["roles", "disabled", "password"],
)
def test_change_of_an_account_ends_its_sessions(
    access: Access, change: Callable[[Access], object]
) -> None:
    token = access.login("anna", PASSWORD, HOME, NOW_MS).token
    change(access)
    with pytest.raises(NotSignedIn):
        access.principal_of(token, NOW_MS)


def test_wrong_name_wrong_password_and_disabled_are_told_alike(access: Access) -> None:
    off = AccountWanted("anna", ["picker"], ["north"], disabled=True)
    access.put_account(off, None, None, NOW_MS)
    told = set()
    for name, password in (("root", "wrong"), ("nobody", PASSWORD), ("anna", PASSWORD), ("", "")):
        with pytest.raises(NotSignedIn) as error:
            access.login(name, password, HOME, NOW_MS)
        told.add(str(error.value))
    assert len(told) == 1


def test_password_is_hashed_whether_there_is_an_account_or_not(store: Store) -> None:
    class Counting(Passwords):
        asked = 0

        def fits(self, password: str, kept: str | None) -> bool:
            Counting.asked += 1
            return quick_passwords().fits(password, kept)

    access = Access(store, passwords=Counting())
    access.put_account(AccountWanted("root", ["admin"], ["*"]), PASSWORD, None, NOW_MS)
    for name in ("root", "nobody"):
        with pytest.raises(NotSignedIn):
            access.login(name, "wrong", HOME, NOW_MS)
    assert Counting.asked == 2


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_failures_make_an_account_wait_longer_and_longer(access: Access, name: str) -> None:
    now_ms = NOW_MS
    waits: list[int] = []
    for attempt in range(40):
        try:
            access.login(name, "wrong", f"10.1.0.{attempt}", now_ms)
        except Throttled as error:
            waits.append(error.retry_after_ms)
            now_ms += error.retry_after_ms
        except NotSignedIn:
            assert attempt <= OF_ACCOUNT.free or len(waits) > 0
    assert waits[:4] == [1_000, 2_000, 4_000, 8_000]
    assert waits == sorted(waits)
    assert waits[-1] == OF_ACCOUNT.longest_ms


def test_lock_out_ends_by_itself_and_a_login_clears_it(access: Access) -> None:
    for _ in range(OF_ACCOUNT.free + 1):
        with pytest.raises(NotSignedIn):
            access.login("anna", "wrong", HOME, NOW_MS)
    with pytest.raises(Throttled):
        access.login("anna", PASSWORD, HOME, NOW_MS)
    assert access.login("anna", PASSWORD, HOME, NOW_MS + 1_000)
    for _ in range(OF_ACCOUNT.free):
        with pytest.raises(NotSignedIn):
            access.login("anna", "wrong", HOME, NOW_MS + 2_000)


def test_failures_make_an_address_wait_whatever_names_it_tries(access: Access) -> None:
    for attempt in range(OF_ADDRESS.free + 1):
        with pytest.raises(NotSignedIn):
            access.login(f"name {attempt}", "wrong", HOME, NOW_MS)
    with pytest.raises(Throttled):
        access.login("anna", PASSWORD, HOME, NOW_MS)
    assert access.login("anna", PASSWORD, "10.9.9.9", NOW_MS)


def test_own_logins_in_between_do_not_give_an_address_more_tries(access: Access) -> None:
    tries = 0
    for attempt in range(200):
        try:
            access.login("anna", PASSWORD, HOME, NOW_MS)
            access.login(f"name {attempt}", "wrong", HOME, NOW_MS)
        except NotSignedIn:
            tries += 1
        except Throttled:
            break
    assert tries <= OF_ADDRESS.free + 1


@pytest.mark.parametrize(
    "password", ["short", "x" * 257, "aaaaaaaaaaaaaaaa", "anna-anna-anna", "annaannaanna1"]
)
def test_weak_passwords_are_refused(access: Access, password: str) -> None:
    with pytest.raises(InvalidAccess) as error:
        access.put_account(AccountWanted("anna", ["picker"], ["*"]), password, None, NOW_MS)
    assert password not in str(error.value) or len(password) < 6


def test_old_password_is_asked_for_and_tries_are_counted(access: Access) -> None:
    for _ in range(OF_ACCOUNT.free + 1):
        with pytest.raises(NotSignedIn):
            access.change_password("anna", "wrong", "other plain words", HOME, NOW_MS)
    with pytest.raises(Throttled):
        access.change_password("anna", PASSWORD, "other plain words", HOME, NOW_MS)


def test_hash_with_old_parameters_is_made_anew_at_the_login(store: Store) -> None:
    old = Access(store, passwords=quick_passwords())
    old.put_account(AccountWanted("root", ["admin"], ["*"]), PASSWORD, None, NOW_MS)
    assert "$argon2id$v=19$m=8," in old.account("root").password
    Access(store).login("root", PASSWORD, HOME, NOW_MS)
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in old.account("root").password
    assert Access(store).login("root", PASSWORD, HOME, NOW_MS)


def test_first_credential_must_be_an_administrators(store: Store) -> None:
    access = Access(store, passwords=quick_passwords())
    with pytest.raises(InvalidAccess, match="administrator"):
        access.put_account(AccountWanted("anna", ["picker"], ["*"]), PASSWORD, None, NOW_MS)
    with pytest.raises(InvalidAccess, match="administrator"):
        access.add_key(KeyWanted("wms", "integrator", ["*"]), None, NOW_MS)
    assert access.accounts() == ()
    assert access.all_keys() == ()


def test_last_administrator_stays_one(access: Access) -> None:
    for wanted in (
        AccountWanted("root", ["picker"], ["*"]),
        AccountWanted("root", ["admin"], ["*"], disabled=True),
    ):
        with pytest.raises(InvalidAccess, match="no administrator"):
            access.put_account(wanted, None, None, NOW_MS)
    assert access.account("root").roles == ("admin",)
    access.put_account(AccountWanted("eve", ["admin"], ["*"]), PASSWORD, None, NOW_MS)
    access.put_account(AccountWanted("root", ["picker"], ["*"]), None, None, NOW_MS)


def test_administrator_of_one_site_gives_and_takes_there_only(access: Access) -> None:
    north = Principal("n", frozenset({Role.ADMIN}), frozenset({"north"}), Credential.SESSION)
    for sites in (["*"], ["south"], ["north", "south"]):
        with pytest.raises(NotAllowed):
            access.put_account(AccountWanted("x", ["picker"], sites), PASSWORD, north, NOW_MS)
        with pytest.raises(NotAllowed):
            access.add_key(KeyWanted("x", "picker", sites), north, NOW_MS)
    with pytest.raises(NotAllowed):
        access.put_account(AccountWanted("root", ["picker"], ["north"]), None, north, NOW_MS)
    every, _ = access.add_key(KeyWanted("every", "admin", ["*"]), None, NOW_MS)
    with pytest.raises(NotAllowed):
        access.revoke_key(every.key, north, NOW_MS)
    access.put_account(AccountWanted("x", ["picker"], ["north"]), PASSWORD, north, NOW_MS)


def test_key_opens_until_it_expires_or_is_revoked(access: Access) -> None:
    wanted = KeyWanted("wms", "integrator", ["north"], NOW_MS + HOUR_MS)
    record, secret = access.add_key(wanted, None, NOW_MS)
    assert access.principal_of(secret, NOW_MS).who == "key wms"
    with pytest.raises(NotSignedIn):
        access.principal_of(secret, NOW_MS + HOUR_MS)
    for wrong in (secret[:-1], secret + "x", f"phk_{record.key}_", f"phk_{record.key}_x", "phk__x"):
        with pytest.raises(NotSignedIn):
            access.principal_of(wrong, NOW_MS)
    revoked = access.revoke_key(record.key, None, NOW_MS + 5)
    assert access.revoke_key(record.key, None, NOW_MS + 9) == revoked
    with pytest.raises(NotSignedIn):
        access.principal_of(secret, NOW_MS)
    with pytest.raises(NotFound):
        access.revoke_key("nobody", None, NOW_MS)


def test_last_use_of_a_key_is_kept_and_is_no_change_to_audit(access: Access) -> None:
    record, secret = access.add_key(KeyWanted("wms", "integrator", ["*"]), None, NOW_MS)
    before = len(access.audit(AuditQuery()))
    for at_ms in (NOW_MS + 1, NOW_MS + 2, NOW_MS + 1 + USED_EVERY_MS):
        access.principal_of(secret, at_ms)
    [kept] = [one for one in access.all_keys() if one.key == record.key]
    assert kept.last_used_ms == NOW_MS + 1 + USED_EVERY_MS
    assert len(access.audit(AuditQuery())) == before


@pytest.mark.parametrize(
    "wanted",
    [
        KeyWanted("", "picker", ["*"]),
        KeyWanted(" x", "picker", ["*"]),
        KeyWanted("x\n", "picker", ["*"]),
        KeyWanted("x", "boss", ["*"]),
        KeyWanted("x", "picker", []),
        KeyWanted("x", "picker", ["*"], NOW_MS),
    ],
)
def test_keys_that_cannot_be(access: Access, wanted: KeyWanted) -> None:
    with pytest.raises(InvalidAccess):
        access.add_key(wanted, None, NOW_MS)
    assert access.all_keys() == ()


def test_two_keys_in_force_have_two_names(access: Access) -> None:
    record, _ = access.add_key(KeyWanted("wms", "integrator", ["*"]), None, NOW_MS)
    with pytest.raises(InvalidAccess, match="of this name"):
        access.add_key(KeyWanted("wms", "picker", ["*"]), None, NOW_MS)
    access.revoke_key(record.key, None, NOW_MS)
    assert access.add_key(KeyWanted("wms", "picker", ["*"]), None, NOW_MS)


def test_nothing_secret_is_kept_or_shown(access: Access) -> None:
    record, secret = access.add_key(KeyWanted("wms", "integrator", ["*"]), None, NOW_MS)
    signed_in = access.login("anna", PASSWORD, HOME, NOW_MS)
    shown = repr((access.accounts(), access.all_keys(), signed_in, access.audit(AuditQuery())))
    for hidden in (PASSWORD, secret, signed_in.token, record.digest, "argon2"):
        assert hidden not in shown


def test_open_until_there_is_a_credential(store: Store) -> None:
    now = [0.0]
    access = Access(store, open_locally=True, passwords=quick_passwords(), ticks=lambda: now[0])
    assert access.known_to_be_open() is None
    assert access.look_whether_open()
    assert access.known_to_be_open() is True
    other = Access(store, passwords=quick_passwords())
    other.put_account(AccountWanted("root", ["admin"], ["*"]), PASSWORD, None, NOW_MS)
    now[0] = 1.0
    assert access.known_to_be_open() is None
    assert not access.look_whether_open()
    assert access.known_to_be_open() is False


def test_login_over_http_sets_a_cookie_that_scripts_cannot_read(
    guarded: Guarded, site: Site
) -> None:
    body = {"name": "root", "password": PASSWORD}
    answer = guarded.ask("POST", "/v1/login", json=body)
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert (
        "Secure" in guarded.ask("POST", "https://bridge/v1/login", json=body).headers["Set-Cookie"]
    )
    token = answer.json()["token"]
    by_cookie = {"Cookie": f"podherd_session={token}"}
    assert guarded.ask("GET", "/v1/me", headers=by_cookie).json()["who"] == "account root"
    assert guarded.ask("GET", "/v1/me", token).json()["who"] == "account root"
    assert guarded.ask("POST", "/v1/logout", headers=by_cookie).status_code == 204
    assert guarded.ask("GET", "/v1/me", token).status_code == 401


def test_password_and_account_over_http(guarded: Guarded, site: Site) -> None:
    token = guarded.ask("POST", "/v1/login", json={"name": "root", "password": PASSWORD}).json()
    token = token["token"]
    anna = {"roles": ["picker"], "sites": [site.name], "password": "plain words of anna"}
    made = guarded.ask("PUT", "/v1/accounts/anna", token, json=anna)
    assert made.json().get("roles") == ["picker"], made.text
    assert "password" not in made.json()
    assert guarded.ask("GET", "/v1/accounts/anna", token).json() == made.json()
    new = {"old_password": PASSWORD, "new_password": "other plain words"}
    assert guarded.ask("PUT", "/v1/me/password", token, json=new).status_code == 204
    assert guarded.ask("GET", "/v1/me", token).status_code == 401
    again = guarded.ask("POST", "/v1/login", json={"name": "root", "password": "other plain words"})
    assert again.is_success


def test_key_over_http_is_shown_once(guarded: Guarded, site: Site) -> None:
    admin = guarded.keys[Role.ADMIN, site.name]
    wanted = {"name": "robots", "role": "integrator", "sites": [site.name]}
    made = guarded.ask("POST", "/v1/keys", admin, json=wanted)
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    assert guarded.ask("GET", "/v1/fleet/events", secret).is_success
    assert secret not in guarded.ask("GET", "/v1/keys", admin).text
    key = made.json()["key"]
    assert guarded.ask("DELETE", f"/v1/keys/{key}", admin).json()["revoked_ms"] == NOW_MS
    assert guarded.ask("GET", "/v1/fleet/events", secret).status_code == 401
