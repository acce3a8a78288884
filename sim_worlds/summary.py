"""The key figures of a shift in words; definitions: docs/reference/kpis.md."""

from planner.warehouse.view import Kpis


def kpi_rows(kpis: Kpis) -> list[tuple[str, str]]:
    """Name and value of each figure; those of replenishment if goods came in, and exceptions."""
    stations = ", ".join(f"{name} {rate:.0f}" for name, rate in kpis.station_lines_per_h)
    rows = [
        ("lines per hour", f"{kpis.lines_per_h:.0f}"),
        ("lines per hour per station", stations),
        ("pile-on (picks per pod visit)", f"{kpis.pile_on:.2f}"),
        ("metres per line", f"{kpis.metres_per_line:.1f}"),
        ("robot utilisation", f"{kpis.robot_utilisation:.0%}"),
        ("station idle", f"{kpis.station_idle:.0%}"),
        ("order age p50 / p95", f"{kpis.order_age_p50_s:.0f} s / {kpis.order_age_p95_s:.0f} s"),
    ]
    rows += _replenishment(kpis) if kpis.receipts_received else []
    return rows + [(name, str(count)) for name, count in kpis.exceptions]


def _replenishment(kpis: Kpis) -> list[tuple[str, str]]:
    p50_s, p95_s = kpis.dock_to_stock_p50_s, kpis.dock_to_stock_p95_s
    return [
        ("receipts put away", f"{kpis.receipts_put_away} of {kpis.receipts_received}"),
        ("put pile-on (puts per visit)", f"{kpis.put_pile_on:.2f}"),
        ("dock to stock p50 / p95", f"{p50_s:.0f} s / {p95_s:.0f} s"),
    ]
