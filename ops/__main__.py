"""`python -m ops` is `hft`."""

from ops.cli import main

main()
