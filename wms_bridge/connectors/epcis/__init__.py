"""An EPCIS 2.0 repository that is told what is done here and asked what has come in; see
docs/guides/epcis-capture.md."""
