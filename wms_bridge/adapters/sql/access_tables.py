"""The tables for accounts, keys and the audit log."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from wms_bridge.adapters.sql.tables import METADATA, NUMBER

ACCOUNT = Table(
    "account",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("password", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("sites", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

API_KEY = Table(
    "api_key",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("sites", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),
    Column("last_used_ms", BigInteger),
    Column("revoked_ms", BigInteger),
)

SESSION = Table(
    "session",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("started_ms", BigInteger, nullable=False, index=True),
    Column("seen_ms", BigInteger, nullable=False),
)

FAILED_LOGIN = Table(
    "failed_login",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("failures", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False, index=True),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
Index("audit_of_who", AUDIT.c.who, AUDIT.c.number)
Index("audit_by_time", AUDIT.c.at_ms)

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("log", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)
