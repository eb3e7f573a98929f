"""People: how well they agree with each other, and how well they do on each tag."""
