"""What the bridge remembers of serials and packs."""
