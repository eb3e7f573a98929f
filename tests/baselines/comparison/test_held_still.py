"""What two runs have in common beside what is compared."""

from msgspec.structs import replace

from baselines.comparison.held_still import HeldStill, held_still, not_held
from baselines.runs.run_record import Counts, ModelRecord
from tests.baselines.runs.test_run_folder import RUN

MODEL = ModelRecord("svm", ("a", "b"), "audio", ("mel",), 1, 1.0, 1.0, settings={"C": 10.0})
BEFORE = replace(RUN, model=MODEL, training_digest="sha256:1", counts=Counts(100, 40))


def test_all_is_the_same() -> None:
    after = replace(BEFORE, counts=Counts(150, 40, generated=50))
    assert held_still(BEFORE, after) == HeldStill(True, True, True, True)
    assert not list(not_held(held_still(BEFORE, after), BEFORE, after))


def test_everything_differs() -> None:
    model = replace(MODEL, name="logistic", features=("mel", "mfcc"), settings={"C": 1.0})
    after = replace(BEFORE, model=model, training_digest="sha256:2", counts=Counts(90, 40))
    assert held_still(BEFORE, after) == HeldStill(False, False, False, False)
    assert list(not_held(held_still(BEFORE, after), BEFORE, after)) == [
        "model: svm against logistic; hold it still with train --like",
        "features: mel against mel, mfcc; hold still with train --like",
        "training draw: 100 real samples against 90, not the same ones",
    ]


def test_parameters_of_one_model() -> None:
    after = replace(BEFORE, model=replace(MODEL, settings={"C": 1.0}))
    assert list(not_held(held_still(BEFORE, after), BEFORE, after)) == ["parameters: C 10.0 against 1.0"]


def test_embeddings_in_another_file_are_the_same_features() -> None:
    one, other = (replace(MODEL, features=(f"embedding:{name}.npz",), embeddings=("sha256:m",)) for name in "ab")
    assert held_still(replace(BEFORE, model=one), replace(BEFORE, model=other)).features is True
    other = replace(other, embeddings=("sha256:n",))
    assert held_still(replace(BEFORE, model=one), replace(BEFORE, model=other)).features is False


def test_what_a_run_does_not_say_is_not_known() -> None:
    evaluated = replace(BEFORE, model=None, training_digest=None)
    assert held_still(BEFORE, evaluated) == held_still(None, BEFORE) == HeldStill()
    assert not list(not_held(HeldStill(), None, BEFORE))
