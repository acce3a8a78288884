"""What the bridge needs from outside: a store that keeps everything, and a way to the WMS."""
