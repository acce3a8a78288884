"""A real WMS that is killed, one that is asked by many at a time, and where its server goes."""

import asyncio
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest

from scripts.trial_server import ServerUnavailable, TrialServer
from tests.wms_bridge.connectors.contract.desk import Desk
from tests.wms_bridge.connectors.contract.messages import adjusted, confirmed, wanted
from wms_bridge.messages import WmsMessage
from wms_bridge.ports.store import DeliveryFailed


class RunningServer:
    """Tests on a ``desk`` of a ``server``."""

    def test_a_killed_server_is_not_reached_and_all_goes_on_once_it_is_back(
        self, desk: Desk, server: TrialServer
    ) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.place("1", A=6)
        told = confirmed(order, [("P001/A/1/1", 4)])
        server.kill()
        try:
            with pytest.raises(DeliveryFailed) as failure:
                desk.tell(told)
            assert (failure.value.refused, failure.value.unknown) == (False, False)
        finally:
            server.start()
        desk.tell(told)
        assert desk.stock() == {("P001", "A"): 6}

    def test_messages_at_the_same_time_are_all_carried_out_once(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 100, ("P002", "A"): 100})
        orders = [desk.place(f"{number}", A=10) for number in range(6)]

        async def work(number: int) -> None:
            order = orders[number]
            await until_done(desk, wanted(order))
            await until_done(desk, confirmed(order, [("P001/A/1/1", 3), ("P002/A/1/1", 4)]))
            await until_done(desk, adjusted(f"{number}", "P001/A/1/1", desk.sku("A"), -1))

        async def all_of_them() -> None:
            await asyncio.gather(*(work(number) for number in range(len(orders))))

        desk.run(all_of_them())
        assert desk.stock() == {("P001", "A"): 100 - 6 * 4, ("P002", "A"): 100 - 6 * 4}
        for order in orders:
            assert [one.state for one in desk.documents(order.order)] == ["done"]


async def until_done(desk: Desk, message: WmsMessage) -> None:
    """Locks that were not to be had in all tries are no news; anything else is."""
    for _ in range(20):
        try:
            await desk.connector.carry_out(message)
        except DeliveryFailed as failure:
            if failure.refused or failure.unknown:
                raise
        else:
            return
    raise AssertionError(message)


class InstalledServer:
    """Tests of a ``program`` of ``scripts/`` that installs the server of the WMS ``name``; none is
    needed for them."""

    program: ClassVar[ModuleType]
    name: ClassVar[str]

    def test_a_folder_with_something_else_in_it_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "mine").write_text("mine")
        with pytest.raises(ServerUnavailable, match="holds something else"):
            self.program.install(tmp_path)
        assert (tmp_path / "mine").read_text() == "mine"

    def test_where_it_goes(self, tmp_path: Path) -> None:
        variable = f"PODHERD_{self.name.upper()}"
        assert self.program.target_folder({variable: str(tmp_path)}) == tmp_path
        found = self.program.target_folder({"XDG_CACHE_HOME": str(tmp_path)})
        assert found.parent == tmp_path / "podherd"
        assert found.name.startswith(f"{self.name}-")
