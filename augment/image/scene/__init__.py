"""Operations on what the camera sees: from where, and with what in front of it."""
