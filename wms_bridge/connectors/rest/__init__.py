"""Any WMS with a REST API, told apart by a mapping file and no line of code; see
docs/guides/wms-rest.md."""
