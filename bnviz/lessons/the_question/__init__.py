"""The question, on the first page: a race of three networks."""
