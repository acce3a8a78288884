"""Tryton 8 over its JSON-RPC; see docs/guides/wms-tryton.md."""
