"""How fast `burnish review` shows the next of 10,000 pictures, and what its tab holds: `python -m benchmarks.review`.

Makes photo-like JPEG files of 640 x 480 in a temporary folder, serves them, and answers by keys in headless Chromium.
Times are from the press of the key to the event that the page sends when the next picture is decoded and in place, with
the answer on the disk; memory is the page's heap after a collection, and the proportional set of the renderer.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import simplejpeg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.cli.browser import Browser

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
TIMES = """
window.times = []; window.pressed = 0;
document.addEventListener("keydown", () => { pressed = performance.now(); }, true);
document.addEventListener("shown", () => { times.push(performance.now() - pressed); });
"""


def make_set(folder: Path, count: int) -> None:
    """Make the pictures: clouds of noise at several scales, whose files are as large as photos are."""
    chance = np.random.default_rng(0)
    scales = [
        np.kron(chance.normal(size=(960 // side, 1280 // side, 3)), np.ones((side, side, 1))) for side in (4, 32, 160)
    ]
    cloud = np.clip(128 + 12 * scales[0] + 30 * scales[1] + 40 * scales[2], 0, 255).astype(np.uint8)
    clouds = [np.roll(cloud, shift, axis=2) for shift in range(3)]
    with open(folder / "set.jsonl", "w") as manifest:
        for number in range(count):
            top, left = chance.integers(0, 480), chance.integers(0, 640)
            part = clouds[number % 3][top : top + 480, left : left + 640]
            data = simplejpeg.encode_jpeg(np.ascontiguousarray(part), quality=82)
            (folder / f"{number:06}.jpg").write_bytes(data)
            digest = f"sha256:{sha256(data).hexdigest()}"
            sample = {"path": f"{number:06}.jpg", "label": CLASSES[number % 10], "kind": "image", "bytes": len(data)}
            line = {**sample, "digest": digest, "image": {"width": 640, "height": 480}, "score": number / count}
            manifest.write(json.dumps(line) + "\n")


def memory(page: Browser) -> tuple[float, int, int]:
    """Return the heap of the page and the renderer's share of memory, MB, and its nodes."""
    page._send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in page._send("Performance.getMetrics")["metrics"]}
    pids = subprocess.run(
        ["pgrep", "-f", str(page.profile)], capture_output=True, text=True, check=False
    ).stdout.split()
    renderers = [pid for pid in pids if "--type=renderer" in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")]
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in renderers if os.path.exists(f"/proc/{pid}")]
    pss_kb = sum(int(line.split()[1]) for text in rollups for line in text.splitlines() if line.startswith("Pss:"))
    return round(found["JSHeapUsedSize"] / 1e6, 1), pss_kb // 1024, int(found["Nodes"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=1000)
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="burnish-") as temporary:
        folder = Path(temporary)
        make_set(folder, wish.count)
        words = [
            sys.executable,
            str(ROOT / "burnish.py"),
            "review",
            "set.jsonl",
            "--serve",
            "--annotator",
            "bench",
            "-q",
        ]
        server = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        link = server.stdout.readline().strip()
        with Browser("about:blank", folder=folder) as page:
            page._send("Performance.enable")
            page._send("HeapProfiler.enable")
            page._send("Page.addScriptToEvaluateOnNewDocument", {"source": TIMES})
            began = time.monotonic()
            page._send("Page.navigate", {"url": link})
            page.wait("window.times?.length > 0")
            print(f"first of {wish.count:,} pictures after {time.monotonic() - began:.2f} s", flush=True)
            for block in range(0, wish.answers, 100):
                page.ask("times.length = 0")
                for number in range(100):
                    page.press("123456789a"[number % 10])
                    page.wait(f"answered === {block + number + 1} && !busy")
                times = sorted(page.ask("times"))
                heap, renderer, nodes = memory(page)
                print(
                    f"{block + 100:6,} answers: next after {statistics.median(times):.0f} ms (95 %: {times[94]:.0f}); "
                    f"heap {heap} MB, {nodes} nodes, renderer {renderer} MB",
                    flush=True,
                )
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
