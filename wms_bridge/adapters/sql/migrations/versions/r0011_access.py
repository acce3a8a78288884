"""Accounts, keys, sessions and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = ("audit_head", "audit", "failed_login", "session", "api_key", "account")


def upgrade() -> None:
    _credentials()
    _logins()
    _audit()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), primary_key=key, nullable=False)


def _ms(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _credentials() -> None:
    op.create_table(
        "account",
        _text("account", key=True),
        _text("password"),
        _text("roles"),
        _text("sites"),
        _ms("created_ms"),
        _ms("changed_ms"),
        sa.Column("disabled", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "api_key",
        _text("key", key=True),
        _text("name"),
        _text("digest"),
        _text("role"),
        _text("sites"),
        _ms("created_ms"),
        _ms("expires_ms", nullable=True),
        _ms("last_used_ms", nullable=True),
        _ms("revoked_ms", nullable=True),
    )


def _logins() -> None:
    op.create_table(
        "session",
        _text("digest", key=True),
        _text("account"),
        _ms("started_ms"),
        _ms("seen_ms"),
    )
    op.create_index("ix_session_account", "session", ["account"])
    op.create_index("ix_session_started_ms", "session", ["started_ms"])
    op.create_table("failed_login", _text("subject", key=True), _ms("failures"), _ms("last_ms"))
    op.create_index("ix_failed_login_last_ms", "failed_login", ["last_ms"])


def _audit() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    texts = [_text(name) for name in ("who", "what", "why", "origin", "digest")]
    op.create_table("audit", sa.Column("number", number, primary_key=True), _ms("at_ms"), *texts)
    op.create_index("audit_of_who", "audit", ["who", "number"])
    op.create_index("audit_by_time", "audit", ["at_ms"])
    op.create_table("audit_head", _text("log", key=True), _ms("number"), _text("digest"))
