"""Operations for what a sound is sent and stored through: sample rates, channels, bands, codecs."""
