"""Spins many nodes in one thread at little cost: what comes often is waited for apart.

rclpy's executors build a wait set of everything their nodes have before each callback: with 25
robots in a process that takes 3 ms. Here subscriptions and services that are **watched** are waited
for by themselves and served by hand; everything else (life cycle, parameters, actions) goes to a
:class:`SingleThreadedExecutor` whenever something of it is ready. In a small process that is looked
at together with what is watched, in a large one every 20 ms.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from rclpy.client import Client
from rclpy.executors import SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.node import Node
from rclpy.service import Service
from rclpy.subscription import Subscription
from rclpy.task import Future
from rclpy.utilities import get_default_context
from rclpy.waitable import NumberOfEntities

LARGE = 4
"""From so many nodes on a process is large."""
_REST_S = 0.02
_AFTERMATH = 6
"""Rounds of the executor after it was given something: the result of an action takes a few."""


class Pump:
    """Watch and serve what is hot, then :meth:`spin`. Tell it of every change of what the nodes
    have (:meth:`changed`): it keeps what it waits for."""

    def __init__(self, nodes: Sequence[Node]):
        self._nodes = list(nodes)
        self._executor = SingleThreadedExecutor()
        for node in nodes:
            self._executor.add_node(node)
        self._handlers: dict[Any, Callable[[], None]] = {}
        self._hot = _Group(())
        self._rest = _Group(())
        self._stale = True
        self._aftermath = _AFTERMATH
        self._rest_due_s = 0.0

    def watch(self, subscription: "Subscription[Any]", handler: Callable[[Any], None]) -> None:
        """Hand each message to ``handler``. The subscription's node must not be one of ours."""
        self._handlers[subscription] = partial(_hand_on, subscription, handler)
        self.changed()

    def serve(self, service: "Service[Any, Any]") -> None:
        """Answer this service of one of our nodes without the executor."""
        self._handlers[service] = partial(_answer, service)
        self.changed()

    def expect(self, client: "Client[Any, Any]") -> None:
        """Hand what this client of one of our nodes is answered to whoever asked, without the
        executor."""
        self._handlers[client] = partial(_resolve, client)
        self.changed()

    def forget(self, entities: Iterable[object]) -> None:
        """Watch and serve these no more; to be called before they are destroyed."""
        for entity in entities:
            self._handlers.pop(entity, None)
        self.changed()

    def changed(self) -> None:
        """The nodes have other services, actions or timers than before, or will have."""
        self._hot.release()
        self._rest.release()
        self._stale = True

    def kick(self) -> None:
        """The executor was given something to do that it cannot see."""
        self._aftermath = _AFTERMATH

    def spin(self, going: Callable[[], bool], look_s: float = 0.1) -> None:
        """Until ``going`` says no, which is asked at least every ``look_s``, wall time."""
        try:
            while going():
                self.turn(look_s)
        finally:
            self.changed()
            self._executor.shutdown()

    def turn(self, wait_s: float) -> None:
        """One round: wait for something for at most ``wait_s``, and do what there is to do."""
        if self._stale:
            self._gather()
        small = len(self._nodes) < LARGE
        if self._aftermath:
            wait_s = 0.0
        groups = (self._hot, self._rest) if small else (self._hot,)
        ready = _wait(groups, wait_s if small else min(wait_s, _REST_S))
        for entity in self._hot.ready(ready):
            handler = self._handlers.get(entity)
            if handler is not None:  # an earlier one may have forgotten it
                handler()
        if small and any(self._rest.ready(ready)):
            self.kick()
        elif not small and time.monotonic() >= self._rest_due_s:
            self._look_at_rest()
        if self._aftermath:
            self._aftermath -= 1
            # With a future of its own it waits anew: what an earlier wait has found it would look
            # up in a wait set that actions are no longer in, since ours came in between.
            self._executor.spin_once_until_future_complete(Future(), timeout_sec=0)

    def _look_at_rest(self) -> None:
        self._rest_due_s = time.monotonic() + _REST_S
        if not self._stale and any(self._rest.ready(_wait((self._rest,), 0.0))):
            self.kick()

    def _gather(self) -> None:
        """Takes stock of what there is to wait for."""
        hot = self._handlers
        rest = [
            entity
            for node in self._nodes
            for kind in (node.subscriptions, node.services, node.clients, node.timers)
            for entity in kind
            if entity not in hot
        ]
        waitables = [waitable for node in self._nodes for waitable in node.waitables]
        self._hot = _Group(tuple(hot))
        self._rest = _Group((*rest, *waitables))
        self._stale = False


class _Group:
    """Entities that are waited for together. They stay alive until :meth:`release`."""

    def __init__(self, entities: tuple[Any, ...]):
        self._held = ExitStack()
        self._plain = [entity for entity in entities if hasattr(entity, "handle")]
        self._waitables = [entity for entity in entities if not hasattr(entity, "handle")]
        for entity in self._plain:
            self._held.enter_context(entity.handle)
        for waitable in self._waitables:
            self._held.enter_context(waitable)
        self.count = _count(self._plain)
        for waitable in self._waitables:
            self.count += waitable.get_num_entities()

    def release(self) -> None:
        """Wait for these no more."""
        self._held.close()
        self._plain, self._waitables = [], []

    def add_to(self, wait_set: Any) -> None:
        """Puts all into a wait set."""
        for entity in self._plain:
            _add(entity, wait_set)
        for waitable in self._waitables:
            waitable.add_to_wait_set(wait_set)

    def ready(self, found: tuple[Any, set[int]]) -> list[Any]:
        """Those that the wait has found ready."""
        wait_set, pointers = found
        plain = [entity for entity in self._plain if entity.handle.pointer in pointers]
        return plain + [one for one in self._waitables if one.is_ready(wait_set)]


def _wait(groups: tuple[_Group, ...], wait_s: float) -> tuple[Any, set[int]]:
    count = NumberOfEntities()
    for group in groups:
        count += group.count
    context = get_default_context().handle
    assert context is not None
    wait_set = _rclpy.WaitSet(
        count.num_subscriptions,
        count.num_guard_conditions,
        count.num_timers,
        count.num_clients,
        count.num_services,
        count.num_events,
        context,
    )
    wait_set.clear_entities()
    for group in groups:
        group.add_to(wait_set)
    wait_set.wait(round(wait_s * 1e9))
    pointers = {
        *wait_set.get_ready_entities("subscription"),
        *wait_set.get_ready_entities("service"),
        *wait_set.get_ready_entities("client"),
        *wait_set.get_ready_entities("timer"),
    }
    return wait_set, pointers


def _count(entities: list[Any]) -> NumberOfEntities:
    count = NumberOfEntities()
    for entity in entities:
        if isinstance(entity, Subscription):
            count.num_subscriptions += 1
        elif isinstance(entity, Service):
            count.num_services += 1
        elif hasattr(entity, "timer_period_ns"):
            count.num_timers += 1
        else:
            count.num_clients += 1
    return count


def _add(entity: Any, wait_set: Any) -> None:
    if isinstance(entity, Subscription):
        wait_set.add_subscription(entity.handle)
    elif isinstance(entity, Service):
        wait_set.add_service(entity.handle)
    elif hasattr(entity, "timer_period_ns"):
        wait_set.add_timer(entity.handle)
    else:
        wait_set.add_client(entity.handle)


def taken(subscription: "Subscription[Any]") -> list[Any]:
    """What has come on a subscription that nobody spins, oldest first; bytes if it is a raw one."""
    take = partial(subscription.handle.take_message, subscription.msg_type, subscription.raw)
    with subscription.handle:
        return [message for message, _ in iter(take, None)]


def _hand_on(subscription: "Subscription[Any]", handler: Callable[[Any], None]) -> None:
    for message in taken(subscription):
        handler(message)


def _answer(service: "Service[Any, Any]") -> None:
    kind = service.srv_type
    with service.handle:
        request, header = service.handle.service_take_request(kind.Request)
    if header is not None:
        service.send_response(service.callback(request, kind.Response()), header)


def _resolve(client: "Client[Any, Any]") -> None:
    with client.handle:
        header, answer = client.handle.take_response(client.srv_type.Response)
    if header is None:
        return
    try:
        asked = client.get_pending_request(header.request_id.sequence_number)
    except KeyError:  # nobody waits for it any more
        return
    asked.set_result(answer)
