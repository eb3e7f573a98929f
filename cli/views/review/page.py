"""The page of `burnish review`: the same for the server and for a disk, with its questions and its answers in it."""

import os
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from cli.views.kit import page as pages
from curate.ground.json import encode
from curate.review.answers import Question
from curate.review.items import Item
from curate.review.session import Draft, Session

if TYPE_CHECKING:
    from markupsafe import Markup

SCRIPTS = ("state", "store", "media", "list", "stage", "keys")
"""Files that are one script together, in this order: what is used at once is defined before."""

TITLES: Mapping[Question, str] = {
    "label": "Is the label right?",
    "reject": "Keep or reject?",
    "pair": "Which of the two stays?",
    "realism": "Real or made?",
    "blind": "What is it?",
}


class Review(Struct, frozen=True):
    """What the script of the page is told.

    Attributes:
        mode: `serve`: a server takes the answers; `page`: the page keeps them itself.
        id: Names the store of a page that keeps its own answers.
        key: What a server wants to be sent with answers.
        question: What is asked.
        annotator: Who answers.
        classes: What `label` and `blind` can be answered with.
        items: What is asked about, without what the person is not to see.
        paths: Of the sides of each item, for the file of answers of a page that makes it itself; never shown.
        log: What this person answered before.
        download: Name of the file that the answers are saved as.
    """

    mode: Literal["serve", "page"]
    id: str
    key: str
    question: Question
    annotator: str
    classes: Sequence[str]
    items: Sequence[Item]
    paths: Sequence[Sequence[str]]
    log: Sequence[Draft]
    download: str


@cache
def script() -> str:
    """Return the script of the page."""
    return "\n".join(pages.source(f"review/{name}.js") for name in SCRIPTS)


@cache
def script_digest() -> str:
    """Return the SHA-256 of the script in base64, as policies name it."""
    return b64encode(sha256(script().encode()).digest()).decode()


def page(review: Review, of: str, blocks: Mapping[str, bytes] | None = None) -> bytes:
    """Return the page.

    Args:
        review: What its script is told.
        of: Name of the manifest.
        blocks: What it holds of the files, by digest; None: it asks a server for them.
    """
    from markupsafe import Markup

    return pages.render(
        "review/page",
        title=TITLES[review.question],
        of=of,
        question=review.question,
        serves=review.mode == "serve",
        script=Markup(script()),  # noqa: S704 - files of ours
        script_digest=script_digest(),
        review=_in_script(encode(review)),
        blocks=[(digest.removeprefix("sha256:"), _in_script(block)) for digest, block in (blocks or {}).items()],
    )


def review_of(session: Session, shown: Sequence[Item], *, key: str = "", download: str = "answers.jsonl") -> Review:
    """Return what the page of a session is told.

    Args:
        session: Its items are whole.
        shown: The same items as the person may see them.
        key: Of the server that it belongs to; empty: it keeps the answers itself.
        download: Name of the file that they are saved as.
    """
    paths = [] if key else [[side.path for side in item.sides] for item in session.items]
    return Review(
        "serve" if key else "page",
        secrets.token_hex(8),
        key,
        session.question,
        session.annotator,
        session.classes,
        shown,
        paths,
        session.since(0),
        download,
    )


def _in_script(data: bytes) -> "Markup":
    """Return JSON as it may stand in a `script` element: nothing in it can end that, or begin a comment."""
    from markupsafe import Markup

    text = data.decode().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704 - just made harmless


def name_of(manifest: str | None) -> str:
    """Return what the title calls a manifest."""
    return os.path.basename(manifest) if manifest and manifest != "-" else "-"
