"""Accounts, keys, connectors and the audit log of the screen Setup in a real browser."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from planner.warehouse.ids import OrderId
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.console.setups import PASSWORD, SetupBridge, act, desk, opened, subscriber
from wms_bridge.inbox.documents import order_document
from wms_bridge.records.links import Feed, OrderTold, WmsOrderState

__all__ = ["desk", "opened"]
pytestmark = pytest.mark.browser
MARKUP = '<img src=x onerror="window.broken=1">'


def test_accounts_are_added_disabled_and_the_last_administrator_stays(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    console = desk.look(browser, "root", "users")
    opened.append(console)
    page = console.page
    page.get_by_role("button", name="Add an account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Account").fill("nina")
    dialog.get_by_label("New password").fill("short")
    dialog.get_by_label("The same again").fill("short")
    act(page, "Add", "new shift")
    expect(dialog.locator(".field-wrong")).to_contain_text("12")
    for label in ("New password", "The same again"):
        dialog.get_by_label(label).fill(PASSWORD)
    act(page, "Add", "new shift")
    expect(page.get_by_role("cell", name="nina", exact=True)).to_be_visible()
    assert desk.access.account("nina").roles == ("operator",)
    assert desk.last_audit("PUT /v1/accounts")[1] == "new shift"
    assert PASSWORD not in page.content()
    # Somebody else changes the account meanwhile: what is shown here is stale.
    page.get_by_role("button", name="Disable account nina").click()
    wanted = {"roles": ["picker"], "sites": ["*"], "password": PASSWORD}
    path = f"{desk.url}/v1/accounts/nina"
    headers = {"Authorization": f"Bearer {desk.token('root')}"}
    page.wait_for_timeout(5)
    assert page.request.put(path, data=wanted, headers=headers).ok
    act(page, "Disable", "left")
    expect(dialog.locator(".field-wrong")).to_contain_text("changed since")
    assert not desk.access.account("nina").disabled
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("row", name="nina")).to_contain_text("Picker")
    page.get_by_role("button", name="Disable account nina").click()
    act(page, "Disable", "left")
    expect(page.get_by_role("row", name="nina")).to_contain_text("disabled")
    page.get_by_role("button", name="Disable account root").click()
    act(page, "Disable", "oops")
    expect(dialog.locator(".field-wrong")).to_contain_text("administrator")
    assert not desk.access.account("root").disabled


def test_a_key_is_shown_once_and_revoked(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    console = desk.look(browser, "root", "keys")
    opened.append(console)
    page = console.page
    page.get_by_role("button", name="Make a key").click()
    page.get_by_role("dialog").get_by_label("Name").fill("wms")
    act(page, "Make", "the WMS")
    shown = page.locator(".setup-secret")
    expect(shown).to_contain_text("phk_")
    secret = shown.inner_text()
    assert desk.get("/v1/me", secret).json()["who"] == "key wms"
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    kept = "document.documentElement.outerHTML + JSON.stringify([{...localStorage}, history.state])"
    assert secret not in page.evaluate(kept)
    page.get_by_role("button", name="Revoke key wms").click()
    act(page, "Revoke", "replaced")
    expect(page.get_by_text("revoked", exact=False).first).to_be_visible()
    assert desk.get("/v1/me", secret).status_code == 401
    assert desk.last_audit("DELETE /v1/keys")[1] == "replaced"


def test_what_waits_at_the_connectors_is_seen_and_tried_again(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    number = desk.give_up_message(f"order-progress/{MARKUP}/1")
    unknown = OrderTold(OrderId("W-1"), WmsOrderState.OPEN, None)
    desk.bridge.inbox.take("shop", Feed.ORDERS, [order_document(unknown, "1")], "", 1)
    console = desk.look(browser, "olga", "connectors")
    opened.append(console)
    page = console.page
    expect(page.get_by_text("The fence of a connector")).to_be_visible()
    expect(page.get_by_text("This bridge reads no WMS")).to_be_visible()
    expect(page.get_by_role("heading", name="Webhooks")).to_have_count(0)
    page.get_by_role("button", name=f"Try again: order-progress/{MARKUP}/1").click()
    act(page, "Try again", "the WMS is mended")
    expect(
        page.get_by_text("The WMS has taken all", exact=False).or_(
            page.get_by_text("None: the WMS has taken")
        )
    ).to_be_visible()
    with desk.store.reading() as tx:
        message = tx.message(number)
    assert message is not None
    assert message.pending
    assert desk.last_audit("POST /v1/outbox")[1] == "the WMS is mended"
    assert page.locator("img").count() == 0
    page.get_by_role("button", name="Show document W-1").click()
    expect(page.locator(".setup-body")).to_contain_text("W-1")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Try again: W-1").click()
    act(page, "Try again", "look again")
    expect(page.locator(".toast-bad")).to_contain_text("rejected again")
    assert console.complaints == []


def test_webhooks_are_tested_paused_and_resumed(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    with subscriber() as (url, taken, status):
        promises = desk.bridge.promises
        promises.subscribe("erp", url, [], "whsec_" + "A" * 32, 0)
        console = desk.look(browser, "sam", "connectors")
        opened.append(console)
        page = console.page
        page.get_by_role("button", name="Test erp").click()
        expect(page.get_by_text("erp has taken the test message.")).to_be_visible()
        assert any(str(one["message"]).startswith("test/") for one in taken)
        status[0] = 500
        page.get_by_role("button", name="Test erp").click()
        expect(page.locator(".toast-bad")).to_contain_text("erp has not taken")
        page.get_by_role("button", name="Pause erp").click()
        act(page, "Pause", "the ERP is down")
        page.get_by_role("button", name="Resume erp").click()
        assert promises.subscription("erp").paused
        act(page, "Resume", "it is up")
        expect(page.get_by_role("button", name="Pause erp")).to_be_visible()
        assert not promises.subscription("erp").paused
        assert "whsec_" not in page.content()
        promises.unsubscribe("erp")


def test_the_audit_log_is_searched_verified_and_exported(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    console = desk.look(browser, "sue", "audit")
    opened.append(console)
    page = console.page
    page.get_by_label("Who (exactly)").fill("account sue")
    page.get_by_label("What (words in it)").fill("login")
    page.keyboard.press("Enter")
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("login of account sue")
    expect(rows.filter(has_text="anonymous")).to_have_count(0)
    page.get_by_role("button", name="Verify the chain now").click()
    expect(page.locator(".setup-verdict-good").first).to_contain_text("Sound")
    page.get_by_role("button", name="Check the books now").click()
    expect(page.locator(".setup-verdict-good")).to_have_count(2)
    with page.expect_download() as loading:
        page.get_by_role("button", name="Export CSV").click()
    lines = Path(loading.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "number,at_ms,who,what,why,origin,digest"
    assert all("account sue" in line for line in lines[1:])
    entries = desk.store._tables.access.audit
    true = entries[3]
    entries[3] = replace(true, why="forged")
    page.get_by_role("button", name="Verify the chain now").click()
    expect(page.locator(".setup-verdict-bad")).to_contain_text("entry 4 has been altered")
    entries[3] = true


def test_ones_own_password_is_changed(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    other = "another four plain words"
    console = desk.look(browser, "olga", "about")
    opened.append(console)
    page = console.page
    expect(page.get_by_text(desk.bridge.siting.running_hash)).to_be_visible()
    page.get_by_role("button", name="Change my password").click()
    dialog = page.get_by_role("dialog")
    for label, value in (("so far", "wrong"), ("New password", other), ("same again", other)):
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog.locator(".field-wrong")).to_be_visible()
    dialog.get_by_label("so far").fill(PASSWORD)
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    desk.access.change_password("olga", other, PASSWORD, "", desk.access.account("olga").changed_ms)
