"""What made samples are worth: trained with them, asked of the real samples of a tag, and never of test samples."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import structs

from baselines.data.labelled_samples import LabelledSample
from baselines.models.generated_weight import FEWEST
from baselines.training.options import TrainingOptions
from baselines.training.score_made import MadeScorer
from baselines.training.train import train
from curate.ground.errors import InputError
from curate.records.sample import Sample
from tests.baselines.samples import example, generated, tone
from tests.baselines.training.test_judge import READING, made, run_of

TAG = "hum=on"


@pytest.fixture
def samples(tmp_path: Path) -> list[LabelledSample]:
    """30 clean training tones of each class, and 15 validation and test ones in loud noise."""
    found = []
    for place, (split, count) in enumerate({"train": 30, "val": 15, "test": 15}.items()):
        for label in ("low", "mid", "high"):
            for at in range(count):
                path = tmp_path / split / f"{label}{at}.wav"
                one = tone(path, label, 1000 * place + at + 100 * len(label), split=split)
                if split != "train":
                    noisy(path, path, at)
                    one = example(path, label, split=split, tags=(TAG,))
                found.append(one)
    return found


def noisy(source: Path, target: Path, seed: int) -> None:
    sounds, rate = soundfile.read(source)
    soundfile.write(target, sounds + 0.5 * np.random.default_rng(seed).standard_normal(len(sounds)), rate)


def in_noise(source: LabelledSample, path: Path, seed: int) -> Sample:
    """Return what a good recipe makes."""
    made(source, path)
    noisy(Path(source.path), path, seed)
    origin: dict[str, object] = {"source": source.path, "source_digest": source.digest, "recipe": "noise"}
    return Sample(str(path), source.label, kind="audio", digest=example(path, source.label).digest, origin=origin)


def test_what_is_like_the_tag_is_worth_more_than_what_is_not(tmp_path: Path, samples: list[LabelledSample]) -> None:
    run = run_of(tmp_path / "run", samples, model="svm")
    scorer = MadeScorer(samples, run, TAG, READING)
    sources = [one for one in samples if one.split == "train"]
    good = scorer.score([in_noise(one, tmp_path / f"good{at}.wav", 7 * at) for at, one in enumerate(sources)])
    poor = scorer.score([made(one, tmp_path / f"poor{at}.wav") for at, one in enumerate(sources)])
    assert scorer.model == "svm"
    assert len(good.right) == len(poor.right) == 45, "the validation samples; of training none has the tag"
    assert good.without == poor.without
    assert good.trial.weak > poor.trial.weak + 0.1
    assert good.trial.weak == pytest.approx(np.mean(good.right))


def test_test_samples_play_no_part(tmp_path: Path, samples: list[LabelledSample]) -> None:
    run = run_of(tmp_path / "run", samples, model="logistic")
    gone = [example(one.path, one.label, split=one.split, tags=one.tags) for one in samples]
    for one in samples:
        if one.split == "test":
            Path(one.path).unlink()
    scorer = MadeScorer(gone, run, TAG, READING)
    assert scorer.weak == 45
    sources = [one for one in samples if one.split == "train"]
    assert scorer.score([made(one, tmp_path / f"{at}.wav") for at, one in enumerate(sources)]).trial.samples == (45, 90)


def test_a_model_is_not_asked_of_what_it_learned_a_version_of(tmp_path: Path) -> None:
    """With labels that mean nothing, and copies that are nearly the sources, whoever learned one is always right."""
    draw = np.random.default_rng(3)
    labels = draw.permutation(["yes", "no"] * 20).tolist()
    sources = [
        example(tone(tmp_path / f"{at}.wav", "low", seed=at).path, label, split="train", tags=(TAG,))
        for at, label in enumerate(labels)
    ]
    run = run_of(tmp_path / "run", sources, model="knn")
    copies = [made(one, tmp_path / f"made{at}.wav", gain=0.999) for at, one in enumerate(sources)]
    found = MadeScorer(sources, run, TAG, READING).score(copies)
    assert found.trial.weight == 1, "neighbours take no weights"
    assert sum(found.right) <= 30, "35 or more of 40 would be by heart"


def test_too_few_samples_are_not_chosen_by(tmp_path: Path, samples: list[LabelledSample]) -> None:
    run = run_of(tmp_path / "run", samples, model="logistic")
    few = [one for one in samples if one.split != "val"][: -(45 - FEWEST + 1)]
    with pytest.raises(InputError, match=r"0 real samples of training and validation have hum=on.*split --ensure"):
        MadeScorer(few, run, TAG, READING)


def test_what_was_made_before_is_left_out(tmp_path: Path, samples: list[LabelledSample]) -> None:
    run = run_of(tmp_path / "run", samples, model="logistic")
    earlier = [generated(one, tmp_path / f"e{at}.wav") for at, one in enumerate(samples) if one.split == "train"]
    sources = [one for one in samples if one.split == "train"]
    new = [made(one, tmp_path / f"{at}.wav") for at, one in enumerate(sources)]
    alone, both = (MadeScorer(several, run, TAG, READING).score(new) for several in (samples, [*samples, *earlier]))
    assert alone == both


@pytest.mark.parametrize("useful", [True, False])
def test_train_says_what_the_weight_brought_the_weak_samples(
    tmp_path: Path, samples: list[LabelledSample], useful: bool
) -> None:
    made_of = []
    for at, source in enumerate(one for one in samples if one.split == "train"):
        one = generated(source, tmp_path / f"made{at}.wav")
        if useful:
            noisy(Path(source.path), Path(one.path), 7 * at)
        assert one.origin is not None
        made_of.append(structs.replace(one, origin=structs.replace(one.origin, plan={"target": TAG})))
    found = train([*samples, *made_of], TrainingOptions(model="svm", reading=READING))
    (said,) = (note for note in found.notes if "generated samples weigh" in note)
    assert "of 45 weak samples were right without them" in said
    assert ("no weight helped them" in said) is not useful
