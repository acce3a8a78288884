"""RFID: tag reads from readers, and what the tags say."""
