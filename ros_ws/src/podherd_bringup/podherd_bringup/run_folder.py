"""Where a run keeps its files: ``var/<run>/``."""

from dataclasses import dataclass
from pathlib import Path

from planner.codec.messages import encode
from planner.codec.sitefile import dump_site
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Names of the files of one run."""

    path: Path

    @property
    def site(self) -> Path:
        """The site that all processes read."""
        return self.path / "site.json"

    @property
    def stock(self) -> Path:
        """Opening stock, a JSON array of balances."""
        return self.path / "opening-stock.json"

    @property
    def books(self) -> Path:
        """The bridge's database."""
        return self.path / "bridge.sqlite"

    @property
    def confirmations(self) -> Path:
        """What the WMS was told, JSON lines."""
        return self.path / "confirmations.jsonl"

    @property
    def tryton(self) -> Path:
        """Folder of a Tryton's database and log."""
        return self.path / "tryton"

    @property
    def events(self) -> Path:
        """The dispatcher's event log; ``podherd replay`` reads it."""
        return self.path / "events.jsonl"

    @property
    def world(self) -> Path:
        """What the referee saw."""
        return self.path / "world.json"

    @property
    def gazebo(self) -> Path:
        """Folder of the world that Gazebo runs."""
        return self.path / "gazebo"

    @property
    def result(self) -> Path:
        """How the run ended."""
        return self.path / "result.json"

    @property
    def domain(self) -> Path:
        """The ROS domain id of the run, for those who ask its fleet."""
        return self.path / "ros-domain"

    @property
    def logs(self) -> Path:
        """What the processes wrote."""
        return self.path / "logs"

    def prepare(self, site: Site, stock: tuple[Balance, ...]) -> None:
        """Make the folder, which must not be there yet, with site and stock."""
        self.path.mkdir(parents=True)
        self.site.write_bytes(dump_site(site))
        self.stock.write_bytes(encode(stock))
