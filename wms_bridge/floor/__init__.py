"""The floor as a stream: binary poses, numbered changes, and what a client has still to be told."""
