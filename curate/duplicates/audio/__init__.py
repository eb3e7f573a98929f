"""Whether two recordings are copies of one, and which recordings are worth comparing."""
