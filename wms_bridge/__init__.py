"""Between the WMS and the robots: orders in, the stock ledger, confirmations out, the live page."""
