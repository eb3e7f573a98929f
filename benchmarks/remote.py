"""What a scan of many small objects costs beside the scan of the same files: processor time of our own processes.

    PYTHONPATH=… python benchmarks/remote.py [--objects 20000] [--folder FOLDER]

The server is a process of its own on the same machine (`s3_of_folder.py`), whose time is not counted.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def spread(folder: str, source: str, objects: int) -> int:
    """Write so many files, each another one, from the files of a folder, and return their bytes."""
    files = sorted(path for path in Path(source).rglob("*") if path.suffix.lower() in {".jpg", ".png", ".wav"})
    total = 0
    for number in range(objects):
        path = files[number % len(files)]
        data = path.read_bytes()
        place = Path(folder, f"{number % 20:02d}")
        place.mkdir(exist_ok=True)
        (place / f"{number:06d}{path.suffix.lower()}").write_bytes(data)
        total += len(data)
    return total


def scanned(root: str, jobs: int, environment: dict[str, str], output: str) -> dict[str, float]:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    words = [sys.executable, str(HERE.parent / "burnish.py"), "scan", root, "-j", str(jobs), "-o", output, "-q"]
    subprocess.run(words, check=True, env=os.environ | environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"processor_s": round(used, 2), "wall_s": round(time.monotonic() - began, 2)}


def digests(path: str) -> list[str]:
    return [json.loads(line)["digest"] for line in Path(path).read_text().splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--folder", default=os.path.join(os.environ.get("BURNISH_DATA", ""), "clothing"))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, "set")
        os.mkdir(folder)
        total = spread(folder, options.folder, options.objects)
        server = subprocess.Popen(
            [sys.executable, str(HERE / "s3_of_folder.py"), folder], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        names = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}
        try:
            local = scanned(folder, options.jobs, {}, f"{work}/local.jsonl")
            there = scanned("s3://bucket", options.jobs, names | {"AWS_ENDPOINT_URL": address}, f"{work}/s3.jsonl")
        finally:
            server.kill()
            server.wait()
        assert digests(f"{work}/local.jsonl") == digests(f"{work}/s3.jsonl")
    ratio = there["processor_s"] / local["processor_s"]
    mean = total / options.objects / 1e3
    print(f"{options.objects:,} objects of {mean:.1f} kB: local {local}, S3 {there}, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
