"""The policy pack: what would cost latency, orders, data or secrets is blocked at preview."""
