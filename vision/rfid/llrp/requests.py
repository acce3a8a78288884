"""What a client asks of a reader, as messages: configuration, ROSpecs and their ends.

One ROSpec with one AISpec is all that counting needs: all chosen antennas in turn, started by
message, stopped by message or after a time, every read reported at once or in small batches.
"""

from dataclasses import dataclass

from planner.warehouse.errors import InvalidFrame
from vision.rfid.llrp import impinj
from vision.rfid.llrp.tree import Message, Parameter, message, parameter

ALL_ANTENNAS = 0
"""As an antenna's number: whichever the reader has."""
_MOST_U32 = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Transmitter:
    """Power of an antenna, by indices into the tables of the reader's capabilities. In hopping
    regions (FCC) ``hop_table`` counts from 1 and ``channel`` is 0; elsewhere (ETSI) the other way
    round."""

    power: int
    hop_table: int
    channel: int


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """What a reader is to do.

    ``duration_ms`` ends the run by itself; ``None`` runs until stopped. ``report_every`` is the
    number of TagReportData in a report at most (1: each read at once). ``session`` and
    ``population`` are Gen2 singulation; ``mode`` an RF mode of the capabilities. ``phase`` asks for
    phase and fine RSSI by Impinj's extension; a reader without it refuses. ``timeout_ms`` is how
    long an answer may take. Raises ``InvalidFrame`` for numbers that LLRP cannot say.
    """

    antennas: tuple[int, ...] = (ALL_ANTENNAS,)
    rospec: int = 1
    duration_ms: int | None = None
    report_every: int = 1
    keepalive_ms: int = 10_000
    session: int = 1
    population: int = 32
    mode: int | None = None
    transmitter: Transmitter | None = None
    phase: bool = False
    timeout_ms: int = 5_000

    def __post_init__(self) -> None:
        limits = {
            "rospec": (self.rospec, 1, _MOST_U32),
            "duration_ms": (self.duration_ms or 1, 1, _MOST_U32),
            "report_every": (self.report_every, 1, 0xFFFF),
            "keepalive_ms": (self.keepalive_ms, 1, _MOST_U32),
            "session": (self.session, 0, 3),
            "population": (self.population, 0, 0xFFFF),
            "mode": (self.mode or 0, 0, 0xFFFF),
            "timeout_ms": (self.timeout_ms, 1, _MOST_U32),
            **{f"antennas[{i}]": (each, 0, 0xFFFF) for i, each in enumerate(self.antennas)},
        }
        for name, (value, lowest, highest) in limits.items():
            if not lowest <= value <= highest:
                raise InvalidFrame(
                    "out of range", field=name, value=value, remedy=f"{lowest} to {highest}."
                )
        if not self.antennas:
            raise InvalidFrame("no antenna", field="antennas", remedy="(0,) means all.")


def get_capabilities(message_id: int) -> Message:
    """All capabilities."""
    return message("GET_READER_CAPABILITIES", message_id, RequestedData="All")


def set_config(message_id: int, settings: ReaderSettings) -> Message:
    """Events of ROSpecs, antennas, exceptions and full buffers on; keepalives; nothing held back
    when a client connects again."""
    wanted = ("ROSpec_Event", "Report_Buffer_Fill_Warning", "Reader_Exception_Event")
    events = [
        parameter("EventNotificationState", EventType=event, NotificationState=1)
        for event in (*wanted, "Antenna_Event")
    ]
    return message(
        "SET_READER_CONFIG",
        message_id,
        parameter("ReaderEventNotificationSpec", *events),
        parameter(
            "KeepaliveSpec",
            KeepaliveTriggerType="Periodic",
            PeriodicTriggerValue=settings.keepalive_ms,
        ),
        parameter("EventsAndReports", HoldEventsAndReportsUponReconnect=0),
    )


def add_rospec(message_id: int, settings: ReaderSettings) -> Message:
    """The ROSpec that these settings describe, disabled as the standard wants it."""
    duration_ms = settings.duration_ms
    boundary = parameter(
        "ROBoundarySpec",
        parameter("ROSpecStartTrigger", ROSpecStartTriggerType="Null"),
        parameter(
            "ROSpecStopTrigger",
            ROSpecStopTriggerType="Null" if duration_ms is None else "Duration",
            DurationTriggerValue=duration_ms or 0,
        ),
    )
    rospec = parameter(
        "ROSpec", boundary, _aispec(settings), _report_spec(settings), ROSpecID=settings.rospec
    )
    return message("ADD_ROSPEC", message_id, rospec)


def of_rospec(name: str, message_id: int, rospec: int) -> Message:
    """ENABLE_, START_, STOP_, DISABLE_ or DELETE_ROSPEC; number 0 is all."""
    return message(name, message_id, ROSpecID=rospec)


def _aispec(settings: ReaderSettings) -> Parameter:
    inventory = parameter(
        "InventoryParameterSpec",
        *(_antenna(antenna, settings) for antenna in settings.antennas),
        InventoryParameterSpecID=1,
        ProtocolID="EPCGlobalClass1Gen2",
    )
    stop = parameter("AISpecStopTrigger", AISpecStopTriggerType="Null")
    return parameter("AISpec", stop, inventory, AntennaIDs=settings.antennas)


def _antenna(antenna: int, settings: ReaderSettings) -> Parameter:
    power = settings.transmitter
    transmitter = (
        []
        if power is None
        else [
            parameter(
                "RFTransmitter",
                HopTableID=power.hop_table,
                ChannelIndex=power.channel,
                TransmitPower=power.power,
            )
        ]
    )
    mode = [] if settings.mode is None else [parameter("C1G2RFControl", ModeIndex=settings.mode)]
    singulation = parameter(
        "C1G2SingulationControl", Session=settings.session, TagPopulation=settings.population
    )
    command = parameter("C1G2InventoryCommand", *mode, singulation)
    return parameter("AntennaConfiguration", *transmitter, command, AntennaID=antenna)


def _report_spec(settings: ReaderSettings) -> Parameter:
    content = parameter(
        "TagReportContentSelector",
        parameter("C1G2EPCMemorySelector", EnableCRC=1, EnablePCBits=1),
        EnableROSpecID=1,
        EnableAntennaID=1,
        EnableChannelIndex=1,
        EnablePeakRSSI=1,
        EnableFirstSeenTimestamp=1,
        EnableLastSeenTimestamp=1,
        EnableTagSeenCount=1,
    )
    return parameter(
        "ROReportSpec",
        content,
        *([impinj.phase_selector()] if settings.phase else []),
        ROReportTrigger="Upon_N_Tags_Or_End_Of_ROSpec",
        N=settings.report_every,
    )
