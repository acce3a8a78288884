"""Systems of record that the bridge works with, one folder each with the same files: ``wire``
(the protocol, nothing else), ``mapping`` (documents of theirs to ours and back, pure),
``connector`` (our side) and ``clerk`` (what people do there, for trials, demos and conformance);
see :mod:`wms_bridge.connectors.port`. What several of them do alike stands beside the folders."""
