"""A review from its manifest to its end: what is asked, by a server or in a page, and what the answers come to."""

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cli.io import streams
from cli.io.terminal import say
from cli.serve.embedded import embed
from cli.serve.media import PLAIN, Media, Place
from cli.serve.preview_process import PreviewProcess
from cli.serve.server import ReviewServer
from cli.views.kit.page import Links
from cli.views.review import page as pages
from cli.views.review.tally import say_tally
from curate.media.storage.address import join
from curate.media.storage.publish import write_whole
from curate.review.answers import Answer, AnswerWriter, Question, read_answers
from curate.review.items import Subject, classes_of, with_digests, with_neighbours
from curate.review.questions import Asked, Wish, ask
from curate.review.session import Session

_SHOWN = 3


class Review(NamedTuple):
    """One review.

    Attributes:
        question: What is asked.
        annotator: Who answers.
        answers: The file of answers.
        name: What the title calls the manifest.
        root: What the paths of samples are relative to; empty: the working directory.
        subjects: The samples.
        asked: What is asked about them.
        classes: What `label` and `blind` can be answered with.
        manifest: The file of the samples; None: standard input.
    """

    question: Question
    annotator: str
    answers: str
    name: str
    root: str
    subjects: Sequence[Subject]
    asked: Asked
    classes: Sequence[str]
    manifest: str | None = None

    def session(self, earlier: Sequence[Answer], writer: AnswerWriter | None = None) -> Session:
        """Return what takes the answers."""
        return Session(self.asked.items, self.question, self.annotator, self.classes, earlier, writer)

    def places(self) -> dict[str, Place]:
        """Return the files that the page may ask for, and no other: those it asks about, and their neighbours."""
        wanted = {side.digest for item in self.asked.shown for side in item.sides}
        wanted |= {one.digest for item in self.asked.shown for side in item.sides for one in side.neighbours}
        return {one.digest: self._place(one) for one in self.subjects if one.digest in wanted}

    def _place(self, one: Subject) -> Place:
        pixels = (one.image.width or 0) * (one.image.height or 0) if one.image else 0
        sound = one.audio
        is_plain = sound is not None and sound.subtype in PLAIN and 8000 <= (sound.sample_rate or 0) <= 96000
        return Place(join(self.root, one.path), one.kind, pixels, is_plain)


def prepare(
    manifest: str | None,
    wish: Wish,
    annotator: str,
    answers: str,
    *,
    mix: str | None = None,
    embeddings: str | None = None,
    classes: Sequence[str] = (),
    root: str = "",
) -> Review:
    """Read a manifest and decide what is asked.

    Args:
        manifest: The file; None: standard input.
        wish: What is wanted.
        annotator: Who is going to answer.
        answers: The file of answers.
        mix: Another manifest, whose samples `blind` may mix in.
        embeddings: What `burnish embed` wrote, to find the most like of each sample.
        classes: Classes that may be answered, also where no sample has them.
        root: What the paths are relative to.

    Raises:
        InputError: Something cannot be read, or there is nothing that can be asked about.
    """
    unreadable: list[str] = []
    with streams.records(manifest, Subject) as records:
        subjects = list(with_digests(records, root, unreadable))
    if mix:
        with streams.records(mix, Subject) as records:
            wish = wish._replace(mix=list(with_digests(records, root, unreadable)))
    if embeddings:
        from curate.embeddings.store import read_embeddings

        subjects = with_neighbours(subjects, read_embeddings(embeddings))
    asked = ask(subjects, wish)
    for note in asked.notes:
        say(f"  {note}")
    for reason in unreadable[:_SHOWN]:
        say(f"  not asked about: {reason}")
    if len(unreadable) > _SHOWN:
        say(f"  not asked about: {len(unreadable) - _SHOWN:,} more files that cannot be read")
    every = [*subjects, *wish.mix]
    return Review(
        wish.question,
        annotator,
        answers,
        os.path.basename(manifest) if manifest and manifest != "-" else "-",
        root,
        every,
        asked,
        classes_of(every, classes),
        manifest if manifest != "-" else None,
    )


def serve(review: Review, *, open_browser: bool = False) -> None:
    """Serve a review until Ctrl-C, and say what the answers come to.

    Raises:
        InputError: The file of answers cannot be opened, or holds something else.
        BurnishError: Another review is writing to it.
    """
    # The process of the previews first: what is forked later would hold our files and our port open.
    with PreviewProcess() as previews, AnswerWriter(review.answers) as writer:
        for told in writer.told:
            say(f"  {told}")
        key = secrets.token_urlsafe(32)
        session = review.session(writer.answers, writer)
        shown = review.asked.shown

        def page() -> bytes:
            return pages.page(pages.review_of(session, shown, key=key), review.name)

        media = Media(review.places(), previews)
        with ReviewServer(session, media, page, pages.script_digest(), key) as server:
            say(f"{len(shown):,} to ask about; answers go to {review.answers}; Ctrl-C ends")
            # On standard output, and at once: whoever starts it by a program reads the link there.
            sys.stdout.write(f"{server.link}\n")
            sys.stdout.flush()
            if open_browser:
                import webbrowser

                webbrowser.open(server.link)
            try:
                server.serve_forever(poll_interval=0.2)
            except KeyboardInterrupt:
                say("")
        say_tally(
            _own(review, writer.answers), review.question, _made(review.subjects), review.answers, review.manifest
        )


def write_page(review: Review, file: str, most_bytes: int) -> None:
    """Write a review as a page for a disk, with what was answered before.

    Args:
        review: What is asked.
        file: The page.
        most_bytes: Room for files in it; the others are linked.
    """
    earlier = read_answers(review.answers).answers if os.path.exists(review.answers) else []
    session, shown = review.session(earlier), review.asked.shown
    paths = {digest: place.path for digest, place in review.places().items()}
    embedded = embed(shown, paths, Links("", file), most_bytes)
    described = pages.review_of(session, shown, download=os.path.basename(review.answers))
    with write_whole(file) as html:
        html.write(pages.page(described, review.name, embedded.blocks))
    say(f"wrote {file} with {len(shown):,} to ask about; open it, answer, and download {described.download}")
    if embedded.linked:
        say(f"  {embedded.linked:,} files did not fit and are linked: keep the page where it is, or raise --embed")
    if embedded.problems:
        say(f"  {embedded.problems:,} files cannot be shown, and can only be rejected")


def tell(review: Review) -> None:
    """Say what the answers that there are come to.

    Raises:
        InputError: There are none yet, or they cannot be read.
    """
    found = read_answers(review.answers)
    if found.cut:
        say(f"  {found.cut}")
    say_tally(_own(review, found.answers), review.question, _made(review.subjects), review.answers, review.manifest)


def _own(review: Review, answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers of this person to this question about what is asked here."""
    digests = {item.sides[0].digest for item in review.asked.items}
    wanted = (review.annotator, review.question)
    return [one for one in answers if (one.annotator, one.question) == wanted and one.digest in digests]


def _made(subjects: Sequence[Subject]) -> Mapping[str, bool]:
    return {one.digest or "": one.is_made for one in subjects}
