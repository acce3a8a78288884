"""Connections to a real Tryton cut at every call, before and after: the end is the same."""

import pytest

from tests.wms_bridge.connectors.contract.lost_answers import LostAnswers

pytestmark = pytest.mark.tryton


class TestLostAnswers(LostAnswers):
    """As everywhere."""
