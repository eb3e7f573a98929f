"""A run's model as a judge: it never learned what it judges, and test samples stay unseen."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from baselines.data.labelled_samples import LabelledSample
from baselines.features.reading import Reading
from baselines.runs.save_run import Clock, save_run
from baselines.training.evaluate import evaluate
from baselines.training.judge import Judge, make_judge
from baselines.training.one_encoder import reencode
from baselines.training.options import TrainingOptions
from baselines.training.train import train
from curate.ground.errors import InputError, UsageError
from curate.records.origin import Origin
from curate.records.sample import Sample
from tests.baselines.samples import example, generated, tone

READING = Reading(cache="", jobs=1)


def run_of(folder: Path, samples: list[LabelledSample], **options: object) -> str:
    wish = TrainingOptions(reading=READING, **options)  # type: ignore[arg-type]
    found = train(samples, wish)
    save_run(str(folder), ["train"], wish.parameters(), samples, found.result, Clock())
    return str(folder)


def made(source: LabelledSample, path: Path, label: str | None = None, gain: float = 0.5) -> Sample:
    """Return a sample that a recipe made: its source, softer."""
    sounds, rate = soundfile.read(source.path)
    soundfile.write(path, sounds * gain, rate)
    one = example(path, label or source.label)
    origin: dict[str, object] = {"source": source.path, "source_digest": source.digest, "recipe": "quiet"}
    return Sample(str(path), one.label, kind="audio", digest=one.digest, origin=origin)


@pytest.fixture
def samples(tmp_path: Path) -> list[LabelledSample]:
    """20 training tones of each class, and 12 validation and 12 test ones with a tag."""
    parts = {"train": (20, ()), "val": (12, ("hum=on",)), "test": (12, ("hum=on", "mains=on"))}
    return [
        tone(
            tmp_path / split / f"{label}{at}.wav",
            label,
            1000 * place + at + 100 * (label == "low"),
            split=split,
            tags=tags,
        )
        for place, (split, (count, tags)) in enumerate(parts.items())
        for label in ("low", "high")
        for at in range(count)
    ]


@pytest.fixture
def judge(tmp_path: Path, samples: list[LabelledSample]) -> Judge:
    run = run_of(tmp_path / "run", samples, model="logistic", generated_weight=1.0)
    return make_judge(samples, run, READING)


def test_real_samples_are_judged_and_test_samples_are_not(judge: Judge, samples: list[LabelledSample]) -> None:
    assert {one.path for one, _ in judge.real} == {one.path for one in samples if one.split != "test"}
    assert len(judge.of_tag("hum=on")) == 24
    assert judge.of_tag("mains=on") == []
    assert all(answer.right for answer in judge.of_tag("hum=on")), "tones of two pitches are easy"
    assert judge.model == "logistic"


def test_what_is_made_of_a_sample_is_judged_by_a_model_that_has_not_seen_it(tmp_path: Path) -> None:
    """With labels that mean nothing, whoever has learned the sources by heart is always right, and others never."""
    draw = np.random.default_rng(0)
    sources = [tone(tmp_path / f"{at}.wav", "low", seed=at, split="train") for at in range(40)]
    labels = draw.permutation(["yes", "no"] * 20).tolist()
    sources = [example(one.path, label, split="train") for one, label in zip(sources, labels, strict=True)]
    run = run_of(tmp_path / "run", sources, model="knn", generated_weight=1.0)
    copies = [made(one, tmp_path / f"made{at}.wav", gain=0.999) for at, one in enumerate(sources)]
    answers = make_judge(sources, run, READING).answers(copies)
    right = sum(answer.right for answer in answers if answer)
    assert None not in answers
    assert right <= 30, "35 or more of 40 would be by heart"
    units = {answer.unit for answer in answers if answer}
    assert len(units) == 40


def test_copies_and_earlier_samples_of_a_source_are_not_learned_either(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    labels = draw.permutation(["yes", "no"] * 20).tolist()
    sources = [
        example(tone(tmp_path / f"{at}.wav", "low", seed=at).path, label, split="train")
        for at, label in enumerate(labels)
    ]
    earlier = [generated(one, tmp_path / f"earlier{at}.wav") for at, one in enumerate(sources)]
    run = run_of(tmp_path / "run", [*sources, *earlier], model="knn", generated_weight=1.0)
    judge = make_judge([*sources, *earlier], run, READING)
    answers = judge.answers([made(one, tmp_path / f"made{at}.wav") for at, one in enumerate(sources)])
    assert sum(answer.right for answer in answers if answer) <= 30
    assert len(judge.real) == 40, "what was made before is no real sample"


def test_answers_give_the_probability_of_the_label(judge: Judge, tmp_path: Path, samples: list[LabelledSample]) -> None:
    honest, lying = (made(samples[0], tmp_path / f"{label}.wav", label) for label in ("low", "high"))
    first, second = judge.answers([honest, lying])
    assert first
    assert second
    assert (first.prediction, first.right) == ("low", True)
    assert first.label_probability == first.confidence > 0.5
    assert (second.prediction, second.right) == ("low", False)
    assert second.label_probability == pytest.approx(1 - second.confidence, abs=1e-3)


def test_what_cannot_be_judged(judge: Judge, tmp_path: Path, samples: list[LabelledSample]) -> None:
    strange = made(samples[0], tmp_path / "a.wav", "other")
    gone = Sample(str(tmp_path / "gone.wav"), "low", kind="audio")
    assert judge.answers([strange, gone, made(samples[1], tmp_path / "b.wav")])[:2] == [None, None]
    assert judge.answers([strange]) == [None]
    assert judge.answers([]) == []


def test_the_only_source_of_a_class_is_not_judged(tmp_path: Path, samples: list[LabelledSample]) -> None:
    alone = tone(tmp_path / "alone.wav", "mid", seed=999, split="train")
    run = run_of(tmp_path / "run", [*samples, alone], model="logistic")
    judge = make_judge([*samples, alone], run, READING)
    assert judge.answers([made(alone, tmp_path / "made.wav")]) == [None], "all models have learned from it"
    assert alone.path not in {one.path for one, _ in judge.real}


def test_groups_of_the_run_are_kept(tmp_path: Path) -> None:
    found = [
        tone(tmp_path / f"{label}{at}.wav", label, seed=at, split="train", tags=(f"speaker={at % 4}",))
        for label in ("low", "high")
        for at in range(12)
    ]
    run = run_of(tmp_path / "run", found, model="logistic", group="speaker")
    judge = make_judge(found, run, READING)
    assert len({answer.unit for _, answer in judge.real}) == 4


def test_realism(judge: Judge, tmp_path: Path, samples: list[LabelledSample]) -> None:
    real = [one for one in samples if one.split == "val"]
    sources = samples[:40]
    alike = [made(one, tmp_path / f"alike{at}.wav", gain=1.0) for at, one in enumerate(sources)]
    found = judge.realism("hum=on", alike)
    assert found.samples == (len(real), 40)
    assert found.interval[0] < 0.6, "tones of one kind, by two writers"
    clipped = [made(one, tmp_path / f"clipped{at}.wav", gain=30.0) for at, one in enumerate(sources)]
    assert judge.realism("hum=on", clipped).interval[0] > 0.6
    with pytest.raises(InputError, match="0 real samples with mains=on"):
        judge.realism("mains=on", alike)


def test_one_encoder_takes_the_trace_of_the_codec_away(tmp_path: Path, samples: list[LabelledSample]) -> None:
    sounds, rate = soundfile.read(samples[0].path)
    soundfile.write(tmp_path / "a.flac", np.stack([sounds, sounds], 1), rate, subtype="PCM_24")
    pair = [samples[0], example(tmp_path / "a.flac", "low"), LabelledSample(str(tmp_path / "gone.wav"), "low")]
    (tmp_path / "copies").mkdir()
    copies = reencode(pair, "audio", READING, str(tmp_path / "copies"))
    assert [at for at, _ in copies] == [0, 1], "of a file that is gone there is no copy"
    info = [soundfile.info(one.path) for _, one in copies]
    assert {(one.samplerate, one.channels, one.subtype) for one in info} == {(16000, 1, "PCM_16")}
    first, second = (soundfile.read(one.path)[0] for _, one in copies)
    assert np.abs(first - second).max() < 2 / 32768


def test_a_run_without_a_model_cannot_judge(tmp_path: Path, samples: list[LabelledSample]) -> None:
    file = tmp_path / "old.csv"
    file.write_text("path,prediction\n" + "".join(f"{one.path},low\n" for one in samples))
    evaluated = evaluate(samples, str(file))
    save_run(str(tmp_path / "old"), ["evaluate"], {}, samples, evaluated.result, Clock())
    with pytest.raises(UsageError, match="old: that run has no model"):
        make_judge(samples, str(tmp_path / "old"), READING)


def test_a_run_that_learned_from_tags_cannot_judge(tmp_path: Path, samples: list[LabelledSample]) -> None:
    tagged = [example(one.path, one.label, split=one.split, tags=(f"site={at % 3}",)) for at, one in enumerate(samples)]
    run = run_of(tmp_path / "tags", tagged, model="logistic", families=("base", "tags"))
    with pytest.raises(UsageError, match="learned from tags, which these files have not"):
        make_judge(tagged, run, READING)


def test_only_test_samples_are_nothing_to_judge_by(judge: Judge, samples: list[LabelledSample]) -> None:
    with pytest.raises(InputError, match="no training or validation samples"):
        make_judge([one for one in samples if one.split == "test"], judge.run, READING)


def test_origin_is_what_ties_a_sample_to_its_fold(tmp_path: Path, judge: Judge, samples: list[LabelledSample]) -> None:
    one = made(samples[3], tmp_path / "made.wav")
    (answer,) = judge.answers([one])
    assert answer
    (unit,) = {found.unit for real, found in judge.real if real.path == samples[3].path}
    assert answer.unit == unit
    stranger = Sample(one.path, "low", kind="audio", digest=one.digest, origin={"source": "elsewhere", "recipe": "r"})
    (other,) = judge.answers([stranger])
    assert other
    assert other.unit < 0, "a source that nobody learned from is a unit of its own"
    assert Origin(source="elsewhere").parents == ("elsewhere",)
