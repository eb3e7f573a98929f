"""What samples are to be like: a schema that is learnt, edited by people, and held against new data."""
