"""Pictures from files: the size is looked up first, and nothing but a whole picture is taken."""

import warnings
from pathlib import Path
from typing import NoReturn

import numpy as np
from PIL import Image, UnidentifiedImageError

from planner.warehouse.errors import InvalidImage
from vision.codes.images import MOST_PIXELS, too_large
from vision.codes.marks import GreyImage

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "PPM", "GIF")
_DEEP = ("I", "F")


def load_image(path: Path, most_pixels: int = MOST_PIXELS) -> GreyImage:
    """The first picture in a file, in grey; what is transparent is white.

    Raises ``InvalidImage`` for a file that cannot be read, is no picture in one of ``FORMATS``,
    ends too early, has more than ``most_pixels`` (this before it is decoded), or more than 8 bits
    a channel.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes and metadata: what matters is refused below
            return _decoded(path, most_pixels)
    except InvalidImage:
        raise
    except Image.DecompressionBombError as error:
        _refuse(path, "the picture is too large", "Make it smaller.", error)
    except UnidentifiedImageError as error:
        _refuse(path, "not a picture", f"Give one of {', '.join(FORMATS)}.", error)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        problem = (error.strerror or "cannot be read").lower()
        _refuse(path, problem, "Give a picture file.", error)
    # Decoders raise whatever broken bytes lead them to: OSError, SyntaxError, struct.error ...
    except Exception as error:
        _refuse(path, f"broken: {error}", "Take or copy the picture again.", error)


def _refuse(path: Path, problem: str, remedy: str, error: Exception) -> NoReturn:
    raise InvalidImage(problem, field="file", value=str(path), remedy=remedy) from error


def _decoded(path: Path, most_pixels: int) -> GreyImage:
    with Image.open(path, formats=FORMATS) as picture:
        if picture.width * picture.height > most_pixels:
            raise too_large(picture.width, picture.height, most_pixels)
        if picture.mode.startswith(_DEEP):
            raise InvalidImage(
                "a picture of more than 8 bits a channel",
                field="file",
                value=str(path),
                remedy="Save it with 8 bits.",
            )
        picture.load()
        if not picture.has_transparency_data:
            return np.asarray(picture.convert("L"), dtype=np.uint8)
        paper = Image.new("RGBA", picture.size, "white")
        on_paper = Image.alpha_composite(paper, picture.convert("RGBA"))
        return np.asarray(on_paper.convert("L"), dtype=np.uint8)
