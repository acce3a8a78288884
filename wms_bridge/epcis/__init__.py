"""EPCIS 2.0 (GS1): what a count saw and what it changed, as events others can read. Start at
``counting.events_of_count``; ``read.read_document`` reads what others send."""
