import pytest

from augment.demo.damage import cut, overwrite


@pytest.mark.parametrize(("share", "left"), [(0.5, b"0123"), (0.9, b"0123456"), (0.0, b"0")])
def test_cut(share: float, left: bytes) -> None:
    assert cut(b"01234567", share) == left


@pytest.mark.parametrize(
    ("share", "length", "found"), [(0.5, 2, b"0123\0\x0067"), (0.75, 9, b"012345\0\0"), (0.0, 1, b"\x001234567")]
)
def test_overwrite(share: float, length: int, found: bytes) -> None:
    assert overwrite(b"01234567", share, length) == found
