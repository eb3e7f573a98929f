"""Operations of the lens and of the hand that holds it: blur by focus and by movement, and what lies on the glass."""
