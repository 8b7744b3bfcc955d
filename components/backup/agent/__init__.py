"""The program of the image `backup`: makes backups where the primary is, and tells how they stand. No Pulumi here."""
