"""Common Voice's tables, written; that they come back is tested where they are read."""

import pytest

from curate.facts.records import AudioFacts
from curate.ground.errors import UsageError
from curate.organize.common_voice_files import CommonVoiceFiles
from curate.records.sample import Sample
from curate.records.writer import with_foreign


def test_rows_have_the_columns_of_the_corpus_and_what_it_said_before() -> None:
    known = with_foreign(
        Sample("a.wav", tags=("client_id=ab", "accent=Wien"), split="test", text="Satz"),
        common_voice={"up_votes": 3, "sentence_id": "s1", "odd": "x"},
    )
    placed = [("clips/a.wav", known)]
    files, notes = CommonVoiceFiles(), list[str]()
    files.survey(placed, notes)
    assert notes == []
    assert files.contents(placed) == dict.fromkeys(
        ("validated.tsv", "test.tsv"),
        b"client_id\tpath\tsentence_id\tsentence\tsentence_domain\tup_votes\tdown_votes\tage\tgender\taccents\tvariant"
        b"\tlocale\tsegment\nab\ta.wav\ts1\tSatz\t\t3\t\t\t\tWien\t\t\t\n",
    )


@pytest.mark.parametrize(
    ("target", "sample", "message"),
    [
        (
            "train/a.wav",
            Sample("a.wav", split="train"),
            r"keeps its recordings in clips/, and train/a\.wav is not there",
        ),
        ("clips/b/a.wav", Sample("a.wav"), "is not there"),
        ("clips/a.wav", Sample("a.wav", split="fold-1"), "has no split 'fold-1', only train, val and test"),
        ("clips/a.wav", Sample("a.wav", "x\ty"), "would break the table"),
        ("clips/a.wav", Sample("a.wav", tags=("speaker=a\nb",)), "would break the table"),
        ("clips/a.wav", Sample("a.wav", tags=("noise=a;b",)), "divides tags there"),
        ("clips/a\n.wav", Sample("a.wav", audio=AudioFacts(duration_s=1.0)), "would break the table"),
    ],
)
def test_what_the_tables_cannot_hold_is_refused(target: str, sample: Sample, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        CommonVoiceFiles().survey([(target, sample)], [])
