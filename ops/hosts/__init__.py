"""What a host is set to, which no plan shows."""
