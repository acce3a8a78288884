"""A client of Gazebo's transport in asyncio: the master, publishing and subscribing.

The master knows who publishes what; messages flow on connections of their own, from each
publisher straight to each subscriber. A topic ``~/x`` belongs to one world: its whole name is
``/gazebo/<world>/x``.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from sim_worlds.gazebo.failure import GazeboFailed
from sim_worlds.gazebo.keeper import Keeper
from sim_worlds.gazebo.messages import Messages
from sim_worlds.gazebo.wire import HOST, FrameStream, Packets, frame

PONG_S = 1.0
RETRY_S = 0.05
REPEAT_S = 1.0
"""A publisher whom nobody has heard announces itself anew; who knows it already does nothing."""

Receiver = Callable[[bytes], None]


def _nobody() -> None:
    """Nobody wants to know."""


class Publisher:
    """A topic of ours; Gazebo connects to it when it has heard of it."""

    def __init__(self, topic: str, announce: Callable[[], None]):
        self.topic = topic
        self._announce = announce
        self._peers: list[FrameStream] = []
        self._is_heard = asyncio.Event()

    def send(self, payload: bytes) -> None:
        """To everybody who listens now; nobody hears it later."""
        framed = frame(payload)
        for peer in self._peers:
            peer.write(framed)

    @property
    def listeners(self) -> tuple[int, ...]:
        """File descriptors of those who listen now."""
        return tuple(peer.number for peer in self._peers)

    def add(self, peer: FrameStream) -> None:
        """Somebody listens."""
        self._peers.append(peer)
        self._is_heard.set()

    def drop(self, peer: FrameStream) -> None:
        """A listener is gone."""
        if peer in self._peers:
            self._peers.remove(peer)
        if not self._peers:
            self._is_heard.clear()

    async def heard(self, timeout_s: float = 10.0) -> None:
        """Waits until somebody listens; raises :class:`GazeboFailed` if nobody does."""
        for _ in range(max(1, round(timeout_s / REPEAT_S))):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_heard.wait(), REPEAT_S)
                return
            self._announce()
        raise GazeboFailed(
            f"nothing in Gazebo listens to it (waited {timeout_s:g} s)",
            field=self.topic,
            remedy="Is the model in the world, and has it the plugin for this?",
        )


class _Subscription:
    """A topic we hear, and the links to those who publish it."""

    def __init__(self, kind: str, receiver: Receiver):
        self.kind = kind
        self.receiver = receiver
        self.links: dict[tuple[str, int], FrameStream | None] = {}
        self.is_live = asyncio.Event()


class Transport:
    """The connection to one running Gazebo. Make it with :meth:`connect`."""

    def __init__(self, messages: Messages, port: int, world: str):
        self._messages = messages
        self._packets = Packets(messages)
        self._master_port = port
        self._world = world
        self._kinds: dict[str, str] = {}
        self._publishers: dict[str, Publisher] = {}
        self._subscriptions: dict[str, _Subscription] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_begun = asyncio.Event()
        self._has_been_there = False
        self._pong = asyncio.Event()
        self._master: FrameStream | None = None
        self._keeper = Keeper()
        self._listener: asyncio.Server | None = None
        self._port = 0
        self.on_lost: Callable[[], None] = _nobody
        """Called once when Gazebo closes the connection."""
        self.is_lost = False
        """True once Gazebo has closed a connection: it has ended, or is about to."""

    @classmethod
    async def connect(
        cls, messages: Messages, port: int, world: str, timeout_s: float = 30.0
    ) -> "Transport":
        """Connects to the master on this machine, as soon as it is there.

        Raises :class:`GazeboFailed` after ``timeout_s``.
        """
        transport = cls(messages, port, world)
        loop = asyncio.get_running_loop()
        transport._listener = await loop.create_server(
            lambda: transport._stream(transport._on_peer, transport._drop_peer), HOST, 0
        )
        transport._port = transport._listener.sockets[0].getsockname()[1]
        try:
            await asyncio.wait_for(transport._reach_master(), timeout_s)
        except (TimeoutError, ConnectionError) as error:
            await transport.close()
            raise GazeboFailed(
                f"no Gazebo answers there ({str(error) or f'waited {timeout_s:g} s'})",
                field="port",
                value=port,
                remedy="Has the server been started, and with this port?",
            ) from None
        return transport

    @property
    def topics(self) -> Mapping[str, str]:
        """Every topic that is published now, and the type of its messages."""
        return self._kinds

    def whole_name(self, topic: str) -> str:
        """``~/x`` in the world of this connection."""
        return f"/gazebo/{self._world}/{topic[2:]}" if topic.startswith("~/") else topic

    def advertise(self, topic: str, kind: str) -> Publisher:
        """A publisher of messages ``gazebo.msgs.<kind>``; the same one if asked again."""
        name = self.whole_name(topic)
        if name not in self._publishers:
            address = self._address(name, kind)
            announce = partial(self._tell_master, "advertise", "Publish", address)
            self._publishers[name] = Publisher(name, announce)
            announce()
        return self._publishers[name]

    def at_death(self, publisher: Publisher, payload: bytes) -> None:
        """Sent to those who listen to a publisher now, if this process is killed."""
        for number in publisher.listeners:
            self._keeper.will(number, frame(payload))

    def subscribe(self, topic: str, kind: str, receiver: Receiver) -> None:
        """Hands the bytes of every message on ``topic`` to ``receiver``, from soon on.

        A topic is subscribed to once; a second time replaces the receiver.
        """
        name = self.whole_name(topic)
        if name in self._subscriptions:
            self._subscriptions[name].receiver = receiver
            return
        self._subscriptions[name] = _Subscription(kind, receiver)
        self._tell_master("subscribe", "Subscribe", self._address(name, kind))

    async def live(self, topic: str, timeout_s: float = 10.0) -> None:
        """Waits until somebody who publishes ``topic`` has been told to send it here."""
        name = self.whole_name(topic)
        try:
            await asyncio.wait_for(self._subscriptions[name].is_live.wait(), timeout_s)
        except TimeoutError:
            raise GazeboFailed(
                f"nobody publishes it (waited {timeout_s:g} s)",
                field=name,
                remedy="Is the model in the world, and has it this sensor?",
            ) from None

    async def close(self) -> None:
        """Ends every connection; Gazebo runs on."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._listener is not None:
            self._listener.close()
        for publisher in self._publishers.values():
            for peer in tuple(publisher._peers):
                peer.close()
        for subscription in self._subscriptions.values():
            for link in subscription.links.values():
                if link is not None:
                    link.close()
        if self._master is not None:
            self._master.close()
        await asyncio.sleep(0)
        self._keeper.leave()

    # -- the master -----------------------------------------------------------------------------

    async def _reach_master(self) -> None:
        """Connects and pings; a master that starts leaves a few clients unread: once more then."""
        while True:
            stream = await self._open_master()
            if stream is None and self._has_been_there:
                raise ConnectionError("it has ended again")
            if stream is None:
                await asyncio.sleep(RETRY_S)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_begun.wait(), PONG_S)
                ping = self._packets.make(
                    "request", "Request", id=1, request="get_topic_namespaces"
                )
                stream.write(ping)
                await asyncio.wait_for(self._pong.wait(), PONG_S)
                return
            self._master = None
            stream.close()
            self._has_begun.clear()

    async def _open_master(self) -> FrameStream | None:
        loop = asyncio.get_running_loop()
        try:
            _, stream = await loop.create_connection(
                lambda: self._stream(self._on_master, self._on_master_lost), HOST, self._master_port
            )
        except OSError:
            return None
        self._master = stream
        self._has_been_there = True
        return stream

    def _stream(
        self,
        on_payload: Callable[[FrameStream, bytes], None],
        on_lost: Callable[[FrameStream], None],
    ) -> FrameStream:
        return FrameStream(on_payload, on_lost, self._keeper.hold)

    def _tell_master(self, packet_type: str, name: str, fields: dict[str, object]) -> None:
        assert self._master is not None
        self._master.write(self._packets.make(packet_type, name, **fields))

    def _address(self, topic: str, kind: str) -> dict[str, object]:
        return {
            "topic": topic,
            "msg_type": f"gazebo.msgs.{kind}",
            "host": HOST,
            "port": self._port,
        }

    def _on_master_lost(self, stream: FrameStream) -> None:
        if stream is self._master:
            self.is_lost = True
            self.on_lost()

    def _on_master(self, stream: FrameStream, payload: bytes) -> None:
        packet_type, inner = self._packets.open(payload)
        if packet_type == "publishers_init":
            for entry in self._packets.read("Publishers", inner).publisher:
                self._kinds[entry.topic] = entry.msg_type
            self._has_begun.set()
        elif packet_type == "get_topic_namespaces_response":
            self._pong.set()
        elif packet_type == "publisher_add":
            entry = self._packets.read("Publish", inner)
            self._kinds[entry.topic] = entry.msg_type
        elif packet_type == "publisher_del":
            self._kinds.pop(self._packets.read("Publish", inner).topic, None)
        elif packet_type in ("publisher_subscribe", "publisher_advertise", "publisher_update"):
            self._begin_link(self._packets.read("Publish", inner))

    # -- hearing --------------------------------------------------------------------------------

    def _begin_link(self, entry: Any) -> None:
        """Somebody publishes what we want to hear: link to them, once."""
        subscription = self._subscriptions.get(entry.topic)
        there = (entry.host, entry.port)
        if subscription is None or there in subscription.links or entry.port == self._port:
            return
        subscription.links[there] = None
        task = asyncio.ensure_future(self._link(entry.topic, subscription, there))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _link(self, topic: str, subscription: _Subscription, there: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()

        def hand_on(stream: FrameStream, payload: bytes) -> None:
            subscription.receiver(payload)

        unlink = partial(self._unlink, subscription, there)
        try:
            _, stream = await loop.create_connection(lambda: self._stream(hand_on, unlink), *there)
        except OSError:
            subscription.links.pop(there, None)
            return
        subscription.links[there] = stream
        stream.write(
            self._packets.make("sub", "Subscribe", **self._address(topic, subscription.kind))
        )
        subscription.is_live.set()

    def _unlink(
        self, subscription: _Subscription, there: tuple[str, int], stream: FrameStream
    ) -> None:
        subscription.links.pop(there, None)
        if not subscription.links:
            subscription.is_live.clear()

    # -- being heard ----------------------------------------------------------------------------

    def _on_peer(self, stream: FrameStream, payload: bytes) -> None:
        packet_type, inner = self._packets.open(payload)
        if packet_type != "sub":
            return
        publisher = self._publishers.get(self._packets.read("Subscribe", inner).topic)
        if publisher is not None:
            publisher.add(stream)

    def _drop_peer(self, stream: FrameStream) -> None:
        for publisher in self._publishers.values():
            publisher.drop(stream)
