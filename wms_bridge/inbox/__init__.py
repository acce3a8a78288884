"""Documents of a WMS: taken once, in the transaction of what they cause, or kept for people."""
