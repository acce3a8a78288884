"""Pictures of the benchmark of counting: reliability, and a face with what was told of it."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.micro.shelf_scenes import CAMERA, Scene
from benchmarks.report import ROOT, Row
from vision.shelf.drawing import drawn_look
from vision.shelf.face import look_at_face

_IMAGES = ROOT / "docs" / "images"


def draw_reliability(deciles: Sequence[Row]) -> None:
    """Probability given against share true; areas as many as there were."""
    given = [float(row["given"]) for row in deciles]
    true = [float(row["true"]) for row in deciles]
    many = [float(row["probabilities"]) for row in deciles]
    with mpl.rc_context({"svg.hashsalt": "podherd"}):
        figure = Figure(figsize=(4.2, 4.0), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axes.plot(given, true, color="tab:blue", linewidth=1)
        axes.scatter(given, true, s=10 + 3 * np.sqrt(many), color="tab:blue")
        axes.set(xlabel="probability given to a number in front", ylabel="share that was true")
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        figure.savefig(_IMAGES / "shelf-reliability.svg", metadata={"Date": None})


def draw_sample(one: Scene) -> None:
    """The face as it was taken beside what was told of it."""
    look = look_at_face(one.image, CAMERA, one.rack.face, one.rack.expected)
    bare = np.repeat(one.image[..., None], 3, axis=2)
    both = Image.fromarray(np.hstack((bare, drawn_look(one.image, look))))
    both.resize((both.width * 5 // 8, both.height * 5 // 8)).save(
        _IMAGES / "shelf-look.jpg", quality=85
    )
