"""Between the WMS and the robots: orders in, ledger, confirmations out, the operator console."""
