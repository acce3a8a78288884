"""One Gazebo server with a client for a test; both end with the test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sim_worlds.gazebo.client import WORLD, GazeboClient
from sim_worlds.gazebo.failure import GazeboFailed
from sim_worlds.gazebo.prefix import Gazebo
from sim_worlds.gazebo.server import GazeboServer, free_port

T = TypeVar("T")


class GazeboRig:
    """Makes servers with worlds for one test; each gets a port and a log of its own.

    ::

        def test_something(rig: GazeboRig) -> None:
            async def scenario(client: GazeboClient) -> Pose:
                client.drive("R01", 0.5, 0.0)
                await client.step(1000)
                return client.poses["R01"]

            assert rig.run(world_text_or_file, scenario).x_m > 0.4
    """

    def __init__(self, gazebo: Gazebo, folder: Path):
        self.gazebo = gazebo
        self.folder = folder
        self._servers = 0

    def server(
        self,
        world: str | Path,
        *,
        seed: int = 1,
        rendering: bool = False,
        model_folders: tuple[Path, ...] = (),
    ) -> GazeboServer:
        """A server (a context manager) for a world file, or for the text of one."""
        self._servers += 1
        if isinstance(world, str):
            text, world = world, self.folder / f"world_{self._servers}.sdf"
            world.write_text(text)
        return GazeboServer(
            self.gazebo,
            world,
            port=free_port(),
            seed=seed,
            log=self.folder / f"gzserver_{self._servers}.log",
            rendering=rendering,
            model_folders=model_folders,
        )

    @asynccontextmanager
    async def world(
        self,
        world: str | Path,
        *,
        seed: int = 1,
        name: str = WORLD,
        rendering: bool = False,
        model_folders: tuple[Path, ...] = (),
        floors: tuple[str, ...] = ("floor",),
    ) -> AsyncIterator[GazeboClient]:
        """A client of a new server; both end with the block."""
        server = self.server(world, seed=seed, rendering=rendering, model_folders=model_folders)
        with server:
            try:
                client = await GazeboClient.connect(
                    server.port, name, gazebo=self.gazebo, log=server.log, floors=floors
                )
            except GazeboFailed:
                server.check()
                raise
            try:
                yield client
            finally:
                await client.close()

    def run(
        self,
        world: str | Path,
        scenario: Callable[[GazeboClient], Awaitable[T]],
        *,
        seed: int = 1,
        name: str = WORLD,
        rendering: bool = False,
        model_folders: tuple[Path, ...] = (),
        floors: tuple[str, ...] = ("floor",),
    ) -> T:
        """What the scenario returns; for tests that need one world only."""

        async def whole() -> T:
            async with self.world(
                world,
                seed=seed,
                name=name,
                rendering=rendering,
                model_folders=model_folders,
                floors=floors,
            ) as client:
                return await scenario(client)

        return asyncio.run(whole())
