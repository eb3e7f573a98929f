"""What a set is like: distributions, balance, health, and what can be shown of it."""
