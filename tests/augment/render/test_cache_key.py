"""Keys: what they depend on, and what not."""

from pathlib import Path

import pytest

from augment.recipe.reader import load
from augment.render.cache_key import chain_digest, name_of, sample_key, seed_of

RECIPE = "kind: augment\ntargets:\n  a: {audio: [{gain: {gain_db: 3}}]}\n  b: {audio: [{gain: {gain_db: 4}}]}\n"


def digest(tmp_path: Path, text: str) -> bytes:
    (tmp_path / "r.yaml").write_text(text)
    recipe = load(str(tmp_path / "r.yaml"))
    return chain_digest(recipe.targets[0], "audio")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (("gain_db: 4", "gain_db: 5"), True),
        (("kind: augment", "description: other\nkind: augment"), True),
        (("kind: augment", "seed: 9\nkind: augment"), True),
        (("kind: augment", "accept: {image: {min_width: 3}}\nkind: augment"), True),
        (("gain_db: 3", "gain_db: 5"), False),
        (("kind: augment", "accept: {audio: {min_duration_s: 3}}\nkind: augment"), False),
        (("kind: augment", "output: {audio: {format: FLAC}}\nkind: augment"), False),
        (("  a:", "  c:"), False),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_only_what_decides_a_target_counts(tmp_path: Path, change: tuple[str, str], same: bool) -> None:
    assert (digest(tmp_path, RECIPE.replace(*change)) == digest(tmp_path, RECIPE)) is same


def test_noise_counts_by_its_content_not_by_its_name(tmp_path: Path, recording: object) -> None:
    text = "kind: augment\naudio: [{mix_noise: {folder: %s}}]\n"
    recording(tmp_path / "n1" / "a.wav", seed=1)  # type: ignore[operator]
    recording(tmp_path / "n2" / "b.wav", seed=1)  # type: ignore[operator]
    recording(tmp_path / "n3" / "a.wav", seed=2)  # type: ignore[operator]
    first, same, other = (digest(tmp_path, text % (tmp_path / name)) for name in ("n1", "n2", "n3"))
    assert first == same != other


def test_names_and_seeds() -> None:
    key = sample_key(b"chain", 0, "sha256:aa", 0)
    others = [(b"other", 0, "sha256:aa", 0), (b"chain", 1, "sha256:aa", 0), (b"chain", 0, "sha256:ab", 0)]
    assert len({key, *(sample_key(*other) for other in others), sample_key(b"chain", 0, "sha256:aa", 1)}) == 5
    assert name_of(key) == key.hex()[:24]
    assert name_of(key, 1, 3) == f"{key.hex()[:24]}-1"
    assert len(seed_of(key, 0)) == 9
    assert seed_of(key, 0)[:8] == seed_of(key, 1)[:8]
    assert seed_of(key, 0) != seed_of(key, 1)
