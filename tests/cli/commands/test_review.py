"""`burnish review`: what it refuses before anything happens, what it writes, and how it ends."""

import json
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from curate.ground.json import encode
from curate.review.answers import Answer, Question
from tests.conftest import ROOT, Burnish
from tests.machine import PATIENCE_S


def write_set(folder: Path, count: int = 4, **more: object) -> None:
    lines = []
    for number in range(count):
        path = folder / f"{number}.png"
        Image.new("RGB", (24, 16), (number, 9, 99)).save(path)
        sample = {"path": path.name, "kind": "image", "label": "cat", **more}
        lines.append(json.dumps({**sample, "digest": f"sha256:{sha256(path.read_bytes()).hexdigest()}"}) + "\n")
    (folder / "set.jsonl").write_text("".join(lines))


def answer(folder: Path, number: int, label: str | None, question: Question = "label", **more: object) -> bytes:
    digest = f"sha256:{sha256((folder / f'{number}.png').read_bytes()).hexdigest()}"
    at = datetime(2026, 11, 26, tzinfo=UTC)
    one = Answer(f"{number}.png", digest, "ann", question, label, 2.0, at, {"label": "cat"}, **more)  # type: ignore[arg-type]
    return encode(one) + b"\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--annotator", "ann", "--page", "a.html", "--serve"], "--page and --serve: choose one of them"),
        (["--serve"], "who answers? name the person: --annotator NAME"),
        (["--serve", "--annotator", " "], "who answers? name the person: --annotator NAME"),
        (["--annotator", "ann", "--ask", "lable"], "--ask 'lable' is unknown (did you mean 'label'?)"),
        (["--annotator", "ann", "--hide", "tags"], "--hide 'tags' is unknown"),
        (["--annotator", "ann", "--groups", "g.json"], "--groups are pairs to ask about, so it needs --ask pair"),
        (["--annotator", "ann", "--mix", "m.jsonl"], "--mix is for blind questions, so it needs --ask blind"),
        (["--annotator", "ann", "--page", "set.jsonl"], "--page set.jsonl: that is the manifest itself"),
        (["--annotator", "ann", "--page", "gone/a.html"], "cannot write gone/a.html: there is no folder"),
        (["--annotator", "ann", "--serve", "-o", "gone/a.jsonl"], "cannot write gone/a.jsonl: there is no folder"),
        (["--annotator", "ann", "--serve", "-o", "a.png"], "-o a.png: that is the name of a media file"),
        (["--annotator", "ann", "--serve", "-o", "set.jsonl"], "set.jsonl:1: not an answer: "),
        (["--annotator", "ann", "--ask", "pair", "--serve"], "no sample has a copy to stand beside"),
        (["--annotator", "ann", "--ask", "realism", "--serve"], "realism is asked of real and generated samples"),
        (["--annotator", "ann", "-o", "none.jsonl"], "cannot read none.jsonl: No such file or directory"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    burnish: Burnish, tmp_path: Path, words: list[str], problem: str
) -> None:
    write_set(tmp_path)
    before = (tmp_path / "set.jsonl").read_bytes()
    errors = burnish("review", "set.jsonl", *words, code=2).stderr
    assert errors.startswith(f"burnish review: {problem}")
    assert errors.count("\n") == 1
    assert (tmp_path / "set.jsonl").read_bytes() == before


def test_without_server_and_page_it_says_what_the_answers_come_to(burnish: Burnish, tmp_path: Path) -> None:
    write_set(tmp_path)
    lines = [answer(tmp_path, 0, "cat"), answer(tmp_path, 1, "dog"), answer(tmp_path, 2, None, reject=True)]
    lines += [answer(tmp_path, 3, "dog"), answer(tmp_path, 3, None, undo=True), b'{"path":"3.p']
    (tmp_path / "answers.jsonl").write_bytes(b"".join(lines))
    assert burnish("review", "set.jsonl", "--annotator", "ann").stderr.splitlines() == [
        "  answers.jsonl:6: this last line was cut off as it was written; it is left out",
        "3 answered in answers.jsonl, 2.0 s each in the median",
        "  cat 1, dog 1, (reject) 1",
        "  1 label is others than those that were shown",
        "  next: burnish relabel set.jsonl --answers answers.jsonl",
        "  to drop what was rejected: burnish clean set.jsonl --answers answers.jsonl",
    ]
    assert burnish("review", "set.jsonl", "--annotator", "bob").stderr.splitlines()[-1] == "0 answered in answers.jsonl"


def test_realism_is_judged_against_guessing(burnish: Burnish, tmp_path: Path) -> None:
    write_set(tmp_path, 10)
    lines = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    for line in lines[:5]:
        line["origin"] = {"source": "9.png", "recipe": "photos-wear"}
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    said = [answer(tmp_path, number, "made" if number < 5 else "real", "realism") for number in range(10)]
    (tmp_path / "answers.jsonl").write_bytes(b"".join(said))
    words = ("review", "set.jsonl", "--annotator", "ann", "--ask", "realism")
    assert burnish(*words).stderr.splitlines()[-2:] == [
        "  10 of 10 right, p = 0.0020: can tell real from made",
        "  next: burnish agreement answers.jsonl --manifest set.jsonl",
    ]


def test_a_page_holds_its_files_and_nothing_of_what_is_hidden(burnish: Burnish, tmp_path: Path) -> None:
    write_set(tmp_path, suggested="secret")
    errors = burnish("review", "set.jsonl", "--annotator", "ann", "--page", "a.html", "--hide", "prediction").stderr
    text = (tmp_path / "a.html").read_text()
    assert "wrote a.html with 4 to ask about; open it, answer, and download answers.jsonl" in errors
    assert text.count('<script type="application/json" id="m-') == 4
    assert text.count("data:image/png;base64,") == 4
    found = re.search(r'id="data">(.*?)</script>', text)
    assert found is not None
    described = json.loads(found[1])
    assert all("prediction" not in side for item in described["items"] for side in item["sides"])
    assert described["paths"][0] == ["0.png"]


def test_a_page_tells_of_files_that_cannot_be_shown_or_do_not_fit(burnish: Burnish, tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "0.png").unlink()
    Image.new("RGB", (24, 16), "white").save(tmp_path / "1.png")
    errors = burnish("review", "set.jsonl", "--annotator", "ann", "--page", "a.html", "--embed", "0").stderr
    text = (tmp_path / "a.html").read_text()
    assert "2 files did not fit and are linked" in errors
    assert "2 files cannot be shown, and can only be rejected" in errors
    assert '{"address":"./2.png"}' in text
    assert '{"problem":"it cannot be shown: the file is another one than when it was scanned"}' in text


def test_a_label_cannot_end_the_script_that_holds_it(burnish: Burnish, tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><!--\u2028x"
    write_set(tmp_path, label=evil)
    burnish("review", "set.jsonl", "--annotator", evil, "--page", "a.html", "--ask", "label")
    text = (tmp_path / "a.html").read_text()
    assert text.count("</script>") == text.count("<script") == 6
    assert "<!--" not in text
    assert json.loads(text.split('id="data">')[1].split("</script>")[0])["annotator"] == evil


def test_names_that_are_not_utf8(burnish: Burnish, tmp_path: Path) -> None:
    name = "caf\udce9.png"
    Image.new("RGB", (5, 5)).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / name)
    (tmp_path / "set.jsonl").write_text(json.dumps({"path": name, "kind": "image", "label": "caf\udce9"}) + "\n")
    burnish("review", "set.jsonl", "--annotator", "ann", "--page", "a.html")
    described = json.loads((tmp_path / "a.html").read_text().split('id="data">')[1].split("</script>")[0])
    assert described["paths"] == [[name]]
    assert described["classes"] == ["caf\udce9"]


def test_files_without_a_digest_that_cannot_be_read_are_not_asked_about(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"path": "gone.png", "kind": "image"}\n')
    errors = burnish("review", "set.jsonl", "--annotator", "ann", "--page", "a.html").stderr
    assert errors.splitlines() == [
        "  not asked about: gone.png: No such file or directory",
        "wrote a.html with 0 to ask about; open it, answer, and download answers.jsonl",
    ]


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_the_server_ends_cleanly_and_leaves_no_process(tmp_path: Path, how: signal.Signals, code: int) -> None:
    write_set(tmp_path)
    command = [sys.executable, str(ROOT / "burnish.py"), "review", "set.jsonl", "--serve", "--annotator", "ann"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}\n", process.stdout.readline())
        again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert again.returncode == 2
        assert again.stderr.startswith("burnish review: another review is writing to answers.jsonl; end it")
        process.send_signal(how)
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert errors.splitlines()[-1] == ("0 answered in answers.jsonl" if code == 0 else errors.splitlines()[-1])
    group = subprocess.run(["pgrep", "-g", str(process.pid)], capture_output=True, text=True, check=False)
    assert group.stdout == ""
