"""Odoo as the WMS, over JSON-RPC."""
