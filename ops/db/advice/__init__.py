"""What a running database tells of the queries that it is asked, and what would help: facts, rules, advice."""
