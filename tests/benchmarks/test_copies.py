"""Which photos are copies stands in their names."""

from benchmarks.copies import true_pairs


def test_a_family_is_what_has_one_original() -> None:
    names = ["0001-00.jpg", "0001-00~flip.jpg", "0001-00~grey.jpg", "0001-01.jpg", "0002-00.jpg", "0002-00~flip.jpg"]

    assert true_pairs(names) == {
        ("0001-00.jpg", "0001-00~flip.jpg"),
        ("0001-00.jpg", "0001-00~grey.jpg"),
        ("0001-00~flip.jpg", "0001-00~grey.jpg"),
        ("0002-00.jpg", "0002-00~flip.jpg"),
    }
