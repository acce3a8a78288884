"""``podherd rfid`` on the command line."""

import pytest
from typer.testing import CliRunner

from vision.rfid.cli import app

RUN = CliRunner()
SGTIN = "3074257BF7194E4000001A85"
URI = "urn:epc:tag:sgtin-96:3.0614141.812345.6789"
LINK = "https://id.gs1.org/01/79521141123453/21/32a%2Fb"


def test_the_parts_of_a_tag_are_told_in_one_line() -> None:
    result = RUN.invoke(app, ["decode", SGTIN])
    assert result.exit_code == 0
    assert result.output == (
        "scheme=SGTIN-96  filter=3  company-prefix=0614141  key=80614141123458  serial=6789  "
        f"uri={URI}\n"
    )


def test_several_at_once_and_from_standard_input() -> None:
    lines = f"{SGTIN}\n\n  F90095201234567891235  \n"
    result = RUN.invoke(app, ["decode", URI, "-", LINK], input=lines)
    assert result.exit_code == 0
    schemes = [line.split("  ")[0] for line in result.output.splitlines()]
    assert schemes == ["scheme=SGTIN-96", "scheme=SGTIN-96", "scheme=SSCC+", "scheme=SGTIN+"]


def test_what_is_no_epc_is_told_and_the_others_all_the_same() -> None:
    result = RUN.invoke(app, ["decode", "E2801160600002", SGTIN, "xyz"])
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 1
    first, second = result.stderr.splitlines()
    assert first.startswith("E2801160600002: header: these are bits of a TID")
    assert second.startswith("xyz: data: hexadecimal digits are needed")


@pytest.mark.parametrize(
    ("arguments", "digits"),
    [
        ([URI], SGTIN),
        (["urn:epc:id:sgtin:0614141.812345.6789", "--filter", "3"], SGTIN),
        (["(01)80614141123458(21)6789", "--filter", "3", "--prefix-digits", "7"], SGTIN),
        ([LINK, "--filter", "3"], "F73795211411234538566CB0AFC4"),
        ([LINK, "--filter", "3", "--scheme", "SGTIN+"], "F73795211411234538566CB0AFC4"),
    ],
)
def test_texts_are_encoded(arguments: list[str], digits: str) -> None:
    result = RUN.invoke(app, ["encode", *arguments])
    assert (result.exit_code, result.output) == (0, digits + "\n")


def test_what_cannot_be_encoded_is_told() -> None:
    result = RUN.invoke(app, ["encode", "urn:epc:id:sgtin:0614141.812345.", URI])
    assert result.exit_code == 2
    assert result.stdout == SGTIN + "\n"
    assert "serial" in result.stderr


def test_there_and_back() -> None:
    digits = RUN.invoke(app, ["encode", URI]).output.strip()
    assert f"uri={URI}" in RUN.invoke(app, ["decode", digits]).output
