"""A WMS that exchanges files by a folder; see docs/guides/wms-folder.md."""
