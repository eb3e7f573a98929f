"""What `--feature` asks for."""

import pytest

from baselines.features.choice import FeatureChoice, choose_features
from curate.ground.errors import UsageError


@pytest.mark.parametrize(
    ("names", "choice"),
    [
        ((), FeatureChoice()),
        (("hog",), FeatureChoice(("hog",))),
        (("embedding:a.npz",), FeatureChoice((), ("a.npz",), base=False)),
        (("base", "embedding:a.npz"), FeatureChoice((), ("a.npz",))),
        (("hog", "embedding:a.npz", "embedding:b.npz"), FeatureChoice(("hog",), ("a.npz", "b.npz"))),
        (("auto", "embedding:a:b.npz"), FeatureChoice((), ("a:b.npz",), chosen=True)),
        (("auto",), FeatureChoice(chosen=True)),
        (("package:photos",), FeatureChoice(packages=("photos",), base=False)),
        (("base", "package:photos"), FeatureChoice(packages=("photos",))),
    ],
)
def test_what_is_asked_for(names: tuple[str, ...], choice: FeatureChoice) -> None:
    assert choose_features(names) == choice


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("mel", "hogg"), r"--feature 'hogg' is unknown \(did you mean 'hog'\?\)"),
        (("package:",), "needs the name of a model"),
        (("embedding:",), "needs the file that burnish embed wrote"),
    ],
)
def test_what_is_refused(names: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        choose_features(names)
