"""The console has words for every kind of alarm in every language; the English ones are those of
the catalogue."""

import json
from pathlib import Path

import pytest

from wms_bridge.alarms.catalogue import CATALOGUE

SCREEN = Path(__file__).parents[3] / "wms_bridge/web/console/src/screens/alarms"


def words(language: str) -> dict[str, dict[str, str]]:
    told = json.loads((SCREEN / f"{language}.json").read_text(encoding="utf-8"))
    kinds: dict[str, dict[str, str]] = told["kind"]
    return kinds


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_has_words(language: str) -> None:
    kinds = words(language)
    assert sorted(kinds) == sorted(kind.value for kind in CATALOGUE)
    for kind, texts in kinds.items():
        assert set(texts) == {"title", "cause", "effect", "action"}, kind
        assert all(text.strip() for text in texts.values()), kind


def test_english_words_are_those_of_the_catalogue_and_chinese_are_not() -> None:
    chinese = words("zh")
    for kind, texts in words("en").items():
        entry = next(entry for entry in CATALOGUE.values() if entry.kind.value == kind)
        told = {"title": entry.title, "cause": entry.cause}
        told |= {"effect": entry.effect, "action": entry.action}
        assert texts == told, kind
        for name, text in told.items():
            assert chinese[kind][name] != text, f"{kind}.{name}"
            assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese[kind][name]), kind
