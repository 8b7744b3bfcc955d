"""Collectors: each asks one kind of part and never raises, as what does not answer is a fact itself."""
