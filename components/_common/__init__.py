"""What every component shares: names, labels, ports, placements, the image lock. Creates no resource."""
