"""The data iteration loop as command lines, for the pictures and for the recordings of the demo."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

BUDGET = 600
"""New samples in each part."""
REPORT = "report.html"
_SCAN = {
    "images": ["images"],
    "speech": ["speech", "--pattern", "{label}_{speaker}_{}"],
}
_CLEAN = {"images": [], "speech": ["--drop", "silent"]}
# All boxes of a form look alike, so that only hashes that are very near are worth a comparison.
_DEDUP = {"images": ["--distance", "4", "--parts"], "speech": []}
_GROUP = {"images": [], "speech": ["--group", "speaker"]}
_RECIPE = {"images": ["handwriting.yaml"], "speech": ["speech-noise", "--set", "noise=noise"]}


class Step(NamedTuple):
    """One command of the demo.

    Attributes:
        why: What it is for, in a few words.
        words: Its command line after the program's name; paths are relative to the folder of the demo.
    """

    why: str
    words: tuple[str, ...]


def make_loop(part: str, seed: int) -> list[Step]:
    """Return the commands of a part, in their order.

    Args:
        part: `images` or `speech`.
        seed: Where chance begins; 0 is that of the commands themselves.
    """
    work, chance = f"work/{part}", ["--seed", str(seed)] if seed else []
    held = ("--like", f"{work}/before", *chance)
    return [
        *_cleaning(part, work, chance),
        *_learning(
            part, f"{work}/set.jsonl", f"{work}/before", ("--model", "svm", *chance), "How good is a quick model now?"
        ),
        Step("Which tags are worth working on?", ("weak", f"{work}/before")),
        _augmenting(part, work, chance),
        *_learning(part, f"{work}/set2.jsonl", f"{work}/after", held, "The same model on the better data."),
        Step("Did it help, and did nothing else sink?", ("compare", f"{work}/before", f"{work}/after")),
    ]


def make_report(parts: Sequence[str]) -> Step:
    """Return the command that writes `REPORT`: a page about all parts."""
    folders = [f"work/{part}" for part in parts]
    return Step("All of it on a page.", ("report", *folders, "-o", REPORT))


def _cleaning(part: str, work: str, chance: list[str]) -> Iterator[Step]:
    files = [f"{work}/{name}.jsonl" for name in ("scanned", "clean", "unique", "set")]
    yield Step("What is there? Every file is decoded.", ("scan", *_SCAN[part], "-o", files[0]))
    dropped = ("--rejects", f"{work}/broken.jsonl")
    # Each command reads what the one before it wrote, as in a pipe, but kept: the reader of the demo can look into
    # every file.
    yield Step("What is broken goes.", ("clean", files[0], *_CLEAN[part], *dropped, "-o", files[1]))
    dropped = ("--rejects", f"{work}/copies.jsonl")
    yield Step(
        "What is there twice goes, most of all copies of test files in training.",
        ("dedup", files[1], *_DEDUP[part], *dropped, "-o", files[2]),
    )
    sides = ("--ratio", "train=0.7,test=0.3", *_GROUP[part])
    yield Step(
        "Files in no split get one; the others keep theirs.", ("split", files[2], *sides, *chance, "-o", files[3])
    )


def _learning(part: str, manifest: str, run: str, how: Sequence[str], why: str) -> Iterator[Step]:
    yield Step("How uneven are the classes that are trained on?", ("balance", manifest, "--within", "train"))
    yield Step(why, ("train", manifest, "--run", run, *how, *_GROUP[part]))


def _augmenting(part: str, work: str, chance: list[str]) -> Step:
    recipe, *settings = _RECIPE[part]
    how = ("--weak", f"{work}/before", "--balance", "--budget", str(BUDGET))
    into = ("--into", f"{work}/augmented", "-o", f"{work}/set2.jsonl")
    return Step(
        "New samples for the weak tags, most of them for the short classes.",
        ("augment", recipe, f"{work}/set.jsonl", *settings, *how, *chance, *into),
    )
