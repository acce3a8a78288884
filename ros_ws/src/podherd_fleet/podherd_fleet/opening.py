"""Opens the fleet: from the node's parameters to dispatcher, memory and the ways to the bridge."""

from dataclasses import dataclass
from pathlib import Path

from rclpy.node import Node

from planner.codec.sitefile import parse_site
from planner.warehouse.site import Site
from podherd_fleet.control import Control
from podherd_fleet.feed import Feed, PolledFeed
from podherd_fleet.fleet import Fleet
from podherd_fleet.memory import Memory
from podherd_fleet.office import BridgeOffice
from podherd_fleet.settings import PARAMETERS
from podherd_ros.parameters import read

_MEMORY = "fleet-memory.json"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a fleet node starts from. Stops and entries are kept in the folder of ``log``."""

    site: Site
    log: Path
    bridge_url: str
    lockstep: bool
    accept_all: bool

    def fleet(self) -> Fleet:
        """The fleet, as its log and its memory left it."""
        memory = Memory(self.log.with_name(_MEMORY))
        control = Control(self.site, self.log)
        return Fleet(control, memory, accept_all=self.accept_all, lockstep=self.lockstep)

    def office(self) -> BridgeOffice:
        """A connection of its own to the bridge."""
        return BridgeOffice(self.bridge_url)

    def feed(self, after: int) -> Feed | PolledFeed:
        """The bridge's feed above a number."""
        if self.lockstep:
            return PolledFeed(self.office(), after)
        return Feed(self.office, after)


def read_settings(node: Node) -> Opening:
    """The node's parameters. Raises :class:`PodherdError` on one that is missing or wrong."""
    given = read(node, PARAMETERS)
    return Opening(
        site=parse_site(Path(str(given["site"])).read_bytes()),
        log=Path(str(given["log"])),
        bridge_url=str(given["bridge"]),
        lockstep=bool(given["lockstep"]),
        accept_all=given["accept"] == "all",
    )
