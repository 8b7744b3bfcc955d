"""`hft db`: what a person does with the database of a stack beyond bringing it up."""
