"""Whether a new system may take the place of an old one: designs, verdicts, how many cases that takes."""
