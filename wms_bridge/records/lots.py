"""What the bridge remembers of lots, owners, holds and recalls."""
