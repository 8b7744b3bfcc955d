"""Pulumi components for trading infrastructure; each area is a package of its own."""
