"""Checks an SDF file without Gazebo, against the element descriptions that come with sdformat.

``gz sdf -k`` of Gazebo Classic accepts unknown elements and joints to links that are not there, so
this reads the descriptions itself (``share/sdformat*/<version>/*.sdf``) and adds the rules that
they do not hold: names (unique among neighbours of a kind, no ``::``, none that are reserved,
http://sdformat.org/tutorials?tut=composition), joints between links that exist, sensors over
collisions that exist.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from planner.warehouse.errors import InvalidWorld

Element = ET.Element

_RESERVED = ("world", "__root__")
_REPEATED = {("contact", "collision")}
"""Described as single, but read as often as they come, by Classic and by gz sim."""
_INDISPENSABLE = ("geometry",)
"""Groups that must be there; readers fill in other groups that are described as required."""
_UNCHECKED = "unchecked"
_NUMBERS = {"pose": 6, "vector3": 3, "vector2d": 2, "color": 4}
_WORDS: Mapping[str, Callable[[str], object]] = {
    "double": float,
    "float": float,
    "int": int,
    "unsigned int": int,
}


class SdfProblem(NamedTuple):
    """What is wrong, and where: elements from the root on, names in brackets."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


def check_sdf(file: Path, descriptions: Path) -> list[SdfProblem]:
    """Every problem of an SDF file, in the order of the file; ``descriptions`` is the folder with
    the ``*.sdf`` of one version of the format.

    Raises :class:`InvalidWorld` if the file is not XML or the descriptions are missing.
    """
    if not (descriptions / "root.sdf").is_file():
        raise InvalidWorld(
            "no descriptions of SDF elements here (root.sdf is missing)",
            field="descriptions",
            value=str(descriptions),
            remedy="Give the folder of one version, such as share/sdformat9/1.7.",
        )
    root = _parsed(file)
    book = _Book(descriptions)
    description = book.described("root.sdf")
    if root.tag != description.get("name"):
        return [SdfProblem(root.tag, "the root of an SDF file is called sdf")]
    problems = [*_against(root, description, "sdf", book), *_naming(root, "sdf")]
    return problems + [problem for model in root.iter("model") for problem in _joining(model)]


class _Book:
    """The descriptions of one folder, each read once."""

    def __init__(self, folder: Path):
        self._folder = folder
        self.described = cache(self._described)

    def _described(self, name: str) -> Element:
        path = self._folder / name
        # Debian's package of 1.7 lacks lidar.sdf: what is in there then goes unchecked.
        unknown = ET.Element("element", {"name": path.stem, _UNCHECKED: "true"})
        return _parsed(path) if path.is_file() else unknown

    def children(self, description: Element) -> dict[str, tuple[Element, str]]:
        """Description of every possible child, and how often it may come: 0, 1, *, +, -1."""
        found: dict[str, tuple[Element, str]] = {}
        if description.get("ref"):
            found |= self.children(self.described(f"{description.get('ref')}.sdf"))
        for element in description.findall("element"):
            if element.get("name"):
                found[element.get("name", "")] = element, element.get("required", "0")
        for include in description.findall("include"):
            element = self.described(include.get("filename", ""))
            found[element.get("name", "")] = element, include.get("required", "0")
        return found


def _parsed(file: Path) -> Element:
    try:
        return ET.parse(file).getroot()
    except ET.ParseError as error:
        raise InvalidWorld(f"not XML: {error}", field=str(file)) from error
    except OSError as error:
        raise InvalidWorld(f"cannot be read: {error.strerror}", field=str(file)) from error


def _against(
    element: Element, description: Element, where: str, book: _Book
) -> Iterator[SdfProblem]:
    """An element against its description, and all below it."""
    if description.get(_UNCHECKED):
        return
    yield from _attributes(element, description, where)
    if element.tag == "plugin":
        return  # What is in there is the plugin's own business.
    children = book.children(description)
    yield from _value(element, description, where)
    yield from _counts(element, children, where)
    for child in element:
        below = _path(where, child)
        if child.tag not in children:
            if ":" not in child.tag:
                yield SdfProblem(below, "no such element here")
            continue
        yield from _against(child, children[child.tag][0], below, book)


def _attributes(element: Element, description: Element, where: str) -> Iterator[SdfProblem]:
    known = {attribute.get("name"): attribute for attribute in description.findall("attribute")}
    for name in element.attrib:
        if name not in known and ":" not in name:
            yield SdfProblem(where, f"no such attribute: {name}")
    for wanted, attribute in known.items():
        if attribute.get("required") == "1" and not element.get(wanted or ""):
            yield SdfProblem(where, f"attribute {wanted} is missing")


def _counts(
    element: Element, children: Mapping[str, tuple[Element, str]], where: str
) -> Iterator[SdfProblem]:
    counts = Counter(child.tag for child in element)
    for name, (description, required) in children.items():
        count = counts[name]
        has_parts = len(description) > 0 and name not in _INDISPENSABLE
        filled_in = description.get("default") is not None or has_parts
        if required in ("1", "+") and count == 0 and not filled_in:
            yield SdfProblem(where, f"{name} is missing")
        if required in ("0", "1") and count > 1 and (element.tag, name) not in _REPEATED:
            yield SdfProblem(where, f"{name} is given {count} times")


def _value(element: Element, description: Element, where: str) -> Iterator[SdfProblem]:
    """The text of an element against its type."""
    kind, text = description.get("type", ""), (element.text or "").strip()
    if kind == "bool" and text not in ("true", "false", "0", "1"):
        yield SdfProblem(where, f"neither true nor false: {text!r}")
    if kind in _NUMBERS and not _are_numbers(text.split(), _NUMBERS[kind]):
        yield SdfProblem(where, f"not {_NUMBERS[kind]} numbers: {text!r}")
    if kind in _WORDS and not _is_read_by(_WORDS[kind], text):
        yield SdfProblem(where, f"not of type {kind}: {text!r}")


def _are_numbers(words: list[str], count: int) -> bool:
    return len(words) == count and all(_is_read_by(float, word) for word in words)


def _is_read_by(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _naming(element: Element, where: str) -> Iterator[SdfProblem]:
    """Names among the children of one element; models, links, joints, frames share one list."""
    seen: Counter[tuple[str, str]] = Counter()
    for child in element:
        name = child.get("name")
        below = _path(where, child)
        if name is not None and child.tag != "plugin":
            group = "frame" if child.tag in ("model", "link", "joint", "frame") else child.tag
            seen[group, name] += 1
            if seen[group, name] == 2:
                yield SdfProblem(below, "a neighbour has the same name")
            yield from _name(name, below)
        yield from _naming(child, below)


def _name(name: str, where: str) -> Iterator[SdfProblem]:
    if "::" in name:
        yield SdfProblem(where, "a name must not hold ::")
    if name in _RESERVED or (name.startswith("__") and name.endswith("__")):
        yield SdfProblem(where, "this name is reserved")


def _joining(model: Element) -> Iterator[SdfProblem]:
    """Joints between links, sensors over collisions, of one model."""
    links = {link.get("name") for link in model.findall("link")} | {"world"}
    where = f"model[{model.get('name')}]"
    for joint in model.findall("joint"):
        for end in ("parent", "child"):
            found = joint.findtext(end)
            if found not in links:
                yield SdfProblem(f"{where}/{_path('', joint)[1:]}", f"{end} {found!r} is no link")
    for link in model.findall("link"):
        solid = {collision.get("name") for collision in link.findall("collision")}
        for sensor in link.findall("sensor"):
            for felt in sensor.findall("contact/collision"):
                if felt.text not in solid:
                    place = f"{where}/{_path('', link)[1:]}/{_path('', sensor)[1:]}"
                    yield SdfProblem(place, f"{felt.text!r} is no collision of this link")


def _path(where: str, element: Element) -> str:
    name = element.get("name")
    return f"{where}/{element.tag}[{name}]" if name else f"{where}/{element.tag}"
