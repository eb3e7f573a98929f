"""Does the loop keep its word? Targeted samples beside the same budget spent elsewhere, on conditions by other code."""
