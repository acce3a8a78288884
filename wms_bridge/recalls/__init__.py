"""Quality holds, recalls and rotation: what people decide of lots."""
