"""Make the pictures of the README and of the tutorials: run the demo, photograph what it prints and its pages.

    python docs/pictures.py [FOLDER]

FOLDER is where the demo is, or is to be (default: a temporary one). The page needs Chromium.
"""

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
COLUMNS = 100
SHOWN = {
    "burnish balance work/speech/set.jsonl --within train": 9,
    "burnish weak work/speech/before": 9,
    "burnish compare work/speech/before work/speech/after --fail-if worse": 14,
}
"""Commands of the demo whose output is the picture of the terminal, and how many lines of it."""
VIEWS = ["", "s1-weak"]
"""Where on the page the parts of its picture begin; they stand side by side."""
VIEW = (1100, 1330)
MOST_BYTES = 300_000
STAGES = {
    "clean": "clean work/images/scanned.jsonl -o sound.jsonl",
    "preview": "preview handwriting.yaml work/images/set.jsonl --weak work/images/before",
    "weak": "weak work/speech/before",
    "compare": "compare work/speech/before work/speech/after",
}
"""Commands of which the README shows the page: one for each stage."""
STAGE = (1100, 860)
_FONT = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)


def on_terminal(command: str, folder: Path) -> str:
    """Return what a command writes on a terminal with colours."""
    ours, theirs = pty.openpty()
    plain = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    program = f'burnish() {{ "{sys.executable}" "{ROOT / "burnish.py"}" "$@"; }}; {command}'
    process = subprocess.Popen(
        ["bash", "-c", program], stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=plain
    )
    os.close(theirs)
    seen = b""
    while part := _read(ours):
        seen += part
    process.wait()
    os.close(ours)
    return _settled(seen.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


def _settled(text: str) -> str:
    """Return what stays on the screen: of a line that was drawn several times, the last."""
    without_moves = re.sub(r"\x1b\[[0-9;?]*[A-LN-Za-ln-z]", "", text)
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in without_moves.split("\n"))


def draw_terminal(folder: Path) -> None:
    """Write the picture of the terminal."""
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: SIM115
    for command, most in SHOWN.items():
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")), soft_wrap=True)
        lines = on_terminal(command, folder).strip("\r\n").split("\n")
        console.print(Text.from_ansi("\n".join([*lines[:most], "…"])))
        console.print()
    svg = _FONT.sub("", console.export_svg(title="burnish", unique_id="terminal"))
    (PICTURES / "terminal.svg").write_text(svg.replace("Fira Code", "ui-monospace, Menlo, Consolas"), encoding="utf-8")


def draw_stages(folder: Path) -> None:
    """Write a picture of the page of each stage, as wide as a column of a table on GitHub."""
    from PIL import Image

    for name, words in STAGES.items():
        page = folder / f"{name}.html"
        option = "-o" if name == "preview" else "--html"
        command = [sys.executable, str(ROOT / "burnish.py"), *words.split(), option, page.name, "-q"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        seen = photograph(page.read_text(encoding="utf-8"), STAGE)
        save(seen.resize((seen.width * 3 // 4, seen.height * 3 // 4), Image.Resampling.LANCZOS), f"{name}.png")


def draw_page(page: Path) -> None:
    """Write the picture of the page."""
    from PIL import Image

    width, height = VIEW
    whole = Image.new("RGB", (width * len(VIEWS), height))
    for number, anchor in enumerate(VIEWS):
        whole.paste(photograph(beginning_at(anchor, page.read_text(encoding="utf-8")), VIEW), (width * number, 0))
    save(whole.resize((whole.width * 2 // 3, whole.height * 2 // 3), Image.Resampling.LANCZOS))


def beginning_at(anchor: str, page: str) -> str:
    """Return the page without what stands before an element."""
    if not anchor:
        return page
    body, start = page.index("<body"), page.index(f'id="{anchor}"')
    return page[: page.index(">", body) + 1] + page[page.rindex("<", 0, start) :]


def photograph(page: str, size: tuple[int, int]) -> Any:
    """Return what a browser shows of a page."""
    from PIL import Image

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("there is no chromium here to photograph the page with")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={size[0]},{size[1]}"]
    with tempfile.TemporaryDirectory() as folder:
        picture, shown = Path(folder) / "page.png", Path(folder) / "page.html"
        shown.write_text(page, encoding="utf-8")
        command = [chromium, *options, f"--screenshot={picture}", shown.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        with Image.open(picture) as opened:
            return opened.convert("RGB")


def draw_review(folder: Path) -> None:
    """Write the picture of the page of `review`, on the handwriting of the demo."""
    sys.path.insert(0, str(ROOT))
    from io import BytesIO

    from PIL import Image

    from tests.cli.browser import Browser

    program = [sys.executable, str(ROOT / "burnish.py")]
    flagged, page = "flagged.jsonl", folder / "review.html"
    issues = ["issues", "work/images/unique.jsonl", "--plantings", "0", "-o", flagged, "-q"]
    for words in (issues, ["review", flagged, "--page", page.name, "--annotator", "ann", "-q"]):
        subprocess.run([*program, *words], cwd=folder, check=True)
    with Browser(page) as browser:
        browser.wait("document.querySelector('#media img.large')?.complete === true")
        with Image.open(BytesIO(browser.picture())) as shown:
            small = shown.convert("RGB").resize((900, 900 * shown.height // shown.width), Image.Resampling.LANCZOS)
    save(small, "review.png")


def save(image: Any, name: str = "report.png") -> None:
    """Write the picture of a page, in so few colours that it is small enough."""
    picture = PICTURES / name
    for colours in (256, 128, 64):
        image.quantize(colours).save(picture, optimize=True)
        if picture.stat().st_size < MOST_BYTES:
            return
    sys.exit(f"{picture} is over {MOST_BYTES:,} bytes")


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary) / "demo"
        PICTURES.mkdir(exist_ok=True)
        subprocess.run([sys.executable, str(ROOT / "burnish.py"), "demo", str(folder), "--quiet"], check=True)
        draw_terminal(folder)
        draw_page(folder / "report.html")
        draw_stages(folder)
        draw_review(folder)


if __name__ == "__main__":
    main()
