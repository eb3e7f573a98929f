"""Operations on pictures: one in each file, by the name that recipes use."""
