"""Two systems on the same samples: is the second one better."""
