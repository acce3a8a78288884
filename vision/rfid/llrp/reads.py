"""A tag read as the rest of the system wants it."""

from dataclasses import dataclass

from vision.rfid.llrp.impinj import RSSI_STEPS_PER_DB, phase_rad
from vision.rfid.llrp.report_plans import TagReport

_US_PER_MS = 1000


@dataclass(frozen=True, slots=True)
class TagRead:
    """One read, or several of one tag that the reader reported as one (``count``).

    ``epc`` are the bytes of the EPC memory behind PC and CRC. ``rssi_dbm`` is the peak.
    ``phase_rad`` is from 0 to one turn, as the reader gives it. ``at_ms`` is the
    reader's own clock when the tag was seen last: UTC since 1970, or since it was switched on
    (``utc`` is false); ``received_ms`` the client's clock when the report came. What the reader
    does not say is ``None``.
    """

    epc: bytes
    antenna: int | None
    rssi_dbm: float | None
    phase_rad: float | None
    at_ms: int | None
    received_ms: int
    utc: bool = True
    channel: int | None = None
    count: int = 1


def read_of(report: TagReport, received_ms: int) -> TagRead:
    """The read of a TagReportData that came at this time of the client's clock."""
    utc = _either(report.last_seen_utc_us, report.first_seen_utc_us)
    uptime = _either(report.last_seen_uptime_us, report.first_seen_uptime_us)
    seen_us = uptime if utc is None else utc
    fine, phase = report.rssi_cdbm, report.phase_steps
    return TagRead(
        epc=report.epc,
        antenna=report.antenna,
        rssi_dbm=report.rssi_dbm if fine is None else fine / RSSI_STEPS_PER_DB,
        phase_rad=None if phase is None else phase_rad(phase),
        at_ms=None if seen_us is None else seen_us // _US_PER_MS,
        received_ms=received_ms,
        utc=utc is not None,
        channel=report.channel,
        count=report.seen_count or 1,
    )


def _either(last: int | None, first: int | None) -> int | None:
    return first if last is None else last
