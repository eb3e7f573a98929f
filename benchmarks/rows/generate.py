"""Making new samples."""

from pathlib import Path

from benchmarks import inputs, manifests
from benchmarks.measure import WORK, Job, job
from benchmarks.peers import burnish, peer
from benchmarks.row import Row, Sized

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
_GOAL = ">= 1.74 times as fast (its time / 2 processes, + 15 %)"


def augment(recipe: str, manifest: Path, jobs: int, *options: str | Path) -> Job:
    """Return the command that makes one sample of each in the manifest."""
    into, out = f"{WORK}/out", f"{WORK}/out.jsonl"
    common = ("--into", into, "-o", out, "--split", "all", "-q", "-j", jobs)
    return job(burnish("augment", RECIPES / recipe, manifest, *common, *options))


def augment_images(sized: Sized) -> Row:
    count = sized(1000)
    photos = inputs.garments(count)
    return Row(
        f"augment of {count:,} photos: flip, brightness and contrast, rotate, noise; JPEG in and out",
        augment("photos.yaml", manifests.scanned(photos, "--label", "none"), 2),
        _GOAL,
        count,
        job(peer("albumentations_loop.py", photos, f"{WORK}/out")),
        job(peer("albumentations_loop.py", photos, f"{WORK}/out", 2)),
        ("albumentations and OpenCV in a loop, 1 process", "the same loop, 2 processes"),
    )


def augment_audio(sized: Sized) -> Row:
    count = sized(600)
    clips, noises = inputs.sentences(count, 3), inputs.noises()
    return Row(
        f"augment of {count:,} clips of 3 s: trim, background noise, loudness; WAV in and out",
        augment("speech.yaml", manifests.scanned(clips, "--label", "none"), 2, "--set", f"noise={noises}"),
        _GOAL,
        count,
        job(peer("audiomentations_loop.py", clips, f"{WORK}/out", noises)),
        job(peer("audiomentations_loop.py", clips, f"{WORK}/out", noises, 2)),
        ("audiomentations in a loop, 1 process", "the same loop, 2 processes"),
    )


ROWS = {"augment-images": augment_images, "augment-audio": augment_audio}
