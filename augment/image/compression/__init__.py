"""Operations that store and send a picture: JPEG, messengers, paper and scanner."""
