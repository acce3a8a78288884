"""The reads a reader has not reported yet, and how they become RO_ACCESS_REPORTs.

Reads of one tag at one antenna are one TagReportData until it is sent: count, last time and highest
RSSI go on (LLRP 1.0.1, clause 13.1.1).
"""

import binascii
import math
import struct
from dataclasses import dataclass

from vision.rfid.llrp import impinj
from vision.rfid.llrp.definitions import Bits
from vision.rfid.llrp.scene import Sighting
from vision.rfid.llrp.tree import Message, Parameter, message, parameter

MOST_WAITING = 10_000
"""TagReportData that are kept; what comes after is lost, and told."""
_IN_ONE_MESSAGE = 256
_MOST_COUNT = 0xFFFF
_EPC_96_BYTES = 12
CHANNEL = 1


@dataclass(slots=True)
class _Entry:
    sighting: Sighting
    rospec: int
    spec_index: int
    inventory_spec: int
    last: Sighting
    peak_dbm: float
    count: int = 1


class TagBuffer:
    """Reads that wait to be reported."""

    def __init__(self) -> None:
        self._entries: dict[tuple[bytes, int, int], _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, seen: Sighting, rospec: int, spec_index: int, inventory_spec: int) -> bool:
        """Keeps a read; ``False`` if there is no room for it."""
        key = (seen.epc, seen.antenna, rospec)
        entry = self._entries.get(key)
        if entry is not None:
            entry.last = seen
            entry.peak_dbm = max(entry.peak_dbm, seen.rssi_dbm)
            entry.count = min(entry.count + 1, _MOST_COUNT)
            return True
        if len(self._entries) >= MOST_WAITING:
            return False
        self._entries[key] = _Entry(seen, rospec, spec_index, inventory_spec, seen, seen.rssi_dbm)
        return True

    def take(self, report: Parameter | None, began_us: int) -> list[tuple[Parameter, ...]]:
        """All that waits, in the order of first reads, as TagReportData for one message each. They
        hold what the ROReportSpec selects; ``began_us`` is UTC at the beginning of the scene."""
        selector = report.first("TagReportContentSelector") if report else None
        memory = selector.first("C1G2EPCMemorySelector") if selector else None
        wanted = (
            {
                name
                for chosen in (selector, memory)
                if chosen is not None
                for name, on in chosen.fields.items()
                if on
            }
            if selector is not None
            else _ALL
        )
        phase = impinj.asks_for_phase(report)
        data = [_data(entry, wanted, phase, began_us) for entry in self._entries.values()]
        self._entries.clear()
        return [
            tuple(data[at : at + _IN_ONE_MESSAGE]) for at in range(0, len(data), _IN_ONE_MESSAGE)
        ]


_ALL = {
    "EnableROSpecID",
    "EnableAntennaID",
    "EnablePeakRSSI",
    "EnableFirstSeenTimestamp",
    "EnableLastSeenTimestamp",
    "EnableTagSeenCount",
}


def report(message_id: int, data: tuple[Parameter, ...]) -> Message:
    """An RO_ACCESS_REPORT."""
    return message("RO_ACCESS_REPORT", message_id, *data)


def pc_bits(epc: bytes) -> int:
    """The protocol control word: how many words the EPC has (Gen2, clause 6.3.2.1.2.2)."""
    return len(epc) // 2 << 11


def crc_16(epc: bytes) -> int:
    """The CRC-16 that a tag sends behind PC and EPC (ISO/IEC 13239; Gen2, annex F)."""
    return binascii.crc_hqx(struct.pack(">H", pc_bits(epc)) + epc, 0xFFFF) ^ 0xFFFF


def _data(entry: _Entry, wanted: set[str], phase: bool, began_us: int) -> Parameter:
    seen, last = entry.sighting, entry.last
    fixed = len(seen.epc) == _EPC_96_BYTES
    parts = [
        parameter("EPC_96", EPC=seen.epc)
        if fixed
        else parameter("EPCData", EPC=Bits(8 * len(seen.epc), seen.epc)),
    ]
    first_us, last_us = began_us + seen.at_us, began_us + last.at_us
    selectable = (
        ("EnableROSpecID", parameter("ROSpecID", ROSpecID=entry.rospec)),
        ("EnableSpecIndex", parameter("SpecIndex", SpecIndex=entry.spec_index)),
        (
            "EnableInventoryParameterSpecID",
            parameter("InventoryParameterSpecID", InventoryParameterSpecID=entry.inventory_spec),
        ),
        ("EnableAntennaID", parameter("AntennaID", AntennaID=seen.antenna)),
        ("EnablePeakRSSI", parameter("PeakRSSI", PeakRSSI=_signed_byte(entry.peak_dbm))),
        ("EnableChannelIndex", parameter("ChannelIndex", ChannelIndex=CHANNEL)),
        ("EnableFirstSeenTimestamp", parameter("FirstSeenTimestampUTC", Microseconds=first_us)),
        ("EnableLastSeenTimestamp", parameter("LastSeenTimestampUTC", Microseconds=last_us)),
        ("EnableTagSeenCount", parameter("TagSeenCount", TagCount=entry.count)),
        ("EnablePCBits", parameter("C1G2_PC", PC_Bits=pc_bits(seen.epc))),
        ("EnableCRC", parameter("C1G2_CRC", CRC=crc_16(seen.epc))),
    )
    parts += [what for switch, what in selectable if switch in wanted]
    return parameter("TagReportData", *parts, *(_vendor(entry) if phase else ()))


def _vendor(entry: _Entry) -> tuple[Parameter, ...]:
    steps = round(entry.last.phase_rad / math.tau * impinj.PHASE_STEPS) % impinj.PHASE_STEPS
    fine = round(entry.peak_dbm * impinj.RSSI_STEPS_PER_DB)
    return (
        impinj.custom(impinj.PHASE, struct.pack(">H", steps)),
        impinj.custom(impinj.PEAK_RSSI, struct.pack(">h", max(-32768, min(32767, fine)))),
    )


def _signed_byte(dbm: float) -> int:
    return max(-128, min(127, round(dbm)))
