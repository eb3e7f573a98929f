"""Cleaning: what is flagged, what is dropped, what is said of the whole set instead."""

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest

from curate.check.clean import judge
from curate.check.policy import Policy, make_policy
from curate.check.survey import Facts, Survey, survey
from curate.ground.errors import InputError
from curate.records.reader import lines, parse, read_as
from curate.records.writer import encode

GOOD: dict[str, Any] = {
    "format": "JPEG", "mode": "RGB", "width": 100, "height": 100, "frames": 1, "orientation": 1, "bits": 8,
    "brightness_p5": 0.1, "brightness_p99": 0.9, "sharpness": 0.5, "acutance": 0.55, "entropy": 8.0, "chroma": 0.3,
}  # fmt: skip
SOUND: dict[str, Any] = {
    "sample_rate": 16000, "channels": 1, "duration_s": 1.0, "peak_dbfs": -3.0, "swing_dbfs": -3.0,
    "loudness_lufs": -20.0, "clipping_ratio": 0.0, "dc_offset": 0.0, "snr_db": 30.0, "bandwidth_hz": 8000.0,
    "channel_gap_db": 0.0, "mono_loss_db": 0.0, "inner_silence_s": 0.0, "dropouts": 0,
}  # fmt: skip


def image(path: str, **facts: Any) -> dict[str, Any]:
    return {"path": path, "kind": "image", "image": GOOD | facts}


def sound(path: str, **facts: Any) -> dict[str, Any]:
    return {"path": path, "kind": "audio", "audio": SOUND | facts}


def cleaned(
    records: Iterable[dict[str, Any]], policy: Policy | None = None
) -> tuple[dict[str, list[str]], dict[str, str], Survey]:
    """Return the findings and the reason for dropping, by path, and what was learnt."""
    policy = policy or make_policy()
    file = io.BytesIO("".join(json.dumps(record) + "\n" for record in records).encode())
    found = survey(read_as(file, Facts), policy)
    file.seek(0)
    judged = list(judge(lines(file), found, policy))
    samples = [(parse(j.line), j.dropped_for) for j in judged]
    findings = {sample.path: [f.check for f in sample.findings] for sample, _ in samples if sample.findings}
    return findings, {sample.path: dropped_for.check for sample, dropped_for in samples if dropped_for}, found


@pytest.mark.parametrize(
    ("check", "facts"),
    [
        ("animated", {"frames": 2}), ("blurry", {"acutance": 0.3}), ("bright", {"brightness_p5": 0.96}),
        ("dark", {"brightness_p99": 0.3}), ("grayscale-in-colour-set", {"chroma": 0.0}),
        ("low-information", {"entropy": 2.9}), ("odd-aspect-ratio", {"width": 300, "height": 34}),
        ("odd-size", {"width": 1000, "height": 1000}), ("rotated", {"orientation": 6}),
        ("unusual-mode", {"mode": "P"}), ("unusual-mode", {"bits": 16}),
    ],
)  # fmt: skip
def test_each_check_of_images(check: str, facts: dict[str, Any]) -> None:
    findings, dropped, _ = cleaned([image("odd", **facts), *(image(f"good{i}") for i in range(5))])
    assert findings == {"odd": [check]}
    assert dropped == {}, "a warning alone drops nothing"


@pytest.mark.parametrize(
    ("check", "facts"),
    [
        ("clipped", {"clipping_ratio": 0.002}),
        ("dc-offset", {"dc_offset": -0.03}),
        ("anti-phase", {"mono_loss_db": 20}),
        ("dead-channel", {"channel_gap_db": 60}),
        ("digital-silence", {"inner_silence_s": 0.6}),
        ("drop-outs", {"dropouts": 1}),
        ("narrow-band", {"bandwidth_hz": 4000}),
        ("noisy", {"snr_db": 4}),
        ("odd-channels", {"channels": 2}),
        ("odd-sample-rate", {"sample_rate": 15000}),
        ("quiet", {"loudness_lufs": -45}),
        ("silent", {"peak_dbfs": -70}),
        ("silent", {"peak_dbfs": -40, "swing_dbfs": -90}),
        ("silent", {"peak_dbfs": -70, "swing_dbfs": None}),
        ("silent", {"peak_dbfs": -38.4, "dc_offset": 0.012, "swing_dbfs": None}),
        ("too-long", {"duration_s": 31}),
        ("too-short", {"duration_s": 0.05}),
    ],
)  # fmt: skip
def test_each_check_of_audio(check: str, facts: dict[str, Any]) -> None:
    findings, dropped, _ = cleaned([sound("odd", **facts), *(sound(f"good{i}") for i in range(5))])
    assert findings == {"odd": [check]}
    assert dropped == {}


def test_a_finding_says_what_was_compared() -> None:
    records = [image(str(i), brightness_p99=0.123456 if i == 0 else 0.9) for i in range(5)]
    file = io.BytesIO("\n".join(map(json.dumps, records)).encode())
    policy = make_policy(["dark=0.2"])
    found = survey(read_as(file, Facts), policy)
    file.seek(0)
    first = parse(next(judge(lines(file), found, policy)).line)
    (finding,) = first.findings
    assert (finding.check, finding.severity, finding.value, finding.threshold) == ("dark", "warning", 0.1235, 0.2)
    assert json.loads(encode(first))["image"] == GOOD | {"brightness_p99": 0.123456}


def test_errors_drop_and_so_does_what_the_user_names() -> None:
    records = [image("a", frames=2), image("b", acutance=0.1), *(image(str(i)) for i in range(4))]
    records[2]["findings"] = [{"check": "truncated", "severity": "error"}]
    assert cleaned(records)[1] == {"0": "truncated"}
    assert cleaned(records, make_policy(drop=["blurry"]))[1] == {"0": "truncated", "b": "blurry"}
    assert cleaned(records, make_policy(drop=["warning"], keep=["truncated"]))[1] == {"a": "animated", "b": "blurry"}


def test_an_error_that_the_user_keeps_is_a_warning_for_what_comes_later() -> None:
    records = [image(str(i)) for i in range(3)]
    for record in records:
        record["findings"] = [{"check": "truncated", "severity": "error", "detail": "cut"}]
    del records[1]["image"]
    records[2]["findings"].append({"check": "rejected", "severity": "error"})
    found = [cleaned_findings(record, make_policy(keep=["truncated", "rejected"])) for record in records]
    assert found == [
        [("truncated", "warning")],
        [("truncated", "error")],  # nothing of it was decoded
        [("truncated", "warning"), ("rejected", "error")],
    ]
    assert cleaned_findings(records[0], make_policy()) == [("truncated", "error")]


def cleaned_findings(record: dict[str, Any], policy: Policy) -> list[tuple[str, str]]:
    file = io.BytesIO(json.dumps(record).encode() + b"\n")
    found = survey(read_as(file, Facts), policy)
    file.seek(0)
    return [(one.check, one.severity) for one in parse(next(judge(lines(file), found, policy)).line).findings]


@pytest.mark.parametrize(("dark", "everywhere"), [(1, {}), (2, {"dark": 0.5}), (4, {"dark": 1.0})])
def test_what_flags_half_of_the_set_is_said_once_instead(dark: int, everywhere: dict[str, float]) -> None:
    records = [image(str(i), brightness_p99=0.1 if i < dark else 0.9) for i in range(4)]
    findings, _, found = cleaned(records)
    assert found.everywhere == everywhere
    assert len(findings) == (0 if everywhere else dark)


@pytest.mark.parametrize("options", [{"settings": ["dark=0.32"]}, {"only": ["dark"]}, {"drop": ["dark"]}], ids=str)
def test_unless_the_user_named_it(options: dict[str, list[str]]) -> None:
    findings, _, found = cleaned([image(str(i), brightness_p99=0.1) for i in range(4)], make_policy(**options))  # type: ignore[arg-type]
    assert found.everywhere == {}
    assert len(findings) == 4


def test_a_relative_check_can_be_told_what_is_normal() -> None:
    records = [sound("a", sample_rate=8000), *(sound(str(i)) for i in range(3))]
    assert cleaned(records, make_policy(["odd-sample-rate=8000"]))[0] == {str(i): ["odd-sample-rate"] for i in range(3)}


def test_cleaning_again_replaces_what_clean_found_and_nothing_else() -> None:
    old = [{"check": "dark", "severity": "warning"}, {"check": "theirs", "severity": "warning"}]
    records = [image("a") | {"findings": old}, *(image(str(i)) for i in range(3))]
    assert cleaned(records)[0] == {"a": ["theirs"]}


def test_samples_that_nothing_is_known_of_pass_through() -> None:
    assert cleaned([{"path": "text.txt", "theirs": 1}])[:2] == ({}, {})
    assert cleaned([])[:2] == ({}, {})


def test_a_manifest_without_facts_says_what_is_missing() -> None:
    shallow = {"path": "a.jpg", "kind": "image", "image": {"format": "JPEG", "width": 1, "height": 1}}
    with pytest.raises(InputError, match=r"no sample has .*image.brightness_p99.*burnish scan FOLDER"):
        cleaned([{"path": "a.jpg", "kind": "image"}])
    findings, _, found = cleaned([shallow, *(image(str(i)) for i in range(3))])
    assert (found.unmeasured, findings) == (1, {})
    assert "image.acutance" in found.lacking
    assert "image.width" not in found.lacking


def test_files_that_could_not_be_decoded_are_explained_already() -> None:
    broken = {"path": "b", "kind": "image", "findings": [{"check": "unreadable", "severity": "error"}]}
    findings, dropped, found = cleaned([broken])
    assert (found.unmeasured, findings, dropped) == (0, {"b": ["unreadable"]}, {"b": "unreadable"})


def test_new_findings_are_written_and_unflagged_lines_stay_as_they_are() -> None:
    before = [json.dumps(image(str(i), brightness_p99=0.1 if i == 0 else 0.9), indent=None) for i in range(4)]
    file = io.BytesIO("\n".join(before).encode())
    policy = make_policy()
    found = survey(read_as(file, Facts), policy)
    file.seek(0)
    written = [judged.line.decode() for judged in judge(lines(file), found, policy)]
    assert written[1:] == before[1:]
    assert json.loads(written[0])["findings"][0]["check"] == "dark"


def test_dark_beside_the_others_is_dark() -> None:
    records = [image("dusk", brightness_p99=0.4), *(image(str(i), brightness_p99=0.9) for i in range(30))]
    assert cleaned(records)[0] == {"dusk": ["dark"]}
    assert cleaned(records, make_policy(["dark=0.32"]))[0] == {}, "the user's threshold is the last word"
    assert cleaned([image(str(i), brightness_p99=0.4) for i in range(31)])[0] == {}


def test_cleanvisions_blurriness_is_checked_only_where_it_is_named() -> None:
    records = [image("a", sharpness=0.1), *(image(str(i)) for i in range(5))]
    assert cleaned(records)[0] == {}
    named = [make_policy(["cleanvision-blurry=0.29"]), make_policy(drop=["cleanvision-blurry"])]
    assert [cleaned(records, policy)[0] for policy in named] == [{"a": ["cleanvision-blurry"]}] * 2


def test_a_manifest_that_lacks_only_the_newest_fact_is_checked_for_all_else() -> None:
    records = [image(str(i), acutance=None, brightness_p99=0.1 if i == 0 else 0.9) for i in range(6)]
    findings, _, found = cleaned(records)
    assert findings == {"0": ["dark"]}
    assert (found.unmeasured, found.lacking) == (6, ("image.acutance",))


def test_thresholds_of_the_set() -> None:
    records = [sound("long", duration_s=9.0), *(sound(str(i), duration_s=1 + i / 100) for i in range(40))]
    assert cleaned(records)[0] == {}
    findings, _, found = cleaned(records, make_policy(auto=True))
    assert findings == {"long": ["too-long"]}
    assert found.learnt["too-long"].threshold == pytest.approx(2 * 1.2, rel=0.02)
    assert found.flagged["too-long"] == 1
    assert cleaned(records, make_policy(["too-long=20"], auto=True))[0] == {}


def test_thresholds_of_the_set_may_be_wider_than_those_of_the_table() -> None:
    records = [image(str(i), brightness_p99=0.2 + i / 1000) for i in range(40)]
    assert cleaned(records, make_policy(only=["dark"]))[0] != {}
    assert cleaned(records, make_policy(only=["dark"], auto=True))[0] == {}
