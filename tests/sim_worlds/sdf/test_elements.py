from hypothesis import given
from hypothesis import strategies as st

from sim_worlds.sdf.elements import Place, document, inertial, link, number, written


@given(st.floats(-1e6, 1e6))
def test_numbers_are_plain_and_keep_six_digits(value: float) -> None:
    text = number(value)
    assert abs(float(text) - value) <= 5.1e-7
    assert "e" not in text
    assert text != "-0"
    assert not (("." in text) and text.endswith(("0", ".")))


def test_a_place_is_six_numbers() -> None:
    assert str(Place(1, 2.5, 0, yaw_rad=-0.25)) == "1 2.5 0 0 0 -0.25"


def test_a_solid_box_has_the_moments_of_one() -> None:
    root = document()
    body = link(root, "body")
    inertial(body, 12.0, (1.0, 2.0, 3.0))
    moments = [body.findtext(f"inertial/inertia/{name}") for name in ("ixx", "iyy", "izz", "ixy")]
    assert moments == ["13", "10", "5", "0"]


def test_a_document_says_which_version_it_is() -> None:
    assert '<sdf version="1.7" />' in written(document())
