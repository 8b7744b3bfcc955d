"""What one environment is: its settings and how the components are joined."""
