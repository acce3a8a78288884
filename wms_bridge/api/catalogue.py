"""Every kind of problem that the bridge answers with, and what to do about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """An error answer, ``application/problem+json`` (RFC 9457)."""

    type: str = Field(description="urn:podherd:problem:<code>")
    title: str
    status: int
    detail: str = Field(description="What is wrong, in words.")
    code: str = Field(description="Stable name of the kind of problem.")
    field: str | None = Field(None, description="Where in the request.")
    value: str | int | float | bool | None = Field(None, description="What stood there.")
    remedy: str | None = Field(None, description="What to do about it.")


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its stable ``code``, the HTTP ``status``, what it means and what to do."""

    code: str
    status: int
    meaning: str
    remedy: str


KINDS: Sequence[ProblemKind] = (
    ProblemKind(
        "bad_request",
        400,
        "the body cannot be read",
        "Send the body whole, in the encoding that its headers say.",
    ),
    ProblemKind(
        "unknown_host",
        400,
        "the header `Host` names another machine",
        "Ask under the address that the bridge was told to listen on.",
    ),
    ProblemKind(
        "unauthorized",
        401,
        "no credentials, or wrong ones",
        "Send `Authorization: Bearer <key>`, or sign in again.",
    ),
    ProblemKind(
        "foreign_origin",
        403,
        "a page of another site asked for a change",
        "Ask from the bridge's own page, or from a program.",
    ),
    ProblemKind(
        "forbidden",
        403,
        "the role of who asks does not allow this",
        "Ask an administrator for a role that has the permission named.",
    ),
    ProblemKind(
        "foreign_site",
        403,
        "who asks is of another site",
        "Ask the bridge of your own site, or have an administrator add this one.",
    ),
    ProblemKind(
        "not_found",
        404,
        "no such order, receipt, pick, put, station, message, rule, count, case, alarm, "
        "intervention, bulk or address",
        "Ask for what the list of that kind names.",
    ),
    ProblemKind(
        "unknown_site",
        404,
        "the address names a site that this bridge does not run",
        "Name the site as `GET /v1/site` does, or ask the bridge of that site.",
    ),
    ProblemKind(
        "method_not_allowed",
        405,
        "this address knows other methods",
        "Use one of those that the header `Allow` names.",
    ),
    ProblemKind(
        "idempotency_conflict",
        409,
        "a key, order id, receipt id, pick or put came again with another body; a policy of a "
        "version that is not above the one in force",
        "Repeat a request unchanged, or send a new one under a new id or key.",
    ),
    ProblemKind(
        "too_late",
        409,
        "the order is complete or cancelled, the pick confirmed or withdrawn, the count not wanted "
        "any more, the case decided or changed, the alarm raised again or its shelf changed",
        "Look at how it is now; what is wanted beyond that is a new request.",
    ),
    ProblemKind(
        "stale_page",
        409,
        "somebody else has done something about the same robots, stop or entry since the page was "
        "looked at; nothing was done",
        "Look at how it is now; if it is still wanted, ask again with what was seen.",
    ),
    ProblemKind(
        "whatif_busy",
        409,
        "too many what-if questions wait for their answer",
        "Wait until one is answered, or cancel one.",
    ),
    ProblemKind(
        "content_too_large",
        413,
        "the body is longer than the bridge takes at once",
        "Send it in parts.",
    ),
    ProblemKind(
        "address_too_long",
        414,
        "the address is longer than any the bridge has",
        "Send what is long in the body.",
    ),
    ProblemKind(
        "unsupported_media_type",
        415,
        "the body is of a media type that this address does not take",
        "Send the header `Content-Type` with one of those that the remedy names.",
    ),
    ProblemKind(
        "invalid_request",
        422,
        "a parameter, header or body is not of the right shape",
        "Correct the field named; the shape is in `/v1/openapi.json`.",
    ),
    ProblemKind(
        "invalid_order",
        422,
        "an order or a row of an order file cannot be taken",
        "Correct the field named, and send the order again.",
    ),
    ProblemKind(
        "invalid_stock",
        422,
        "a stock record, SKU or confirmation cannot be taken",
        "Correct the field named; count the slot if the books are wrong.",
    ),
    ProblemKind(
        "invalid_receipt",
        422,
        "goods received cannot be taken",
        "Correct the field named, and send the receipt again.",
    ),
    ProblemKind(
        "invalid_count",
        422,
        "a count, a person's count or a decision cannot be taken",
        "Correct the field named, or have the slot counted again.",
    ),
    ProblemKind(
        "invalid_alarm",
        422,
        "an alarm cannot be acknowledged or shelved like this",
        "Correct the field named; a shelf needs a reason and an end.",
    ),
    ProblemKind(
        "invalid_intervention",
        422,
        "an intervention makes no sense: its name, robots, area or node, or it has no reason",
        "Correct the field named.",
    ),
    ProblemKind(
        "invalid_shifts",
        422,
        "shifts overlap, or have no such zone or time of day",
        "Correct the field named; let each shift end before the next one starts.",
    ),
    ProblemKind(
        "invalid_window",
        422,
        "key figures cannot be told of this window, these days or under this name",
        "Correct the field named; ask for fewer windows or days at once.",
    ),
    ProblemKind(
        "invalid_moment",
        422,
        "nothing was recorded at that time, or the window is too long",
        "Ask for a time that `GET /v1/replay` names; long windows in pieces.",
    ),
    ProblemKind(
        "invalid_message",
        422,
        "not JSON, not a known event, command or view; or not a usable key",
        "Send JSON in UTF-8 of a kind that the reference names; a key of printable characters.",
    ),
    ProblemKind(
        "invalid_rule",
        422,
        "a rule of the floor makes no sense, contradicts another or would cut something off",
        "Correct the rule, or clear the one it contradicts.",
    ),
    ProblemKind(
        "invalid_policy",
        422,
        "a routing policy cannot be read or contradicts itself",
        "Correct the rule named; `podherd policy check` tells beforehand.",
    ),
    ProblemKind(
        "invalid_alarm_policy",
        422,
        "an alarm policy makes no sense, or there is nothing of it to put back",
        "Correct the field named.",
    ),
    ProblemKind(
        "invalid_stream",
        422,
        "a place in the stream is none, or one of other kinds than those asked for",
        "Send `first` or `last` of a page that was asked for with the same kinds.",
    ),
    ProblemKind(
        "invalid_exception",
        422,
        "an exception cannot be dealt with like this",
        "Correct the field named.",
    ),
    ProblemKind(
        "invalid_study",
        422,
        "a what-if question asks for what cannot be run",
        "Correct the field named; docs/guides/whatif.md tells what can be varied.",
    ),
    ProblemKind(
        "invalid_site",
        422,
        "only at the start: the site file cannot be used",
        "Correct the site file.",
    ),
    ProblemKind(
        "invalid_access",
        422,
        "an account, key or role cannot be made or changed so",
        "Correct the field named.",
    ),
    ProblemKind(
        "blocked_address",
        422,
        "the bridge does not call this address: it is of a private network, or no HTTP(S) URL",
        "Name a public HTTPS address, or have an administrator allow this one.",
    ),
    ProblemKind(
        "headers_too_large",
        431,
        "the headers are larger than the bridge takes",
        "Send fewer cookies and shorter headers.",
    ),
    ProblemKind(
        "rate_limited",
        429,
        "more requests than the bridge takes of one caller",
        "Wait as long as the header `Retry-After` says.",
    ),
    ProblemKind(
        "internal_error",
        500,
        "the bridge failed; nothing was kept",
        "Send it again; if it fails again, see the log of the bridge.",
    ),
    ProblemKind(
        "ledger_imbalance",
        500,
        "the database was changed from outside",
        "Run `podherd ledger verify`, and restore what it names from a backup.",
    ),
    ProblemKind(
        "unavailable",
        503,
        "the database cannot be used now; nothing was kept",
        "Send it again, with growing waits.",
    ),
)

REMEDIES: Mapping[str, str] = {kind.code: kind.remedy for kind in KINDS}
"""What to do, by code."""


def kinds_by_status() -> Mapping[int, Sequence[ProblemKind]]:
    """Kinds of problem, by HTTP status."""
    found: defaultdict[int, list[ProblemKind]] = defaultdict(list)
    for kind in KINDS:
        found[kind.status].append(kind)
    return found


def page() -> str:
    """The catalogue as Markdown, for docs/reference/problems.md."""
    rows = "\n".join(
        f"| `{kind.code}` | {kind.status} | {kind.meaning} | {kind.remedy} |" for kind in KINDS
    )
    return f"{_HEAD}\n{rows}\n\n{_TAIL}"


_HEAD = """# Problems

Every error of the bridge is `application/problem+json` (RFC 9457). `code` is stable: programs
decide by it, never by `detail`. `remedy` says what to do; `field` and `value` are there when there
is something to correct. Written by `podherd openapi --problems`; a test tells when it is out of
date.

| code | status | meaning | what to do |
|---|---|---|---|"""

_TAIL = """Do not repeat a 4xx unchanged, save 429 after `Retry-After`. Repeat a 5xx, or a lost
connection, in the same words and with growing waits: nothing is done twice. A problem inside a list
(a row of a bulk, a command, a count) has the same codes, and its list is answered with 200.
"""
