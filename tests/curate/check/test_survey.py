"""What is learnt of a set does not hang on how many samples are looked at together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.check import survey as surveying
from curate.check.policy import make_policy
from curate.check.survey import Facts, Survey, survey
from curate.facts.records import AudioFacts, Finding, ImageFacts
from curate.ground.errors import InputError

SIZES = st.sampled_from([None, 20, 100, 100, 100, 900])
IMAGES = st.builds(
    ImageFacts,
    width=SIZES,
    height=SIZES,
    brightness_p99=st.sampled_from([None, 0.1, 0.9]),
    brightness_p5=st.sampled_from([0.1, 0.99]),
    acutance=st.sampled_from([None, 0.2, 0.8]),
)
SOUNDS = st.builds(
    AudioFacts,
    sample_rate=st.sampled_from([None, 8000, 16000, 16000]),
    channels=st.sampled_from([1, 1, 2]),
    snr_db=st.sampled_from([None, 1.0, 30.0]),
)
FOUND = st.sampled_from([(), (), (Finding("damaged", "error"),), (Finding("dark", "warning"),)])
SAMPLES = st.one_of(
    st.builds(Facts, path=st.just("a.jpg"), kind=st.just("image"), image=IMAGES, findings=FOUND),
    st.builds(Facts, path=st.just("a.wav"), kind=st.just("audio"), label=st.sampled_from("ab"), audio=SOUNDS),
    st.builds(Facts, path=st.just("a"), kind=st.sampled_from([None, "image", "audio", "video"]), findings=FOUND),
)


def learnt(samples: list[Facts], together: int, *only: str) -> dict[str, Any]:
    """Return what a survey learns, without the functions that its rules are; or what it refuses the samples for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surveying, "_BLOCK", together)
        try:
            found: Survey = survey(samples, make_policy((), None, only, (), (), auto=True))
        except InputError as error:
            return {"refused": str(error)}
    rules = {kind: [(rule.name, rule.threshold) for rule in several] for kind, several in found.rules.items()}
    names = ("everywhere", "classes", "sounds", "flagged", "samples", "sound", "unmeasured", "lacking", "others")
    return {name: getattr(found, name) for name in names} | {"rules": str(rules), "remarkable": bytes(found.remarkable)}


@given(st.lists(SAMPLES, min_size=1, max_size=30), st.sampled_from([2, 3, 128]))
def test_samples_are_judged_alike_alone_and_with_others(samples: list[Facts], together: int) -> None:
    samples.append(Facts("b.jpg", kind="image", image=ImageFacts(width=90, height=100, brightness_p99=0.8)))
    assert learnt(samples, together) == learnt(samples, 1)


def test_a_recording_among_blocks_of_pictures_keeps_its_place() -> None:
    picture = Facts("a.jpg", kind="image", image=ImageFacts(width=100, height=100))
    usual, odd = (Facts("a.wav", kind="audio", audio=AudioFacts(sample_rate=rate)) for rate in (16000, 8000))
    samples = [*[picture] * 300, usual, usual, odd, *[picture] * 300, usual]
    found = learnt(samples, 128, "odd-sample-rate", "odd-size")
    assert [place for place, one in enumerate(found["remarkable"]) if one] == [302]
    assert found["flagged"]["odd-sample-rate"] == 1
