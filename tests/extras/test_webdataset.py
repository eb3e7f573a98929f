"""webdataset reads what organize writes for it: the samples whole, in their order, with class and description.

Without the package the test is skipped; `make test-extras` installs it beside the environment.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Burnish

webdataset = pytest.importorskip("webdataset", reason="webdataset is not installed")

Write = Callable[..., Path]


@pytest.mark.filterwarnings("ignore")
def test_it_reads_what_organize_wrote(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(7):
        picture(tmp_path / "set/train" / ("cat", "dog")[number % 2] / f"{number}.v1.png", seed=number)
    manifest = burnish("scan", "set", "-o", "set.jsonl")
    burnish("organize", "set.jsonl", "--layout", "webdataset", "--shard-size", 3, "--into", "out", "--apply", "-q")
    known = {line["digest"]: line for line in map(json.loads, (tmp_path / "set.jsonl").read_text().splitlines())}
    shards = f"{tmp_path}/out/train-{{000000..000002}}.tar"
    found = list(webdataset.WebDataset(shards, shardshuffle=False, empty_check=False))
    assert manifest.stdout == ""
    assert len(found) == 7
    for sample in found:
        line = known[f"sha256:{hashlib.sha256(sample['png']).hexdigest()}"]
        assert json.loads(sample["json"])["label"] == line["label"]
        assert int(sample["cls"]) == ("cat", "dog").index(line["label"])
    again = burnish("scan", "out/train-{000000..000002}.tar").stdout
    assert [json.loads(line)["digest"] for line in again.splitlines()] == list(known)
