"""What all tables and pages are made of."""
