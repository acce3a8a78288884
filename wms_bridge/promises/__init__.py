"""What the bridge promises the WMS: stock reserved for orders to come, and news without gaps."""
