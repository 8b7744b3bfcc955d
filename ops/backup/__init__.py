"""`hft backup`: make, look at, prove and restore the backups of a stack."""
