"""Tests that several systems share say what they found, as those in test files do."""

import pytest

pytest.register_assert_rewrite("tests.wms_bridge.connectors.contract")
