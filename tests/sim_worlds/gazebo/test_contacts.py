"""Contacts in one line for each pair, and what ends up in error messages."""

from pathlib import Path

from sim_worlds.gazebo.contacts import Contact, Touch, model_of, touches
from sim_worlds.gazebo.failure import told


def test_contacts_of_one_pair_become_one_touch() -> None:
    found = touches(
        [
            Contact(300, "R01::chassis::body", "site::link::wall_1", 0.002),
            Contact(200, "P001::rack::leg_1", "R02::chassis::body", 0.001),
            Contact(310, "R01::chassis::body", "site::link::wall_1", 0.004),
        ]
    )
    assert found == (
        Touch("P001::rack::leg_1", "R02::chassis::body", 200, 200, 1, 0.001),
        Touch("R01::chassis::body", "site::link::wall_1", 300, 310, 2, 0.004),
    )
    assert model_of(found[0].a) == "P001"


def test_an_error_ends_with_what_the_server_said_without_its_noise(tmp_path: Path) -> None:
    log = tmp_path / "gz.log"
    log.write_text(
        "Gazebo multi-robot simulator, version 11.1.0\n\n"
        "ALSA lib confmisc.c:767:(parse_card) cannot find card '0'\n"
        "\x1b[1;31m[Err] [World.cc:1] \x1b[0mthe model has no link\n"
    )
    assert told(log).endswith("\n  [Err] [World.cc:1] the model has no link")
    assert told(None) == ""
    log.write_text("")
    assert "said nothing" in told(log)
