"""SDF elements: numbers, poses, geometry and the parts of a link, always written the same way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from xml.etree import ElementTree as ET

SDF_VERSION = "1.7"
"""The newest that Gazebo Classic 11 reads; what is used of it means the same in later ones."""

Element = ET.Element
Vector = tuple[float, float, float]
Colour = tuple[float, float, float]

EVERYWHERE = 0xFFFF
"""A collide bit mask: touches everything."""
BUMPER_HZ = 10.0
NOWHERE = 0
"""A collide bit mask: touches nothing, until it is changed in the running world."""


class Flavour(StrEnum):
    """Whose dialect a world is written in."""

    CLASSIC = "classic"
    """Gazebo Classic 11."""
    GZ = "gz"
    """gz sim 8 (Harmonic) and newer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Position (m) and roll, pitch, yaw (rad) in the frame of what holds it."""

    x_m: float = 0.0
    y_m: float = 0.0
    z_m: float = 0.0
    roll_rad: float = 0.0
    pitch_rad: float = 0.0
    yaw_rad: float = 0.0

    def __str__(self) -> str:
        numbers = (self.x_m, self.y_m, self.z_m, self.roll_rad, self.pitch_rad, self.yaw_rad)
        return " ".join(map(number, numbers))


ORIGIN = Place()


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry: ``kind`` is an SDF element (box, sphere, cylinder, plane), ``sizes`` its
    children in order."""

    kind: str
    sizes: tuple[tuple[str, str], ...]


def box(size_m: Vector) -> Shape:
    """A box with its middle at the origin."""
    return Shape("box", (("size", vector(size_m)),))


def sphere(radius_m: float) -> Shape:
    """A ball."""
    return Shape("sphere", (("radius", number(radius_m)),))


def cylinder(radius_m: float, length_m: float) -> Shape:
    """A cylinder along z with its middle at the origin."""
    return Shape("cylinder", (("radius", number(radius_m)), ("length", number(length_m))))


def plane(width_m: float, depth_m: float) -> Shape:
    """A level plane; it collides without end, and shows only this much."""
    size = f"{number(width_m)} {number(depth_m)}"
    return Shape("plane", (("normal", "0 0 1"), ("size", size)))


@dataclass(frozen=True, slots=True)
class Texture:
    """A picture on a plate; ``name`` is that of its material too."""

    name: str

    @property
    def file(self) -> str:
        """File name of the picture."""
        return f"{self.name}.png"


@dataclass(frozen=True, slots=True)
class Paint:
    """How things look: flavour of the material, and the folder beside the world where its pictures
    lie."""

    flavour: Flavour
    media: str = ""
    pictures: set[Texture] = field(default_factory=set)


def number(value: float) -> str:
    """Six digits after the point at most, no trailing zeros, never ``-0``."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def vector(values: Sequence[float]) -> str:
    """Numbers with blanks between them."""
    return " ".join(map(number, values))


def child(parent: Element, tag: str, text: object = None, **attributes: str) -> Element:
    """A new last child; truth values are written as SDF has them."""
    element = ET.SubElement(parent, tag, attributes)
    if isinstance(text, bool):
        element.text = "true" if text else "false"
    elif isinstance(text, float):
        element.text = number(text)
    elif text is not None:
        element.text = str(text)
    return element


def inertial(link: Element, mass_kg: float, size_m: Vector, centre: Place = ORIGIN) -> None:
    """Mass of a solid box of that size."""
    element = child(link, "inertial")
    if centre != ORIGIN:
        child(element, "pose", centre)
    child(element, "mass", mass_kg)
    x2, y2, z2 = (side * side for side in size_m)
    tensor = child(element, "inertia")
    moments = {"ixx": y2 + z2, "iyy": x2 + z2, "izz": x2 + y2}
    for name in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz"):
        child(tensor, name, mass_kg / 12.0 * moments.get(name, 0.0))


def collision(
    link: Element,
    name: str,
    shape: Shape,
    place: Place = ORIGIN,
    *,
    friction: float | None = None,
    collide_bitmask: int = EVERYWHERE,
    max_contacts: int | None = None,
) -> None:
    """A solid part of a link. ``friction`` is Coulomb's coefficient (the solver's own is 1)."""
    element = child(link, "collision", name=name)
    if max_contacts is not None:
        child(element, "max_contacts", max_contacts)
    if place != ORIGIN:
        child(element, "pose", place)
    _geometry(element, shape)
    if friction is None and collide_bitmask == EVERYWHERE:
        return
    surface = child(element, "surface")
    if friction is not None:
        ode = child(child(surface, "friction"), "ode")
        child(ode, "mu", friction)
        child(ode, "mu2", friction)
    if collide_bitmask != EVERYWHERE:
        child(child(surface, "contact"), "collide_bitmask", collide_bitmask)


def visual(
    link: Element, name: str, shape: Shape, colour: Colour, place: Place = ORIGIN
) -> Element:
    """A coloured part of a link; returned so that a picture may be added."""
    element = child(link, "visual", name=name)
    if place != ORIGIN:
        child(element, "pose", place)
    _geometry(element, shape)
    material = child(element, "material")
    child(material, "ambient", f"{vector(colour)} 1")
    child(material, "diffuse", f"{vector(colour)} 1")
    return element


def solid(link: Element, name: str, shape: Shape, colour: Colour, place: Place = ORIGIN) -> None:
    """A part that is seen and touched."""
    collision(link, name, shape, place)
    visual(link, name, shape, colour, place)


def plate(
    link: Element, name: str, texture: Texture, size_m: tuple[float, float], place: Place, by: Paint
) -> None:
    """A thin picture of that width and height, to be looked at along its y axis: x runs to the
    right and z up in the picture. It is not solid."""
    shape = box((size_m[0], PLATE_THICKNESS_M, size_m[1]))
    material = visual(link, name, shape, (1.0, 1.0, 1.0), place).find("material")
    assert material is not None
    by.pictures.add(texture)
    if by.flavour is Flavour.CLASSIC:
        script = child(material, "script")
        child(script, "uri", f"file://{by.media}/scripts")
        child(script, "uri", f"file://{by.media}/textures")
        child(script, "name", f"Podherd/{texture.name}")
    else:
        metal = child(child(material, "pbr"), "metal")
        child(metal, "albedo_map", f"{by.media}/textures/{texture.file}")
        child(metal, "roughness", "1.0")
        child(metal, "metalness", "0.0")


PLATE_THICKNESS_M = 0.002


def link(model: Element, name: str, place: Place = ORIGIN) -> Element:
    """A new link of a model."""
    element = child(model, "link", name=name)
    if place != ORIGIN:
        child(element, "pose", place)
    return element


def joint(model: Element, name: str, kind: str, parts: tuple[str, str], axis: Vector) -> Element:
    """A joint from the first part to the second about (along) ``axis`` of the second; its limits,
    returned, are to be filled in."""
    element = child(model, "joint", name=name, type=kind)
    child(element, "parent", parts[0])
    child(element, "child", parts[1])
    hinge = child(element, "axis")
    child(hinge, "xyz", vector(axis))
    return child(hinge, "limit")


def plugin(parent: Element, name: str, filename: str, **settings: object) -> Element:
    """A plugin with its settings in the order given."""
    element = child(parent, "plugin", name=name, filename=filename)
    for key, value in settings.items():
        child(element, key, value)
    return element


def contact_sensor(holder: Element, collisions: Sequence[str], topic: str | None) -> None:
    """``bumper``: tells what these collisions touch. Every step of the physics counts; they are
    told together, ten times a second, since most of the cost is in telling that nothing touches."""
    sensor = child(holder, "sensor", name="bumper", type="contact")
    child(sensor, "always_on", True)
    child(sensor, "update_rate", BUMPER_HZ)
    element = child(sensor, "contact")
    for name in collisions:
        child(element, "collision", name)
    if topic is not None:
        child(element, "topic", topic)


def document() -> Element:
    """An empty SDF document."""
    return ET.Element("sdf", version=SDF_VERSION)


def written(root: Element) -> str:
    """The text of a document, indented, the same for the same content."""
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _geometry(parent: Element, shape: Shape) -> None:
    element = child(child(parent, "geometry"), shape.kind)
    for name, text in shape.sizes:
        child(element, name, text)
