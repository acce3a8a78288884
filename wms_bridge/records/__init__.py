"""What the bridge remembers, one frozen record per thing; a :class:`~wms_bridge.ports.store.Store`
keeps them."""
