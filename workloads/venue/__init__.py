"""A simulated venue: market data, order entry, latency and faults, deterministic by seed."""
