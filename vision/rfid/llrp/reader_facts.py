"""What the simulated reader says of itself: capabilities and configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vision.rfid.llrp.definitions import protocol
from vision.rfid.llrp.rospec import MOST_SPECS
from vision.rfid.llrp.tree import Parameter, parameter

EVENTS = tuple(protocol().enumerations["NotificationEventType"].values())
MOST_CAPABILITIES = 4
MOST_CONFIGURATION = 11
"""Highest numbers in ``RequestedData``."""
MOST_ROSPECS = 16
_POWER_CDBM = 3000


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers of its antennas, its carrier, and how it names itself. Manufacturer 0 is nobody's
    IANA number."""

    antennas: tuple[int, ...]
    frequency_khz: int = 866_000
    manufacturer: int = 0
    model: int = 1
    firmware: str = "podherd simulator"
    reader_id: bytes = b"\x02\x00\x00\xff\xfe\x00\x00\x01"
    """EUI-64, locally administered."""


def capabilities(facts: Facts, requested: int) -> tuple[Parameter, ...]:
    """Of GET_READER_CAPABILITIES, by the number in ``RequestedData``."""
    parts = (_device(facts), _llrp(), _regulatory(facts), parameter("C1G2LLRPCapabilities"))
    return parts if requested == 0 else parts[requested - 1 : requested]


def configuration(
    facts: Facts, requested: int, keepalive_ms: int, events: Mapping[int, int], holding: bool
) -> tuple[Parameter, ...]:
    """Of GET_READER_CONFIG, by the number in ``RequestedData``, in the order of the standard."""
    parts: tuple[tuple[int, Callable[[], list[Parameter]]], ...] = (
        (1, lambda: [parameter("Identification", ReaderID=facts.reader_id)]),
        (2, lambda: [_antenna(number) for number in facts.antennas]),
        (5, lambda: [_events(events)]),
        (8, lambda: [_keepalive(keepalive_ms)]),
        (11, lambda: [_holding(holding)]),
    )
    return tuple(each for number, make in parts if requested in (0, number) for each in make())


def _device(facts: Facts) -> Parameter:
    protocols = [
        parameter("PerAntennaAirProtocol", AntennaID=number, ProtocolID=b"\x01")
        for number in facts.antennas
    ]
    return parameter(
        "GeneralDeviceCapabilities",
        parameter("ReceiveSensitivityTableEntry", Index=1),
        parameter("GPIOCapabilities"),
        *protocols,
        MaxNumberOfAntennaSupported=len(facts.antennas),
        HasUTCClockCapability=1,
        DeviceManufacturerName=facts.manufacturer,
        ModelName=facts.model,
        ReaderFirmwareVersion=facts.firmware,
    )


def _llrp() -> Parameter:
    return parameter(
        "LLRPCapabilities",
        SupportsEventAndReportHolding=1,
        MaxNumROSpecs=MOST_ROSPECS,
        MaxNumSpecsPerROSpec=MOST_SPECS,
        MaxNumInventoryParameterSpecsPerAISpec=1,
    )


def _regulatory(facts: Facts) -> Parameter:
    mode = parameter(
        "C1G2UHFRFModeTableEntry",
        MValue="MV_4",
        BDRValue=250_000,
        PIEValue=2000,
        MinTariValue=25_000,
        MaxTariValue=25_000,
    )
    band = parameter(
        "UHFBandCapabilities",
        parameter("TransmitPowerLevelTableEntry", Index=1, TransmitPowerValue=_POWER_CDBM),
        parameter(
            "FrequencyInformation",
            parameter("FixedFrequencyTable", Frequency=(facts.frequency_khz,)),
        ),
        parameter("C1G2UHFRFModeTable", mode),
    )
    return parameter(
        "RegulatoryCapabilities", band, CountryCode=276, CommunicationsStandard="ETSI_302_208"
    )


def _antenna(number: int) -> Parameter:
    return parameter("AntennaProperties", AntennaConnected=1, AntennaID=number)


def _events(events: Mapping[int, int]) -> Parameter:
    states = [
        parameter("EventNotificationState", EventType=kind, NotificationState=events.get(kind, 0))
        for kind in EVENTS
    ]
    return parameter("ReaderEventNotificationSpec", *states)


def _keepalive(keepalive_ms: int) -> Parameter:
    return parameter(
        "KeepaliveSpec",
        KeepaliveTriggerType="Periodic" if keepalive_ms else "Null",
        PeriodicTriggerValue=keepalive_ms,
    )


def _holding(holding: bool) -> Parameter:
    return parameter("EventsAndReports", HoldEventsAndReportsUponReconnect=int(holding))
