"""New names of files, and lines of which no field holds the old ones."""

import json
from typing import Any

import pytest

from curate.ground.errors import InputError
from curate.records.reader import parse
from curate.records.sample import Sample
from curate.records.writer import encode
from curate.scrub.pseudonyms import Replacement
from curate.scrub.samples import Names, Rewriter

KEY = bytes(range(32))


def rewritten(
    record: dict[str, Any], *, anew: bool = True, more: tuple[str, ...] = ()
) -> tuple[dict[str, Any], Rewriter]:
    replacement = Replacement(KEY, frozenset({"speaker"}))
    sample = parse(json.dumps(record).encode())
    replacement.learn([sample])
    rewriter = Rewriter(replacement, {record["path"]: "out/1.wav", **dict.fromkeys(more, "out/2.wav")}, anew=True)
    return json.loads(encode(rewriter.line_of(sample, replacement.pattern(), digest="sha256:new"))), rewriter


def test_a_name_is_found_wherever_it_stands() -> None:
    record = {
        "path": "d/anna_1.wav",
        "tags": ["speaker=anna", "noise=car"],
        "digest": "sha256:old",
        "findings": [{"check": "quiet", "severity": "warning", "detail": "anna speaks low"}],
        "origin": {"source": "d/anna_0.wav", "recipe": "r", "draw": {"voices": ["anna", "anna_2"], "snr_db": 3}},
        "speaker": "anna",
        "theirs": {"deep": [{"who": "Dr. anna!"}, 7, None], "anna": True},
    }
    line, rewriter = rewritten(record)
    text = json.dumps(line)
    pseudonym = rewriter.replacement.pseudonym("anna")
    assert text.replace('"anna": true', "").find("anna") == -1
    assert line["tags"] == [f"speaker={pseudonym}", "noise=car"]
    assert line["origin"] == {"recipe": "r", "draw": {"voices": [pseudonym, f"{pseudonym}_2"], "snr_db": 3}}
    assert line["theirs"]["deep"] == [{"who": f"Dr. {pseudonym}!"}, 7, None]
    assert line["speaker"] == pseudonym
    assert line["digest"] == "sha256:new"
    assert rewriter.replaced["origin.source"] == 1


def test_lineage_inside_the_manifest_is_kept() -> None:
    record = {"path": "a.wav", "tags": ["speaker=x"], "origin": {"source": "b.wav"}, "duplicate_of": "b.wav"}
    line, _ = rewritten(record, more=("b.wav",))
    assert line["origin"] == {"source": "out/2.wav"}
    assert line["duplicate_of"] == "out/2.wav"
    line, _ = rewritten(record)
    assert line["origin"] == {}
    assert "duplicate_of" not in line


def test_what_is_left_is_named() -> None:
    record = {"path": "d/x.wav", "label": "anna", "split": "train", "tags": ["speaker=anna", "who=anna"]}
    line, rewriter = rewritten(record)
    assert line["label"] == "anna", "a label is never changed unasked"
    assert rewriter.left == {"label": (1, "anna"), "tag who": (1, "who=anna")}


def test_without_new_names_a_path_that_holds_a_value_is_named() -> None:
    replacement = Replacement(KEY, frozenset({"speaker"}))
    sample = Sample("d/anna.wav", tags=("speaker=anna",))
    replacement.learn([sample])
    rewriter = Rewriter(replacement, {"d/anna.wav": "out/anna.wav"}, anew=False)
    rewriter.line_of(sample, replacement.pattern())
    assert rewriter.left == {"path": (1, "out/anna.wav")}


def test_names_are_made_of_digests_and_never_meet() -> None:
    samples = [Sample(path, digest=digest) for path, digest in (("b/x.JPG", "1"), ("a/y.jpg", "1"), ("a/z.png", "2"))]
    names = Names.plan(samples, "", anew=True, key=b"").by_path
    assert len(set(names.values())) == 3
    assert names["b/x.JPG"] == names["a/y.jpg"].replace(".jpg", "-1.jpg")
    assert Names.plan(samples[::-1], "", anew=True, key=b"").by_path == names, "in any order"
    assert Names.plan(samples, "", anew=True, key=KEY).by_path != names
    assert Names.plan(samples, "", anew=False, key=b"").by_path == {one.path: one.path for one in samples}


def test_a_path_twice_or_without_a_digest_is_refused() -> None:
    with pytest.raises(InputError, match="stands in the manifest twice"):
        Names.plan([Sample("a"), Sample("a")], "", anew=False, key=b"")
    with pytest.raises(InputError, match="has no digest"):
        Names.plan([Sample("a")], "", anew=True, key=b"")
    with pytest.raises(InputError, match="which --in-place needs"):
        Names.plan([Sample("a")], "", anew=False, key=b"", in_place=True)
