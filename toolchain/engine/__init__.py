"""The Pulumi command line: finding it, and obtaining it where there is none."""
