"""What operations are: the registry, what they take and give, how parameters are drawn, and how they are documented."""
