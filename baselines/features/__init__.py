"""Features: a file in, one vector of numbers out; what a quick baseline sees of a picture or a recording."""
