"""Whether two pictures are copies of one, and which pictures are worth comparing."""
