"""Operations that put other sounds behind a sound: recordings, voices, the floor of a room."""
