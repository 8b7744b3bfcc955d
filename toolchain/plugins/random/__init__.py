"""Stand-in for the official random provider: RandomPassword, RandomString, RandomId, RandomPet."""
