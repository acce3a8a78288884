"""Odoo 14 over its JSON-RPC; see docs/guides/wms-odoo.md."""
