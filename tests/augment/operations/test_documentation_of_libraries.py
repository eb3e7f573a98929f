from augment.operations.documentation import parameters_in, summary_of


class Google:
    """Blur the picture, e.g. as fog
    does. More about it.

    Args:
        size (int | tuple[int, int]): Of the kernel.
            - a single number: always
        mode (Literal["a", "b"]): How.

    Returns:
        nothing (none): Not a parameter.
    """


class Sphinx:
    """Make it louder"""

    def __init__(self, gain: float, p: float) -> None:
        """
        :param gain: In dB. A lower
            number is softer.
        :param p: How often
        """


def test_google_style() -> None:
    assert summary_of(Google) == "Blur the picture, e.g. as fog does."
    assert parameters_in(Google) == {"size": "Of the kernel. - a single number: always", "mode": "How."}


def test_sphinx_style() -> None:
    assert summary_of(Sphinx) == "Make it louder."
    assert parameters_in(Sphinx) == {"gain": "In dB. A lower number is softer.", "p": "How often"}
