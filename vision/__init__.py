"""Seeing and reading stock: cameras and RFID. Independent of the WMS bridge; speaks the vocabulary only."""
