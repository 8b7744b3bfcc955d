"""`hft timeline`: what happened to a stack, from all who keep a record of it, in the order of its times."""
