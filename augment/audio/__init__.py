"""Operations on recordings: one in each file, by the name that recipes use."""
