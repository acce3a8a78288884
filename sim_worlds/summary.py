"""The key figures of a shift in words; definitions: docs/reference/kpis.md."""

from planner.warehouse.view import Kpis


def kpi_rows(kpis: Kpis) -> list[tuple[str, str]]:
    """Name and value of each figure."""
    stations = ", ".join(f"{name} {rate:.0f}" for name, rate in kpis.station_lines_per_h)
    return [
        ("lines per hour", f"{kpis.lines_per_h:.0f}"),
        ("lines per hour per station", stations),
        ("pile-on (picks per pod visit)", f"{kpis.pile_on:.2f}"),
        ("metres per line", f"{kpis.metres_per_line:.1f}"),
        ("robot utilisation", f"{kpis.robot_utilisation:.0%}"),
        ("station idle", f"{kpis.station_idle:.0%}"),
        ("order age p50 / p95", f"{kpis.order_age_p50_s:.0f} s / {kpis.order_age_p95_s:.0f} s"),
    ]
