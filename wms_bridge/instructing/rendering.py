"""An instruction for lights and for the ear."""

from collections.abc import Mapping
from types import MappingProxyType

from wms_bridge.instructing.answers import Colour, Language, Light, LightAt, Work
from wms_bridge.instructing.faces import SlotPlace

COLOURS: Mapping[Work, Colour] = MappingProxyType(
    {Work.PICK: Colour.GREEN, Work.PUT: Colour.BLUE, Work.COUNT: Colour.WHITE}
)
_DOES: Mapping[tuple[Language, Work], str] = MappingProxyType(
    {
        (Language.EN, Work.PICK): "Pick {quantity} of {name}.",
        (Language.EN, Work.PUT): "Put {quantity} of {name}.",
        (Language.EN, Work.COUNT): "Count {name}.",
        (Language.ZH, Work.PICK): "拣选{quantity}件,{name}。",
        (Language.ZH, Work.PUT): "上架{quantity}件,{name}。",
        (Language.ZH, Work.COUNT): "盘点{name}。",
    }
)
_SLOT: Mapping[Language, str] = MappingProxyType(
    {
        Language.EN: "Face {face}, level {level}, column {column}.",
        Language.ZH: "{face}面,第{level}层,第{column}列。",
    }
)
_LOT: Mapping[Language, str] = MappingProxyType(
    {Language.EN: "Lot {lot}.", Language.ZH: "批号{lot}。"}
)
_PLACE: Mapping[Language, str] = MappingProxyType(
    {Language.EN: "Into place {place}.", Language.ZH: "放入播种墙{place}号位。"}
)
_BETWEEN: Mapping[Language, str] = MappingProxyType({Language.EN: " ", Language.ZH: ""})


def lights_of(
    work: Work, slot: SlotPlace, quantity: int | None, place: int | None
) -> tuple[Light, ...]:
    """The lights to switch on: at the slot, and at the place on the put wall if there is one."""
    colour = COLOURS[work]
    at_slot = Light(LightAt.SLOT, slot.slot, colour, quantity)
    if place is None:
        return (at_slot,)
    return at_slot, Light(LightAt.WALL, str(place), colour, quantity)


def voice_of(
    language: Language,
    work: Work,
    name: str,
    slot: SlotPlace,
    quantity: int | None,
    lot: str = "",
    place: int | None = None,
) -> str:
    """What is spoken."""
    parts = [
        _DOES[language, work].format(quantity=quantity, name=name),
        _SLOT[language].format(face=slot.face, level=slot.level, column=slot.column),
    ]
    if lot:
        parts.append(_LOT[language].format(lot=lot))
    if place is not None:
        parts.append(_PLACE[language].format(place=place))
    return _BETWEEN[language].join(parts)
