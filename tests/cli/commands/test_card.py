"""`burnish card`: read by Hugging Face's own library and by Croissant's, and the same bytes each time."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from baselines.runs.run_folder import write_run
from tests.baselines.runs.test_run_folder import METRICS, RUN
from tests.baselines.slices.test_fairness import told
from tests.conftest import Burnish
from tests.curate.media.metadata.test_strip import SECRET, exif, saved, sound

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, picture: Write, burnish: Burnish) -> Path:
    for split, label, number in (("train", "cat", 0), ("train", "no", 1), ("val", "cat", 2), ("test", "cat", 3)):
        picture(tmp_path / "data" / split / label / f"{number}.png", seed=number)
    with Image.open(tmp_path / "data" / "train" / "cat" / "0.png") as image:
        (tmp_path / "data" / "train" / "no" / "4.jpg").write_bytes(saved(image.convert("RGB"), "JPEG", exif=exif(1)))
    burnish("scan", "data", "-o", "set.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    for number, line in enumerate(lines):
        line["tags"] = [f"age={30 + number}", f"speaker=ann{number}", *(["wide"] if number % 2 else [])]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    burnish("organize", "set.jsonl", "--into", "public", "--apply", "-o", "public.jsonl")
    return tmp_path


def matter(folder: Path, name: str = "README.md") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / name).read_text().split("---\n")[1])
    return found


def test_what_is_known_and_what_is_to_be_done(burnish: Burnish, folder: Path) -> None:
    result = burnish("card", "public.jsonl", "-o", "public", "--protected", "age")
    assert "to do: README.md: license (front matter)" in result.stderr
    assert "to do: README.md: Consent and rights" in result.stderr
    text = (folder / "public" / "README.md").read_text()
    assert "5 images in 2 classes, parted into train, val, test" in text
    assert "| cat | 1 | 1 | 1 | 3 |" in text
    assert "1 of 5 files say something beside their pixels or samples." in text
    assert "| location | 1 |" in text
    assert "| person | 1 | EXIF Artist |" in text
    for secret in (SECRET, "ann3", "48.0"):
        assert secret not in text, "a card is public: it names the places, and not what stands there"
    assert "`speaker`: 5 values, not listed here." in text
    assert "`age`, named as protected: 30 (1), 31 (1)" in text


def test_the_same_data_give_the_same_bytes(burnish: Burnish, folder: Path) -> None:
    burnish("card", "public.jsonl", "-o", "public")
    first = {name: (folder / "public" / name).read_bytes() for name in ("README.md", "croissant.json")}
    lines = (folder / "public.jsonl").read_text().splitlines(keepends=True)
    (folder / "turned.jsonl").write_text("".join(reversed(lines)))
    burnish("card", "turned.jsonl", "-o", "public")
    assert first == {name: (folder / "public" / name).read_bytes() for name in first}


def test_what_people_wrote_stays_and_croissant_takes_it_over(burnish: Burnish, folder: Path) -> None:
    burnish("card", "public.jsonl", "-o", "public")
    path = folder / "public" / "README.md"
    text = (
        path.read_text().replace("license: unknown", "license: mit").replace("pretty_name: public", "pretty_name: Cats")
    )
    question = "<!-- Did the people in it agree? Can they take it back? Who has the rights? -->"
    path.write_text(text.replace(question, "All did."))
    result = burnish("card", "public.jsonl", "-o", "public")
    assert path.read_text() == text.replace(question, "All did.")
    assert "Consent" not in result.stderr
    described = json.loads((folder / "public" / "croissant.json").read_text())
    assert (described["name"], described["license"]) == ("Cats", "mit")


def test_a_readme_of_someone_else_is_not_touched(burnish: Burnish, folder: Path) -> None:
    (folder / "public" / "README.md").write_text("# Mine\n")
    result = burnish("card", "public.jsonl", "-o", "public", code=2)
    assert "public/README.md: it was not written by burnish card" in result.stderr
    assert (folder / "public" / "README.md").read_text() == "# Mine\n"
    assert not (folder / "public" / "croissant.json").exists()


def test_a_set_that_is_elsewhere_is_described_and_that_is_said(burnish: Burnish, folder: Path) -> None:
    result = burnish("card", "set.jsonl", "-o", "cards")
    assert "the files are not in this folder, so load_dataset cannot read it as it is" in result.stderr
    assert "configs" not in matter(folder / "cards")


def test_a_misspelt_protected_key_is_refused(burnish: Burnish, folder: Path) -> None:
    result = burnish("card", "set.jsonl", "-o", "cards", "--protected", "agee", code=2)
    assert "--protected agee: no sample has a tag agee=… (did you mean 'age'?)" in result.stderr
    assert "where to? name the folder" in burnish("card", "set.jsonl", code=2).stderr


def loaded(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    return datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_hugging_face_reads_labels_as_classes(burnish: Burnish, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    burnish("card", "public.jsonl", "-o", "public")
    found = loaded(folder / "public", folder, monkeypatch)
    assert {name: len(part) for name, part in found.items()} == {"train": 3, "validation": 1, "test": 1}
    feature = found["train"].features["label"]
    assert type(feature).__name__ == "ClassLabel"
    assert feature.names == ["cat", "no"], "`no` is a name, and not YAML's false"
    assert Counter(feature.names[one["label"]] for one in found["train"]) == {"cat": 1, "no": 2}
    assert set(found["train"].column_names) == {"image", "label", "age", "speaker", "tags"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_hugging_face_reads_recordings_that_have_no_splits(
    burnish: Burnish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if int(pytest.importorskip("datasets", reason="datasets is not installed").__version__.split(".")[0]) > 3:
        pytest.importorskip("torchcodec", reason="datasets 4 and later reads audio only with torch")
    for label in ("yes", "no"):
        path = tmp_path / "data" / label / "1.flac"
        path.parent.mkdir(parents=True)
        path.write_bytes(sound("FLAC"))
    burnish("scan", "data", "-o", "set.jsonl")
    burnish("organize", "set.jsonl", "--into", "public", "--apply", "-o", "public.jsonl")
    burnish("card", "public.jsonl", "-o", "public")
    assert matter(tmp_path / "public")["task_categories"] == ["audio-classification"]
    found = loaded(tmp_path / "public", tmp_path, monkeypatch)
    assert found["train"].features["label"].names == ["no", "yes"]
    assert len(found["train"]) == 2


@pytest.mark.slow
def test_croissant_is_valid_and_its_records_can_be_read(burnish: Burnish, folder: Path) -> None:
    pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    burnish("card", "public.jsonl", "-o", "public")
    program = (
        "import json, sys, mlcroissant\n"
        "found = mlcroissant.Dataset(jsonld=sys.argv[1])\n"
        "assert not found.metadata.ctx.issues.errors, found.metadata.ctx.issues.errors\n"
        "rows = [row['train-metadata/label'].decode() for row in found.records('train-metadata')]\n"
        "labels = [row['labels/name'] for row in found.records('labels')]\n"
        "print(json.dumps([rows, labels]))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", program, "public/croissant.json"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    assert json.loads(result.stdout) == [["cat", "no", "no"], ["cat", "no"]]


def test_the_card_of_a_model(burnish: Burnish, folder: Path) -> None:
    write_run(
        str(folder / "run"), RUN, METRICS, [*told("sex=f", 80, 20), *told("sex=m", 95, 5), *told("speaker=ann", 5, 5)]
    )
    result = burnish("card", "public.jsonl", "run", "-o", "public", "--protected", "sex", "--name", "cats")
    text = (folder / "public" / "model-card.md").read_text()
    assert "| sex=f | 100 | 80.0 | 71.1 to 86.7 | -15.0 |" in text
    assert "`sex`: largest gap of accuracy between values: 15.0 points; 10 tested samples have no value." in text
    assert "speaker=ann" not in text
    assert RUN.manifest.digest in text
    assert "to do: model-card.md: Limits and risks" in result.stderr
    before = text
    burnish("card", "public.jsonl", "run", "-o", "public", "--protected", "sex", "--name", "cats")
    assert (folder / "public" / "model-card.md").read_text() == before
    index = matter(folder / "public", "model-card.md")["model-index"][0]
    assert index["name"] == "cats-run"
    assert index["results"][0]["metrics"][0] == {"type": "accuracy", "value": round(RUN.score.accuracy, 4)}


@pytest.mark.filterwarnings("ignore")
def test_hugging_face_reads_the_front_matter_of_a_model(burnish: Burnish, folder: Path) -> None:
    hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    write_run(str(folder / "run"), RUN, METRICS, told("sex=f", 80, 20))
    burnish("card", "public.jsonl", "run", "-o", "public")
    card = hub.ModelCard((folder / "public" / "model-card.md").read_text())
    assert card.data.eval_results[0].metric_value == pytest.approx(RUN.score.accuracy, abs=1e-4)


def test_releases_are_its_lineage(burnish: Burnish, folder: Path) -> None:
    lines = (folder / "public.jsonl").read_text().splitlines(keepends=True)
    for name, count in (("v1", -1), ("v2", None)):
        (folder / "some.jsonl").write_text("".join(lines[:count]))
        burnish("release", "some.jsonl", "--as", name, "--into", "releases")
    burnish("card", "public.jsonl", "-o", "public", "--releases", "releases", "--no-look")
    card = (folder / "public" / "README.md").read_text()
    made = [json.loads((folder / "releases" / name / "release.json").read_text()) for name in ("v1", "v2")]
    assert all(one["digest"] in card for one in made)
    assert card.index("v1") < card.index("v2")
    (folder / "releases" / "v1" / "release.json").write_text("{}")
    result = burnish("card", "public.jsonl", "-o", "public", "--releases", "releases", code=2)
    assert "release v1 is broken, and a card names them all: " in result.stderr
    assert "cannot read gone" in burnish("card", "public.jsonl", "-o", "public", "--releases", "gone", code=2).stderr


@pytest.mark.slow
def test_as_steps_of_a_pipeline(burnish: Burnish, folder: Path) -> None:
    (folder / "recipe.yaml").write_text(
        "kind: pipeline\ndescription: Out of the house.\nsteps:\n"
        "  - scan: {paths: [data]}\n"
        "  - {id: clean, scrub: {names: true, apply: true}}\n"
        "  - {id: first, train: {run: work/run}}\n"
        "  - card: {run: first}\n"
    )
    burnish("run", "recipe.yaml", "--work", "work")
    assert len(list((folder / "work").rglob("model-card.md"))) == 1
    assert burnish("run", "recipe.yaml", "--work", "work").stderr.count(": cached") == 4
