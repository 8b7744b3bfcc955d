"""`hft doctor`: looks at all parts of a stack, and says what most likely causes what is wrong."""
