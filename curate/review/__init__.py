"""What people are asked about samples, in which order, and what they answered."""
