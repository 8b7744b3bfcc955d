"""docker:index/container:Container: its table, the requests it makes, and what is read back."""
