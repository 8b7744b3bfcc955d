"""What the files and arguments of containers say about the programs in them."""
