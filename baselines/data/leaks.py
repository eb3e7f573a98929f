"""Guards: nothing of what is tested is trained on."""

from typing import TYPE_CHECKING

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.data.labelled_samples import Example

_SPLIT = "part the samples again: burnish split --force"


def check_sides(
    train: "Sequence[Example]",
    test: "Sequence[Example]",
    train_digests: "Sequence[str | None] | None" = None,
    test_digests: "Sequence[str | None] | None" = None,
) -> None:
    """Check that the test set is real, and that no training sample is a copy of one of it or was made from one.

    Args:
        train: Samples that are trained on.
        test: Samples that are tested on.
        train_digests: Of their files as they are now; None: those of the manifest.
        test_digests: Likewise.

    Raises:
        InputError: It is not so; names the file and the cure.
    """
    for one in test:
        if one.generated:
            raise InputError(
                f"{one.path} is generated and in the test split: a test must be real; leave it out with burnish select "
                "--where, or augment after the split"
            )
    held = _digests(test, test_digests)
    paths = {one.path: one.path for one in test}
    real = {name: one.path for one in test for name in one.parents} | paths | held
    mine = train_digests or [one.digest for one in train]
    for one, digest in zip(train, mine, strict=True):
        copied = held.get(digest or "") or paths.get(one.duplicate_of or "")
        if copied:
            raise InputError(
                f"{one.path} is trained on and is a copy of {copied} of the test split; "
                f"drop it with burnish dedup, or {_SPLIT}"
            )
        # Also of what took the place of its source: trimmed or levelled, it still tells what is tested.
        if source := next((real[name] for name in one.parents if name in real), None):
            raise InputError(
                f"{one.path} is trained on and was made from {source} of the test split; "
                f"augment only the training split, or {_SPLIT}"
            )


def _digests(test: "Sequence[Example]", now: "Sequence[str | None] | None") -> dict[str, str]:
    """Return the path of each file of the test set by its digest."""
    digests = now or [one.digest for one in test]
    return {digest: one.path for one, digest in zip(test, digests, strict=True) if digest}
