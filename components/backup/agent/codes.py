"""What the agent's commands end with, beside 0 and 1."""

NOT_HERE = 3
"""The primary is on another host."""
