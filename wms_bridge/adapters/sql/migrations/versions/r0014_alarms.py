"""Alarms are acknowledged and shelved, and have a history."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in _new_columns():
        op.add_column("alarm", column)
    known = _known()
    _number(known)
    op.create_index("alarm_number", "alarm", ["number"], unique=True)
    op.create_index("alarm_newest", "alarm", ["changed_ms", "number"])
    op.create_index("alarm_of_state", "alarm", ["state", "changed_ms"])
    shelved = sa.text("shelved_until_ms IS NOT NULL")
    op.create_index(
        "alarm_shelved",
        "alarm",
        ["shelved_until_ms"],
        sqlite_where=shelved,
        postgresql_where=shelved,
    )
    _history(known)


def downgrade() -> None:
    op.drop_table("alarm_change")
    for index in ("alarm_shelved", "alarm_of_state", "alarm_newest", "alarm_number"):
        op.drop_index(index, "alarm")
    for column in reversed(_new_columns()):
        op.drop_column("alarm", column.name)


_SEVERITY = {
    "critical": ("human_entry", "stop_engaged"),
    "high": (
        "robot_unknown",
        "robot_silent",
        "robot_error",
        "robot_stuck",
        "station_plan",
        "duplicate_robot",
    ),
    "low": (
        "robot_refused",
        "interface_mismatch",
        "nodes_closed",
        "deadlock",
        "line_short",
        "slot_quarantined",
        "reader_failed",
    ),
}
"""As of this revision; medium are all others."""


def _text(name: str, default: str = "") -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")


def _new_columns() -> list[sa.Column[Any]]:
    return [
        _count("number"),
        _text("severity", "medium"),
        _text("state", "normal"),
        _count("occurrences"),
        _count("raised_ms"),
        _count("change"),
        _count("wanted_change"),
        _count("shelf_change"),
        _text("acknowledged_by"),
        sa.Column("acknowledged_ms", sa.BigInteger()),
        sa.Column("shelved_until_ms", sa.BigInteger()),
        _text("shelved_by"),
        _text("shelved_reason"),
    ]


def _known() -> list[dict[str, Any]]:
    """What there is, the oldest first: an active alarm wants an acknowledgement, any other is as
    good as forgotten."""
    columns = "kind, subject, text, active, changed_ms"
    rows = op.get_bind().execute(sa.text(f"SELECT {columns} FROM alarm")).mappings()
    found = sorted(rows, key=lambda row: (row["changed_ms"], row["kind"], row["subject"]))
    severity = {kind: name for name, kinds in _SEVERITY.items() for kind in kinds}
    return [
        {
            **row,
            "number": number,
            "severity": severity.get(row["kind"], "medium"),
            "state": "unacknowledged" if row["active"] else "normal",
            "event": "raised" if row["active"] else "cleared",
            "wanted": number if row["active"] else 0,
        }
        for number, row in enumerate(found, start=1)
    ]


def _number(known: list[dict[str, Any]]) -> None:
    if not known:
        return
    told = sa.text(
        "UPDATE alarm SET number = :number, change = :number, severity = :severity,"
        " state = :state, occurrences = 1, raised_ms = changed_ms, wanted_change = :wanted"
        " WHERE kind = :kind AND subject = :subject"
    )
    op.get_bind().execute(told, known)


def _history(known: list[dict[str, Any]]) -> None:
    made = op.create_table(
        "alarm_change",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("alarm", sa.BigInteger(), sa.ForeignKey("alarm.number"), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("kind", "subject", "severity", "event", "state")
        ),
        sa.Column("shelved", sa.Boolean(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by", "reason", "text")),
    )
    op.create_index("change_of_alarm", "alarm_change", ["alarm", "number"])
    op.create_index("alarm_change_at", "alarm_change", ["at_ms"])
    names = ("number", "kind", "subject", "severity", "event", "state", "text")
    rows = [
        {
            **{name: one[name] for name in names},
            "alarm": one["number"],
            "shelved": False,
            "at_ms": one["changed_ms"],
            "by": "",
            "reason": "",
        }
        for one in known
    ]
    if rows:
        op.bulk_insert(made, rows)
