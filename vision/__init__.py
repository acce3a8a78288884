"""Counting stock with cameras and RFID; independent of the WMS bridge."""
