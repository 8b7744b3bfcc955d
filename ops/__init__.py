"""The `hft` command line: the stack's life on the Pulumi Automation API. Declares no resource."""
