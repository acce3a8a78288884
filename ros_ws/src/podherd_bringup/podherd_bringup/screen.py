"""Shows a shift while it runs: bars on a terminal, a line now and then elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from podherd_bringup import shift
from wms_bridge.records.work import Tally

_LINE_EVERY_S = 15.0


class Screen:
    """Use as a context manager and hand :meth:`watch` to the shift."""

    def __init__(self, console: Console):
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description:16}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._orders = self._bars.add_task("orders complete", note="", total=None)
        self._lines = self._bars.add_task("lines picked", note="", total=None)
        self._goods = self._bars.add_task("goods put away", note="", total=None, visible=False)
        self._last_line_s = 0.0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def watch(self, progress: shift.Progress) -> None:
        """Show this."""
        done, put = progress.orders_completed, progress.receipts_put_away
        lines = progress.counts.get(Tally.LINES_CLOSED, 0)
        clock, note = _clock(progress), _note(progress)
        self._bars.update(self._orders, completed=done, total=progress.orders, note=clock)
        self._bars.update(self._lines, completed=lines, total=progress.lines, note=note)
        receipts = progress.receipts
        self._bars.update(self._goods, completed=put, total=receipts, visible=receipts > 0)
        quiet_s = progress.wall_s - self._last_line_s
        if not self._console.is_terminal and quiet_s >= _LINE_EVERY_S:
            self._last_line_s = progress.wall_s
            goods = f"  goods {put}/{receipts}" if receipts else ""
            self._console.print(
                f"{clock}  orders {done}/{progress.orders}  lines {lines}/{progress.lines}{goods}"
                f"  {note}"
            )


def _clock(progress: shift.Progress) -> str:
    seconds = progress.site_ms // 1000
    factor = seconds / max(progress.wall_s, 1.0)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}  ({factor:.0f}x)"


def _note(progress: shift.Progress) -> str:
    if progress.kpis is None:
        return "starting"
    restarts = f"  restarts {progress.restarts}" if progress.restarts else ""
    return f"{progress.kpis.lines_per_h:.0f} lines/h  pile-on {progress.kpis.pile_on:.2f}{restarts}"
