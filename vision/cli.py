"""``podherd vision``: read codes and fiducials in pictures, and count shelves."""

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from planner.warehouse.errors import InvalidCode, InvalidImage, PodherdError

if TYPE_CHECKING:
    from vision.codes.code import Code
    from vision.codes.fiducials import Mark, Pixel
    from vision.codes.marks import GreyImage
    from vision.shelf.face import FaceLook, SlotLook

app = typer.Typer(help="Read codes and fiducials in pictures, count shelves.", no_args_is_help=True)

_out = Console(highlight=False, soft_wrap=True, markup=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


@app.callback()
def vision() -> None:
    """Read codes and fiducials in pictures, count shelves."""


@app.command()
def read(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Picture files.")],
    expect: Annotated[
        list[str] | None,
        typer.Option(help="A text, GTIN, SSCC or GLN that should be there; may be repeated."),
    ] = None,
    draw: Annotated[
        Path | None,
        typer.Option(help="Where to outline what was found: .png or .jpg; numbered if several."),
    ] = None,
) -> None:
    """Tell the codes and fiducials in each picture, and which codes to believe.

    Exit code 2 if a file cannot be read, 1 if what is expected is in none of the pictures.
    """
    # OpenCV and zxing-cpp take a while to import: only here.
    from vision.codes.reader import missing

    expected, pictures, broken = tuple(expect or ()), [], False
    for number, image in enumerate(images, 1):
        try:
            grey, codes, marks = _looked_at(image, expected)
            pictures.append(codes)
            if draw is not None:
                _save(grey, codes, marks, _numbered(draw, number, len(images)))
        except InvalidImage as error:
            _err.print(f"{_plain(str(image))}: {_plain(str(error))}")
            broken = True
    _tell_accepted(pictures, expected)
    lost = missing([code for picture in pictures for code in picture], expected)
    for text in lost:
        _err.print(f"not found: {_plain(text)}")
    if broken or lost:
        raise typer.Exit(2 if broken else 1)


@app.command()
def count(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="Picture of a face of a rack.")],
    rack: Annotated[Path, typer.Option(help="The face and what its slots are for, JSON.")],
    camera: Annotated[Path, typer.Option(help="The calibrated camera, JSON.")],
    draw: Annotated[
        Path | None, typer.Option(help="Where to outline the slots: .png or .jpg.")
    ] = None,
) -> None:
    """Tell for each slot whether it holds something, and how many cartons stand in front.

    Exit code 2 if a file cannot be used, 1 if all slots are unsure.
    """
    from vision.codes.imagefiles import load_image
    from vision.codes.outlines import save_outlined
    from vision.shelf.drawing import drawn_look
    from vision.shelf.face import look_at_face
    from vision.shelf.files import load_camera, load_rack

    try:
        known, picture = load_rack(rack), load_image(image)
        look = look_at_face(picture, load_camera(camera), known.face, known.expected)
        for line in _counted(look):
            _out.print(line)
        if draw is not None:
            save_outlined(drawn_look(picture, look), draw)
            _out.print(f"drawn to {_plain(str(draw))}")
    except PodherdError as error:
        _err.print(_plain(str(error)))
        raise typer.Exit(2) from error
    if all(slot.unsure for slot in look.slots):
        raise typer.Exit(1)


@app.command()
def scene(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.")],
    seed: Annotated[int, typer.Option(help="Another one is another rack.", min=0)] = 1,
    light: Annotated[float, typer.Option(help="1 is well exposed.", min=0.05, max=3)] = 1.0,
    blur: Annotated[float, typer.Option(help="Pixels, standard deviation.", min=0, max=9)] = 0.5,
    aside: Annotated[float, typer.Option(help="Degrees from the right.", min=-60, max=60)] = 0.0,
) -> None:
    """Draw a picture of a rack by lot, to try counting with: shelf.png, rack.json, camera.json, and
    truth.json with the pieces in each slot."""
    from PIL import Image

    from vision.shelf.examples import example_rack, example_view
    from vision.shelf.files import save_record
    from vision.shelf.lenses import Conditions
    from vision.shelf.scenes import render_face

    try:
        folder.mkdir(parents=True, exist_ok=True)
        rack, contents = example_rack(seed)
        camera, pose = example_view(aside)
        conditions = Conditions(light=light, blur_px=blur)
        picture = render_face(rack.face, contents, camera, pose, conditions, seed)
        Image.fromarray(picture).save(folder / "shelf.png")
        save_record(rack, folder / "rack.json")
        save_record(camera, folder / "camera.json")
        truth = {slot: held.pieces for slot, held in contents.items()}
        save_record(truth, folder / "truth.json")
    except (OSError, PodherdError) as error:
        _err.print(_plain(str(error)))
        raise typer.Exit(2) from error
    _out.print(f"drawn to {_plain(str(folder))}: shelf.png, rack.json, camera.json, truth.json")


def _counted(look: "FaceLook") -> Iterator[str]:
    x, y, z = look.pose.position_m
    yield f"camera {-y:.2f} m before the face, {x:+.2f} m to the right, {z:.2f} m high"
    for slot in look.slots:
        yield f"{_plain(slot.slot)}: {_judged(slot)}"


def _judged(slot: "SlotLook") -> str:
    codes = f", code {', '.join(map(_plain, slot.codes))} read" if slot.codes else ""
    if slot.unsure:
        return f"unsure because {_plain(slot.unsure)}{codes}"
    if slot.occupancy == "empty":
        return f"empty{codes}"
    if len(slot.front) == 2 < len(slot.likelihood):
        return f"occupied, the size of its cartons is not known{codes}"
    front, probability = slot.likeliest_front
    places = len(slot.front) - 1
    behind = ", what stands behind them is not seen" if front == places else ""
    return f"occupied, {front} of {places} in front ({probability:.0%}){behind}{codes}"


def _looked_at(
    image: Path, expected: tuple[str, ...]
) -> "tuple[GreyImage, tuple[Code, ...], tuple[Mark, ...]]":
    """Reads one picture and tells what is in it."""
    from vision.codes.fiducials import find_marks
    from vision.codes.imagefiles import load_image
    from vision.codes.reader import read_codes

    grey = load_image(image)
    codes = read_codes(grey, expected=expected, thorough=True)
    marks = find_marks(grey)
    _out.print(f"{_plain(str(image))}: {grey.shape[1]} x {grey.shape[0]} pixels")
    for line in _told(codes, marks):
        _out.print(f"  {line}")
    return grey, codes, marks


def _told(codes: "Collection[Code]", marks: "Collection[Mark]") -> Iterator[str]:
    for code in codes:
        how = f"{code.found}, {code.reader}"
        yield f"{code.symbology} {_plain(code.text)} ({how}) at {_places(code.corners_px)}"
        yield from (f"  {line}" for line in _gs1_lines(code))
    for mark in marks:
        yield f"{mark.family} {mark.number} at {_places(mark.corners_px)}"
    if not codes and not marks:
        yield "nothing found"


def _gs1_lines(code: "Code") -> Iterator[str]:
    """What a code says in GS1's terms, or what is wrong with it."""
    from vision.codes.gs1 import gs1_data

    try:
        data = gs1_data(code.text, code.aim_id)
        if data is None:
            return
        year = date.today().year
        parts = {
            "GTIN": data.gtin,
            "SSCC": data.sscc,
            "GLN": data.gln,
            "lot": data.lot,
            "serial": data.serial,
            "expiry": data.expiry(year),
            "best before": data.best_before(year),
            "content GTIN": data.content_gtin,
            "count": data.count,
        }
    except InvalidCode as error:
        yield f"not as GS1 asks for: {_plain(str(error))}"
        return
    yield from (f"{name} {value}" for name, value in parts.items() if value is not None)


def _tell_accepted(pictures: "list[tuple[Code, ...]]", expected: tuple[str, ...]) -> None:
    from vision.codes.acceptance import accepted

    for one in accepted(pictures, expected):
        seen = f"seen in {one.pictures} of {len(pictures)}"
        _out.print(f"accepted: {_plain(one.code.text)} (by {one.by}, {seen})")


def _save(
    grey: "GreyImage", codes: "Collection[Code]", marks: "Collection[Mark]", draw: Path
) -> None:
    from vision.codes.outlines import outlined, save_outlined

    save_outlined(outlined(grey, codes, marks), draw)
    _out.print(f"  drawn to {_plain(str(draw))}")


def _numbered(draw: Path, number: int, of: int) -> Path:
    return draw if of == 1 else draw.with_stem(f"{draw.stem}-{number}")


def _places(corners_px: "tuple[Pixel, Pixel, Pixel, Pixel]") -> str:
    return " ".join(f"({x:.1f}, {y:.1f})" for x, y in corners_px)


def _plain(text: str) -> str:
    """A text from outside for a terminal: what is not printable is escaped."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
