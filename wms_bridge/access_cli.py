"""``podherd users``, ``podherd keys`` and ``podherd audit``: who may do what, and who did what.
They open the database itself, so that whoever may read and write it can make the first account; the
bridge may be running."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from planner.codec.messages import encode, from_json
from planner.warehouse.errors import PodherdError
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.acting import Act, acting
from wms_bridge.access.audit import AuditReport, FaultKind, head_of
from wms_bridge.access.auditing import AuditedStore, verify_store_audit
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.keys import KeyWanted
from wms_bridge.access.roles import Role
from wms_bridge.adapters.sql.engines import database_url, made_ready
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.connection import Connection
from wms_bridge.main import wall_clock_ms
from wms_bridge.ports.store import Store
from wms_bridge.records.access import ALL_SITES, AccountRecord, AuditHead, AuditQuery

CONSOLE = Console(stderr=True)
_OUT = Console(highlight=False, soft_wrap=True)
_DAY_MS = 24 * 3600 * 1000

users_app = typer.Typer(help="Accounts of people.", no_args_is_help=True)
keys_app = typer.Typer(help="API keys of programs.", no_args_is_help=True)
audit_app = typer.Typer(help="Who did what.", no_args_is_help=True)

Database = Annotated[str, typer.Option(help="Database of the bridge, a file or a URL.")]
Roles = Annotated[list[Role], typer.Option("--role", help="May come again.")]
Sites = Annotated[
    list[str] | None, typer.Option("--site", help="Name of a site; may come again. None: all.")
]
Name = Annotated[str, typer.Argument(help="Name of the account.")]
Reason = Annotated[str, typer.Option(help="Why; for the audit log.")]


@users_app.command("add")
def add_user(
    name: Name, role: Roles, database: Database, site: Sites = None, reason: Reason = ""
) -> None:
    """Make an account; asks for its password, or reads it from standard input."""
    with _access(database, f"users add {name}", reason) as access:
        if any(record.account == name for record in access.accounts()):
            raise typer.BadParameter("there is an account of this name: podherd users set")
        wanted = AccountWanted(name, role, site or [ALL_SITES])
        access.put_account(wanted, _asked_password(), None, wall_clock_ms())
    CONSOLE.print(f"{name} may sign in", markup=False)


@users_app.command("set")
def set_user(
    name: Name, role: Roles, database: Database, site: Sites = None, reason: Reason = ""
) -> None:
    """Give an account other roles and sites; its sessions end."""
    with _access(database, f"users set {name}", reason) as access:
        before = access.account(name)
        wanted = AccountWanted(name, role, site or before.sites, disabled=before.disabled)
        access.put_account(wanted, None, None, wall_clock_ms())
    CONSOLE.print(f"{name} is changed", markup=False)


@users_app.command("password")
def user_password(name: Name, database: Database, reason: Reason = "") -> None:
    """Give an account another password; its sessions end."""
    with _access(database, f"users password {name}", reason) as access:
        _put_again(access, access.account(name), password=_asked_password())
    CONSOLE.print(f"{name} has another password", markup=False)


@users_app.command("disable")
def disable_user(name: Name, database: Database, reason: Reason = "") -> None:
    """Let somebody in no more; the account stays for the audit log."""
    with _access(database, f"users disable {name}", reason) as access:
        _put_again(access, access.account(name), disabled=True)
    CONSOLE.print(f"{name} may not sign in any more", markup=False)


@users_app.command("enable")
def enable_user(name: Name, database: Database, reason: Reason = "") -> None:
    """Let somebody in again."""
    with _access(database, f"users enable {name}", reason) as access:
        _put_again(access, access.account(name), disabled=False)
    CONSOLE.print(f"{name} may sign in", markup=False)


@users_app.command("list")
def list_users(database: Database) -> None:
    """Show all accounts."""
    table = Table("account", "roles", "sites", "changed", "")
    with _access(database, "users list") as access:
        for one in access.accounts():
            off = "disabled" if one.disabled else ""
            names = ", ".join(one.roles), ", ".join(one.sites)
            table.add_row(one.account, *names, _time(one.changed_ms), off)
    _OUT.print(table)


@keys_app.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="What uses the key.")],
    role: Annotated[Role, typer.Option(help="What it may do.")],
    database: Database,
    site: Sites = None,
    days: Annotated[int | None, typer.Option(min=1, help="How long; for ever if not told.")] = None,
    reason: Reason = "",
) -> None:
    """Make a key and print it, this once, on standard output."""
    now_ms = wall_clock_ms()
    ends_ms = None if days is None else now_ms + days * _DAY_MS
    with _access(database, f"keys add {name}", reason) as access:
        wanted = KeyWanted(name, role, site or [ALL_SITES], ends_ms)
        record, secret = access.add_key(wanted, None, now_ms)
    CONSOLE.print(f"key {record.key} of {name}; it is not shown again:", markup=False)
    _OUT.print(secret, markup=False)


@keys_app.command("list")
def list_keys(database: Database) -> None:
    """Show all keys, without their secrets."""
    table = Table("key", "name", "role", "sites", "made", "used", "expires", "")
    with _access(database, "keys list") as access:
        for one in access.all_keys():
            times = map(_time, (one.created_ms, one.last_used_ms, one.expires_ms))
            off = "revoked" if one.revoked_ms is not None else ""
            table.add_row(one.key, one.name, one.role, ", ".join(one.sites), *times, off)
    _OUT.print(table)


@keys_app.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="The public half, as listed.")],
    database: Database,
    reason: Reason = "",
) -> None:
    """End a key, for ever."""
    with _access(database, f"keys revoke {key}", reason) as access:
        record = access.revoke_key(key, None, wall_clock_ms())
    CONSOLE.print(f"key {record.key} of {record.name} is revoked", markup=False)


@audit_app.command("list")
def list_audit(
    database: Database,
    who: Annotated[str | None, typer.Option(help="Of one only, as the log names them.")] = None,
    what: Annotated[str | None, typer.Option(help="Words in what was done.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
) -> None:
    """Show who did what, the newest first."""
    with _access(database, "audit list") as access:
        for one in access.audit(AuditQuery(who=who, what=what, limit=limit)):
            more = f"; {one.why}" if one.why else ""
            origin = f" [{one.origin}]" if one.origin else ""
            told = f"{one.number} {_time(one.at_ms)} {one.who}{origin}: {one.what}{more}"
            _OUT.print(told, markup=False)


@audit_app.command("export")
def export_audit(
    database: Database, file: Annotated[Path, typer.Argument(help="File to write (JSON lines).")]
) -> None:
    """Write the whole log into a file, oldest first, one entry a line."""
    with _store(database) as store, store.reading() as tx, file.open("wb") as out:
        count = sum(out.write(encode(entry) + b"\n") > 0 for entry in tx.audit_entries())
    CONSOLE.print(f"{count} entries are in {file}", markup=False)


@audit_app.command("verify")
def verify_audit(
    database: Database,
    kept: Annotated[
        str | None, typer.Option(help="A head kept elsewhere, <number>:<digest>.")
    ] = None,
) -> None:
    """Check the log from the first entry on; exit code 1 if it is not what was written."""
    try:
        head = None if kept is None else head_of(kept)
    except PodherdError as error:
        raise _failure(error) from error
    with _store(database) as store:
        sound = show_audit(verify_store_audit(store, head))
    if not sound:
        raise typer.Exit(1)


def check_audit(database: str) -> bool:
    """Check the audit log in a database and tell what was found; whether it is sound."""
    with _store(database) as store:
        return show_audit(verify_store_audit(store))


def check_audit_at(url: str, api_key: str | None) -> bool:
    """As :func:`check_audit`, of a bridge that runs."""
    connection = Connection(url, api_key)
    try:
        found = connection.get("/v1/audit/verify")
    finally:
        connection.close()
    del found["sound"]
    return show_audit(from_json(found, AuditReport))


def show_audit(report: AuditReport) -> bool:
    """Tell what checking an audit log found; whether it is sound."""
    verdict = "[bold green]sound[/]" if report.sound else "[bold red]NOT SOUND[/]"
    CONSOLE.print(f"The audit log is {verdict}: {report.entries:,} entries")
    for fault in report.faults:
        told = f"entry {fault.number} {_FAULTS[fault.kind]}"
        if fault.kind is FaultKind.MISSING and fault.until != fault.number:
            told = f"entries {fault.number} to {fault.until} are missing"
        if fault.was is not None:
            told += f": it was entry {fault.was}"
        CONSOLE.print(told, style="red", markup=False)
    head: AuditHead = report.head
    CONSOLE.print(f"Head, to be kept elsewhere: {head.number}:{head.digest}", soft_wrap=True)
    return report.sound


_FAULTS = {
    FaultKind.ALTERED: "is not what was written",
    FaultKind.MISSING: "is missing",
    FaultKind.MOVED: "stands in the wrong place",
    FaultKind.HEAD: "is not the one that was kept as the newest",
}


def _put_again(
    access: Access,
    record: AccountRecord,
    password: str | None = None,
    disabled: bool | None = None,
) -> None:
    off = record.disabled if disabled is None else disabled
    wanted = AccountWanted(record.account, record.roles, record.sites, disabled=off)
    access.put_account(wanted, password, None, wall_clock_ms())


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise typer.BadParameter("the two are not the same")
    return first


@contextmanager
def _access(database: str, what: str, why: str = "") -> Iterator[Access]:
    made = Act(f"command line: {_user()}", f"podherd {what}", why, at_ms=wall_clock_ms())
    with _store(database) as store, acting(made):
        yield Access(AuditedStore(store, wall_clock_ms))


@contextmanager
def _store(database: str) -> Iterator[Store]:
    try:
        url = made_ready(database) if "://" not in database else database_url(database)
        store = SqlStore(url)
        try:
            yield store
        finally:
            store.close()
    except PodherdError as error:
        raise _failure(error) from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _time(at_ms: int | None) -> str:
    return "" if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(" ")[:19]


def _failure(error: Exception) -> typer.Exit:
    CONSOLE.print(str(error), style="bold red", markup=False, highlight=False)
    return typer.Exit(1)
