"""Features and a baseline."""

from benchmarks import inputs, manifests
from benchmarks.measure import WORK, job
from benchmarks.peers import burnish, peer
from benchmarks.row import Row, Sized


def train(_sized: Sized) -> Row:
    scanned = manifests.scanned(inputs.digits(), "--pattern", "{label}_{speaker}_{take}")
    manifest = manifests.parted(scanned, "--ratio", "train=0.8,test=0.2")
    return Row(
        "features and training on 600 spoken digits, cold cache",
        job(burnish("train", manifest, "--run", f"{WORK}/run", "--no-cache", "-q")),
        "<= 2.5 s",
        600,
        job(peer("librosa_train.py", manifest)),
        names=("librosa clip by clip, logistic regression", ""),
    )


def train_images(sized: Sized) -> Row:
    count = sized(1700)
    manifest = manifests.parted(manifests.rated(count), "--ratio", "train=0.8,test=0.2")
    return Row(
        f"features and training on {count:,} photos of 32 px, a sixth of the labels wrong, cold cache",
        job(burnish("train", manifest, "--run", f"{WORK}/run", "--no-cache", "-q")),
        "<= 4 s",
        count,
    )


ROWS = {"train": train, "train-images": train_images}
