"""The connection to a WMS: polled for what is new there, told what was done here."""
