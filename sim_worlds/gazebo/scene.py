"""What is in the world: models, links, collisions and sensors, with the numbers Gazebo knows
them by."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from planner.warehouse.errors import NotFound
from planner.warehouse.robot import Pose
from sim_worlds.gazebo.messages import Messages
from sim_worlds.gazebo.poses import pose_of


class SensorEntry(NamedTuple):
    """A sensor and where it sits; all names are unscoped."""

    model: str
    link: str
    name: str
    kind: str
    """``contact``, ``ray``, ``camera`` ..."""
    period_ms: int
    """Simulation time from one reading to the next; 0 = every step."""


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """A link, its collisions with their numbers, and its sensors."""

    id: int
    collisions: dict[str, int]
    sensors: tuple[SensorEntry, ...]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as it was when it came into the world."""

    id: int
    is_static: bool
    pose: Pose
    links: dict[str, LinkEntry]
    place: int
    """Its number in the order of arrival."""


class Scene:
    """All models by name."""

    def __init__(self, messages: Messages):
        self._messages = messages
        self._models: dict[str, ModelEntry] = {}
        self._next = 0

    def take(self, answer: bytes) -> None:
        """Takes the answer to ``scene_info``."""
        for model in self._messages.read("Scene", answer).model:
            self._take(model)

    def add(self, answer: bytes) -> None:
        """Takes the answer to ``entity_info`` about a new model."""
        self._take(self._messages.read("Model", answer))

    def _take(self, model: Any) -> None:
        self._models[model.name] = _entry(model, self._next)
        self._next += 1

    def drop(self, name: str) -> None:
        """The model is gone."""
        self._models.pop(name, None)

    def has(self, name: str) -> bool:
        """True if there is a model of this name."""
        return name in self._models

    def place_of(self, name: str) -> int:
        """Number of the model in the order of arrival: each has one of its own."""
        return self.model(name).place

    def model(self, name: str) -> ModelEntry:
        """Raises :class:`NotFound` for a model that is not in the world."""
        try:
            return self._models[name]
        except KeyError:
            known = ", ".join(sorted(self._models)[:20])
            raise NotFound(
                "no such model in the world",
                field="model",
                value=name,
                remedy=f"There are: {known}.",
            ) from None

    def link(self, model: str, link: str) -> LinkEntry:
        """Raises :class:`NotFound` for a link that the model does not have."""
        links = self.model(model).links
        if link not in links:
            raise NotFound(
                "the model has no such link",
                field=model,
                value=link,
                remedy=f"It has: {', '.join(links)}.",
            )
        return links[link]

    def poses(self) -> dict[str, Pose]:
        """Pose of each model when it was taken in."""
        return {name: model.pose for name, model in self._models.items()}

    def sensors(self, model: str | None = None) -> tuple[SensorEntry, ...]:
        """The sensors of one model, or of all."""
        entries = self._models.values() if model is None else (self.model(model),)
        return tuple(
            sensor for entry in entries for link in entry.links.values() for sensor in link.sensors
        )

    def sensor(self, model: str, kind: str) -> SensorEntry:
        """The first sensor of a kind that the model has; raises :class:`NotFound` if none."""
        for sensor in self.sensors(model):
            if sensor.kind == kind:
                return sensor
        raise NotFound(f"the model has no sensor of type {kind}", field="model", value=model)


def _entry(model: Any, place: int) -> ModelEntry:
    return ModelEntry(
        id=model.id,
        is_static=model.is_static,
        pose=pose_of(model.pose),
        links={_short(link.name): _link(model.name, link) for link in model.link},
        place=place,
    )


def _link(model: str, link: Any) -> LinkEntry:
    name = _short(link.name)
    return LinkEntry(
        id=link.id,
        collisions={_short(collision.name): collision.id for collision in link.collision},
        sensors=tuple(
            SensorEntry(model, name, _short(sensor.name), sensor.type, _period_ms(sensor))
            for sensor in link.sensor
        ),
    )


def _period_ms(sensor: Any) -> int:
    return round(1000 / sensor.update_rate) if sensor.update_rate > 0 else 0


def _short(scoped: str) -> str:
    return scoped.rsplit("::", 1)[-1]
