"""Whether a WMS and its connector keep what the bridge rests on: ``podherd wms conformance URL``;
see docs/guides/wms-conformance.md."""
