"""Connections to a real Odoo cut at every call, before and after: the end is the same."""

import pytest

from tests.wms_bridge.connectors.contract.lost_answers import LostAnswers

pytestmark = pytest.mark.odoo


class TestLostAnswers(LostAnswers):
    """As everywhere."""
