"""What Prometheus takes where there are more hosts than here: targets are simulated, their pages are real ones."""
