"""Terms: tags, bins of facts and formats; what they are called, where they hold, and what describes a slice."""

import numpy as np
import pytest

from baselines.slices.slice_terms import SliceSample, Term, describe, find_terms, member_table
from curate.facts.records import AudioFacts, ImageFacts


def samples(count: int = 40) -> list[SliceSample]:
    return [
        SliceSample(
            f"{at}.png",
            tags=("slice=old", "dark") if at % 4 == 0 else ("slice=old",),
            image=ImageFacts(format="JPEG" if at % 2 else "PNG", brightness=at / count, width=64),
        )
        for at in range(count)
    ]


def test_terms_are_tags_bins_and_formats() -> None:
    names = [one.name for one in find_terms(samples(), 4)]
    assert names == [
        "dark", "format=JPEG", "format=PNG",
        "brightness<0.0975", "brightness<0.244", "brightness=0.244..0.731",
        "brightness>=0.731", "brightness>=0.878",
    ]  # fmt: skip
    assert "dark" not in [one.name for one in find_terms(samples(), 11)], "too few"
    assert [one.name for one in find_terms(samples(), 20)] == [
        "format=JPEG",
        "format=PNG",
        "brightness=0.244..0.731",
    ]


def test_a_table_says_what_each_term_says() -> None:
    several = [*samples(), SliceSample("no-facts.png"), SliceSample("a.wav", audio=AudioFacts(duration_s=1.0))]
    terms = [*find_terms(several, 4), Term("audio.duration_s", low=0.5), Term("audio.sample_rate", "8000")]
    table = member_table(terms, several)
    assert table.tolist() == [[term.holds(one) for one in several] for term in terms]
    assert table[:, -2].sum() == 0, "what was not measured, no term holds for"


def test_limits_of_a_bin_are_the_ones_in_its_name() -> None:
    term = Term("image.brightness", low=0.2, high=0.5)
    found = [term.holds(SliceSample("a.png", image=ImageFacts(brightness=value))) for value in (0.19, 0.2, 0.49, 0.5)]
    assert found == [False, True, True, False]


def test_a_fact_that_is_the_same_everywhere_or_infinitely_often_missing_makes_no_terms() -> None:
    same = [SliceSample(f"{at}.png", image=ImageFacts(brightness=0.5)) for at in range(50)]
    assert find_terms(same, 5) == []


def test_what_is_enriched_describes_and_each_fact_once() -> None:
    inside = np.array([True] * 10 + [False] * 30)
    table = np.array([inside, inside | (np.arange(40) < 12), np.arange(40) % 2 == 0, ~inside])
    names = ["speaker=theo", "speaker=or-so", "half", "label=7"]
    (one,) = describe(names, table, inside)
    assert (one.name, one.inside, one.outside) == ("speaker=theo", 1.0, 0.0)
    assert describe(names, table, ~inside)[0].name == "label=7"
    assert describe(["half"], table[2:3], inside) == (), "as frequent outside"


@pytest.mark.parametrize("least", [5, 100])
def test_few_samples_have_few_terms(least: int) -> None:
    assert find_terms(samples(3), least) == []
