"""Where the keys of an identity provider come from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from planner.codec.messages import decode
from wms_bridge.access.errors import InvalidAccess
from wms_bridge.access.oidc import Jwks

MAX_BYTES = 1_000_000
TIMEOUT_S = 5.0


def jwks_of(where: str) -> Callable[[], Jwks]:
    """Reads a JWKS from an ``https`` URL (``http`` only of this machine) or a file whenever it is
    called; :class:`InvalidAccess` if ``where`` can be neither."""
    if where.startswith("https://") or where.startswith(("http://127.0.0.1", "http://localhost")):
        return lambda: _fetched(where)
    if "://" in where:
        raise InvalidAccess("keys must come by https", field="oidc.jwks", value=where)
    return lambda: _document(Path(where).read_bytes())


def _fetched(url: str) -> Jwks:
    answer = httpx.get(url, timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)
    answer.raise_for_status()
    return _document(answer.content)


def _document(body: bytes) -> Jwks:
    document: Any = decode(body) if len(body) <= MAX_BYTES else None
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise InvalidAccess("not a JWKS", field="oidc.jwks")
    return document
