"""Operations on the light of a picture: how much there is, where it falls, what the air and the sensor make of it."""
