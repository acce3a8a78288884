"""What robots that count read and see: tagged pieces, waves and pictures of a simulated site."""
