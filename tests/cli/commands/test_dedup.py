"""`burnish dedup` as its users call it."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageOps

from curate.review.answers import Answer, AnswerWriter, Other
from tests.conftest import Burnish

Write = Callable[..., Path]


def scene(seed: int) -> Image.Image:
    """Return a picture with shapes in it, unlike those of other seeds."""
    generator = np.random.default_rng(seed)
    pixels = np.full((240, 320, 3), generator.integers(60, 200, 3), np.float32)
    for _ in range(25):
        x, y, width, height = (int(n) for n in generator.integers((0, 0, 10, 10), (300, 220, 120, 100)))
        pixels[y : y + height, x : x + width] += generator.normal(0, 60, 3)
    return Image.fromarray(np.clip(pixels + generator.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8))


def save(image: Image.Image, path: Path, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four different pictures, and copies of the first three."""
    for number in range(4):
        save(scene(number), tmp_path / "data" / "train" / "cat" / f"{number}.png")
    (tmp_path / "data" / "train" / "cat" / "0-again.png").write_bytes((tmp_path / "data/train/cat/0.png").read_bytes())
    save(scene(1), tmp_path / "data" / "test" / "cat" / "1.jpg", quality=80)
    save(scene(2).resize((160, 120)), tmp_path / "data" / "train" / "dog" / "2.jpg", quality=90)
    save(scene(9), tmp_path / "data" / "train" / "dog" / "9.png")
    return tmp_path


def report(burnish: Burnish, *arguments: str, stdin: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = json.loads(burnish("dedup", "--json", *arguments, stdin=stdin).stdout)["groups"]
    return groups


def names(paths: list[str]) -> list[str]:
    return [path.removeprefix("data/") for path in paths]


def test_one_copy_of_each_stays(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    result = burnish("dedup", "--rejects", "copies.jsonl", stdin=manifest)
    kept = [json.loads(line)["path"] for line in result.stdout.splitlines()]
    assert names(kept) == ["test/cat/1.jpg", "train/cat/0-again.png", "train/cat/3.png", "train/dog/9.png"]
    assert "label-conflict: cat / dog" in result.stderr
    assert "leak: test / train" in result.stderr
    assert result.stderr.endswith(
        "  crops, frames and excerpts were not searched for: burnish dedup --parts\n"
        "3 groups of duplicates; dropped 4 samples; 1 label conflict, 1 leak across splits\n"
    )
    rejected = {
        r["path"]: r["findings"][-1] for r in map(json.loads, (folder / "copies.jsonl").read_text().splitlines())
    }
    assert rejected["data/train/cat/0.png"]["check"] == "duplicate"
    assert rejected["data/train/cat/0.png"]["detail"] == "data/train/cat/0-again.png stands for it"
    assert rejected["data/train/dog/2.jpg"]["check"] == "label-conflict"


def test_the_report_names_relation_and_distance(burnish: Burnish, folder: Path) -> None:
    groups = report(burnish, stdin=burnish("scan", "data").stdout)
    shown = {
        tuple(names(g["kept"])): (names(g["dropped"]), g["relation"], g["label-conflict"], g["leak"]) for g in groups
    }
    assert shown == {
        ("train/cat/0-again.png",): (["train/cat/0.png"], "exact", [], []),
        ("test/cat/1.jpg",): (["train/cat/1.png"], "near", [], ["test", "train"]),
        (): (["train/cat/2.png", "train/dog/2.jpg"], "near", ["cat", "dog"], []),
    }


def test_exact_leaves_what_is_only_alike(burnish: Burnish, folder: Path) -> None:
    save(scene(3), folder / "data" / "train" / "cat" / "3-smaller.png", compress_level=9, optimize=True)
    groups = report(burnish, "--exact", stdin=burnish("scan", "data").stdout)
    assert sorted(tuple(sorted(names([*g["kept"], *g["dropped"]]))) for g in groups) == [
        ("train/cat/0-again.png", "train/cat/0.png"),
        ("train/cat/3-smaller.png", "train/cat/3.png"),
    ]


def test_conflicts_can_be_kept_or_fail(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    kept = burnish("dedup", "--on-conflict", "keep", stdin=manifest).stdout
    disputed = [r["path"] for r in map(json.loads, kept.splitlines()) if "label-conflict" in str(r.get("findings"))]
    assert names(disputed) == ["train/cat/2.png", "train/dog/2.jpg"]
    errors = burnish("dedup", "--on-conflict", "fail", "--quiet", stdin=manifest, code=1).stderr
    said = "1 group has copies with different labels, such as data/train/cat/2.png (copies with the labels cat / dog)"
    assert errors == f"burnish dedup: --on-conflict fail: {said}\n"


def test_with_report_nothing_is_dropped_and_copies_are_named(burnish: Burnish, folder: Path) -> None:
    records = [
        json.loads(line)
        for line in burnish("dedup", "--report", stdin=burnish("scan", "data").stdout).stdout.splitlines()
    ]
    assert len(records) == 8
    assert {r["path"]: r["duplicate_of"] for r in records if "duplicate_of" in r} == {
        "data/train/cat/0.png": "data/train/cat/0-again.png",
        "data/train/cat/1.png": "data/test/cat/1.jpg",
        "data/train/dog/2.jpg": "data/train/cat/2.png",
    }


@pytest.mark.parametrize("arguments", [[], ["--keep", "first"], ["--exact"], ["--on-conflict", "keep"]], ids=" ".join)
def test_what_was_deduplicated_stays_as_it_is(burnish: Burnish, folder: Path, arguments: list[str]) -> None:
    once = burnish("dedup", *arguments, stdin=burnish("scan", "data").stdout).stdout
    assert burnish("dedup", *arguments, stdin=once).stdout == once


def test_recordings(burnish: Burnish, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    (tmp_path / "data").mkdir()
    for number in range(3):
        envelope = np.repeat(generator.uniform(0, 0.5, 20), 800)
        sound = envelope * np.convolve(generator.standard_normal(16000), generator.standard_normal(30) / 10, "same")
        soundfile.write(tmp_path / "data" / f"{number}.wav", sound, 16000)
        if number == 0:
            soundfile.write(tmp_path / "data" / "0-quiet.flac", sound / 2, 16000)
            pcm = soundfile.read(tmp_path / "data" / "0.wav", dtype="int16")[0]
            soundfile.write(tmp_path / "data" / "0-same.aiff", pcm, 16000)
    (group,) = report(burnish, stdin=burnish("scan", "data").stdout)
    assert sorted(names([*group["kept"], *group["dropped"]])) == ["0-quiet.flac", "0-same.aiff", "0.wav"]
    (exact,) = report(burnish, "--exact", stdin=burnish("scan", "data").stdout)
    assert sorted(names([*exact["kept"], *exact["dropped"]])) == ["0-same.aiff", "0.wav"]


def test_a_file_that_is_gone_is_not_compared_and_said_so(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    (folder / "data" / "test" / "cat" / "1.jpg").unlink()
    result = burnish("dedup", stdin=manifest)
    assert "not compared: data/test/cat/1.jpg: cannot be read: No such file or directory" in result.stderr
    assert "data/test/cat/1.jpg" in result.stdout, "what could not be compared is not dropped"


def test_from_another_folder(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data", "--root", "data").stdout
    assert len(burnish("dedup", "--root", "data", stdin=manifest).stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--keep", "bset"], "--keep 'bset' is unknown (did you mean 'best'?)"),
        (["--on-conflict", "dorp"], "--on-conflict 'dorp' is unknown (did you mean 'drop'?)"),
    ],
)
def test_what_a_user_can_get_wrong(burnish: Burnish, arguments: list[str], message: str) -> None:
    assert burnish("dedup", *arguments, stdin="?", code=2).stderr == f"burnish dedup: {message}\n"


def test_a_manifest_without_digests_says_what_to_run(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data", "--shallow").stdout
    errors = burnish("dedup", stdin=manifest, code=2).stderr
    assert errors.startswith("burnish dedup: no sample has a digest, so nothing can be compared")


def test_the_same_from_one_worker_and_from_four(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    assert burnish("dedup", "-j1", stdin=manifest).stdout == burnish("dedup", "-j4", stdin=manifest).stdout
    assert sorted(os.listdir(folder)) == ["data"]


def test_what_equals_a_reference_goes_and_the_reference_stays_out(burnish: Burnish, folder: Path) -> None:
    save(scene(3), folder / "gold" / "three.jpg", quality=70)
    manifest = burnish("scan", "data").stdout
    result = burnish("dedup", "--reference", "gold", stdin=manifest)
    kept = names([json.loads(line)["path"] for line in result.stdout.splitlines()])
    assert "train/cat/3.png" not in kept
    assert not any("three" in path for path in kept)


def test_a_mirror_image_with_another_label_is_another_thing(burnish: Burnish, tmp_path: Path) -> None:
    flipped = scene(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    save(scene(1), tmp_path / "data" / "left" / "1.png")
    save(flipped, tmp_path / "data" / "right" / "1.png")
    save(scene(2), tmp_path / "data" / "right" / "2.png")
    save(scene(3), tmp_path / "data" / "left" / "3.png")
    manifest = burnish("scan", "data").stdout
    assert report(burnish, stdin=manifest) == []
    save(flipped, tmp_path / "data" / "left" / "again.png")
    (tmp_path / "data" / "right" / "1.png").unlink()
    manifest = burnish("scan", "data").stdout
    assert len(report(burnish, stdin=manifest)) == 1
    assert report(burnish, "--no-flips", stdin=manifest) == []


def test_only_across_or_within(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    across = burnish("dedup", "--across", "split", stdin=manifest).stdout.splitlines()
    assert len(across) == 7, "only the training copy of the test picture goes"
    within = burnish("dedup", "--within", "folder", stdin=manifest).stdout.splitlines()
    assert len(within) == 7, "only the second of the same bytes in one folder goes"
    errors = burnish("dedup", "--across", "speakr", stdin=manifest, code=2).stderr
    assert errors.startswith("burnish dedup: --across 'speakr': no sample has such a tag")


def test_limits_that_leave_nothing_to_compare_are_refused(burnish: Burnish, tmp_path: Path) -> None:
    save(scene(1), tmp_path / "data" / "1.png")
    save(scene(2), tmp_path / "data" / "2.png")
    manifest = burnish("scan", "data", "--label", "none").stdout
    errors = burnish("dedup", "--across", "speaker", "--within", "speaker", stdin=manifest, code=2).stderr
    assert errors.startswith("burnish dedup: --across speaker and --within speaker leave nothing to compare: ")
    assert errors.count("\n") == 1
    for option in ("--across", "--within"):
        for key in ("label", "split"):
            errors = burnish("dedup", option, key, stdin=manifest, code=2).stderr
            assert errors.startswith(f"burnish dedup: {option} {key}: no sample has a {key}")


def test_the_kept_copy_is_looked_at_before_another_goes(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    (folder / "data" / "train" / "cat" / "0-again.png").unlink()
    kept = names([json.loads(line)["path"] for line in burnish("dedup", stdin=manifest).stdout.splitlines()])
    assert "train/cat/0.png" in kept


def test_a_captioned_copy_is_a_part_and_stays(burnish: Burnish, tmp_path: Path) -> None:
    save(scene(1), tmp_path / "data" / "1.png")
    marked = scene(1)
    marked.paste((0, 0, 0), (0, 205, 320, 240))
    marked.paste((255, 255, 255), (20, 215, 90, 230))
    save(marked, tmp_path / "data" / "2.png")
    manifest = burnish("scan", "data").stdout
    found = json.loads(burnish("dedup", "--parts", "--json", stdin=manifest).stdout)
    assert found["groups"] == []
    assert [(names([part["first"], part["second"]])) for part in found["parts"]] == [["1.png", "2.png"]]
    result = burnish("dedup", "--parts", stdin=manifest)
    assert len(result.stdout.splitlines()) == 2
    assert "not searched for" not in result.stderr


def test_what_is_exact_is_no_part(burnish: Burnish, tmp_path: Path) -> None:
    assert "leave one of them out" in burnish("dedup", "--exact", "--parts", stdin="", code=2).stderr


def test_folders_can_be_preferred(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    kept = burnish("dedup", "--keep", "data/train/cat/,oldest", "--within", "split", stdin=manifest).stdout
    assert "train/cat/0" in kept


def test_a_framed_copy_is_found_where_parts_are_asked_for(burnish: Burnish, tmp_path: Path) -> None:
    save(scene(1), tmp_path / "data" / "1.png")
    save(ImageOps.expand(ImageOps.expand(scene(1), 16, (245, 240, 230)), 8, (60, 35, 20)), tmp_path / "data" / "2.jpg")
    manifest = burnish("scan", "data").stdout
    assert len(burnish("dedup", "--parts", stdin=manifest).stdout.splitlines()) == 1


def say_of_pair(
    folder: Path, manifest: str, first: str, second: str, stays: str | None, annotator: str = "ann"
) -> None:
    """Write an answer to `pair`; no word: both go."""
    digests = {sample["path"]: sample["digest"] for sample in map(json.loads, manifest.splitlines())}
    one, two = f"data/{first}", f"data/{second}"
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    other = Other(two, digests[two])
    with AnswerWriter(str(folder / f"{annotator}.jsonl")) as writer:
        writer.append(
            Answer(one, digests[one], annotator, "pair", stays, 1.0, moment, {}, reject=stays is None, other=other)
        )


def test_answers_of_people_go_before_what_the_program_would_do(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    say_of_pair(folder, manifest, "train/cat/0-again.png", "train/cat/0.png", "second")
    say_of_pair(folder, manifest, "test/cat/1.jpg", "train/cat/1.png", "both")
    say_of_pair(folder, manifest, "train/cat/2.png", "train/dog/2.jpg", "first")
    result = burnish("dedup", "--answers", "ann.jsonl", "--rejects", "copies.jsonl", stdin=manifest)
    kept = [json.loads(line)["path"] for line in result.stdout.splitlines()]
    assert names(kept) == [
        "test/cat/1.jpg", "train/cat/0.png", "train/cat/1.png", "train/cat/2.png", "train/cat/3.png", "train/dog/9.png",
    ]  # fmt: skip
    assert result.stderr.startswith("answers about 3 pairs: one stays 2, both stay 1\n")
    # People decided between the labels: a copy, and no conflict any more.
    gone = [json.loads(line) for line in (folder / "copies.jsonl").read_text().splitlines()]
    assert [one["findings"][-1]["detail"] for one in gone] == [
        "data/train/cat/0.png stands for it", "data/train/cat/2.png stands for it",
    ]  # fmt: skip
    assert '"label-conflict"' not in result.stdout


def test_answers_are_shown_before_anything_goes_and_several_people_decide(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    say_of_pair(folder, manifest, "train/cat/0.png", "train/cat/0-again.png", "first")
    say_of_pair(folder, manifest, "train/cat/0.png", "train/cat/0-again.png", "second", "ben")
    say_of_pair(folder, manifest, "train/cat/2.png", "train/dog/2.jpg", None, "ben")
    both = ("--answers", "ann.jsonl", "--answers", "ben.jsonl")
    marked = burnish("dedup", *both, "--report", stdin=manifest)
    assert len(marked.stdout.splitlines()) == len(manifest.splitlines())
    assert "answers about 2 pairs: both go 1, left open, so both stay 1" in marked.stderr
    found = report(burnish, *both, stdin=manifest)
    asked = {tuple(names(group["dropped"])): group["answers"] for group in found if group["answers"]}
    assert [(one["stays"], one["by"]) for answers in asked.values() for one in answers] == [
        ("open", ["ann", "ben"]), ("neither", ["ben"]),
    ]  # fmt: skip
    assert () in asked
    burnish("dedup", *both, "--rejects", "gone.jsonl", "-o", "new.jsonl", stdin=manifest)
    assert "ben rejected it beside a copy" in (folder / "gone.jsonl").read_text()
    overruled = burnish("dedup", *both, "--rule", "adjudicated", "--adjudicator", "ann", stdin=manifest)
    assert "train/cat/0.png" in overruled.stdout
    assert "0-again" not in overruled.stdout


def test_answers_and_what_is_only_alike_do_not_go_together(burnish: Burnish, folder: Path) -> None:
    result = burnish("dedup", "--similar", "auto", "--embeddings", "e.npz", "--answers", "a.jsonl", code=2)
    assert "leave --answers out" in result.stderr
    assert "--adjudicator goes with" in burnish("dedup", "--adjudicator", "ann", code=2).stderr
