"""Signatures of webhooks, ours and others', as in Standard Webhooks 1.0.0: the headers
``webhook-id`` (the same in every attempt), ``webhook-timestamp`` (seconds since 1970) and
``webhook-signature`` (``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from planner.warehouse.errors import InvalidMessage
from wms_bridge.names import check_name

SECRET_PREFIX = "whsec_"
TOLERANCE_S = 300
"""How far the clock of who signed may be from ours."""
_SECRET_BYTES = 32
_LEAST_SECRET_BYTES = 24


def new_secret() -> str:
    """A secret nobody has had before."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(secret: str, message_id: str, body: bytes, at_s: int) -> dict[str, str]:
    """The three headers with which a message is sent."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{signature(secret, message_id, at_s, body)}",
    }


def signature(secret: str, message_id: str, at_s: int, body: bytes) -> str:
    """Base64 of the HMAC; :class:`InvalidMessage` if the secret is none."""
    text = f"{message_id}.{at_s}.".encode() + body
    return base64.b64encode(hmac.new(check_secret(secret), text, hashlib.sha256).digest()).decode()


def verified(secret: str, headers: Mapping[str, str], body: bytes, now_s: int) -> str:
    """The id of a message that was signed with our secret not long ago; :class:`InvalidMessage`
    if it was not. ``headers`` have small letters."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    check_name(message_id, "webhook-id", InvalidMessage, 200)
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 15:
        raise InvalidMessage("no time of signing", field="webhook-timestamp", value=stamp[:20])
    if abs(now_s - int(stamp)) > TOLERANCE_S:
        raise InvalidMessage(
            "signed too long ago, or in the future",
            field="webhook-timestamp",
            value=stamp,
            remedy=f"Clocks may differ by {TOLERANCE_S} s; sign every attempt anew.",
        )
    right = signature(secret, message_id, int(stamp), body)
    given = headers.get("webhook-signature", "").split()
    matches = [hmac.compare_digest(one.encode(), f"v1,{right}".encode()) for one in given]
    if not any(matches):
        raise InvalidMessage(
            "not signed with the secret of this source",
            field="webhook-signature",
            remedy="Send v1,<base64 of HMAC-SHA256 over id.timestamp.body>.",
        )
    return message_id


def check_secret(secret: str) -> bytes:
    """The key in a secret; :class:`InvalidMessage` if it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or len(key) < _LEAST_SECRET_BYTES:
        raise InvalidMessage(
            "not a usable secret",
            field="secret",
            remedy=f"Send {SECRET_PREFIX} and the base64 of {_LEAST_SECRET_BYTES} bytes or more.",
        )
    return key
