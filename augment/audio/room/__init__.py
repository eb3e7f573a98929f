"""Operations that put a sound into a room, measured or made up."""
