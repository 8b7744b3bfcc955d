"""`hft dashboards`: whether every panel shows something on a running stack, and pictures of what they show."""
