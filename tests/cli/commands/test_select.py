"""`burnish select` in a pipe."""

import json
from pathlib import Path

from tests.conftest import Burnish

SET = "".join(
    json.dumps({"path": f"{i}.jpg", "label": "cat" if i < 3 else "dog", "image": {"width": 10 * i}}) + "\n"
    for i in range(6)
)


def test_matching_lines_pass_unchanged(burnish: Burnish) -> None:
    result = burnish("select", "--label", "dog", "--where", "image.width >= 40", stdin=SET)
    assert result.stdout == "".join(SET.splitlines(keepends=True)[4:])
    assert result.stderr == "selected 2 of 6 samples\n"


def test_what_was_asked_in_vain_is_named(burnish: Burnish) -> None:
    errors = burnish("select", "--label", "dgo", "--where", "audio.snr_db > 3", stdin=SET).stderr
    assert "no sample has the label 'dgo' (did you mean 'dog'?)" in errors


def test_missing_facts_are_counted(burnish: Burnish) -> None:
    result = burnish("select", "--where", "not audio.snr_db > 3", stdin=SET)
    assert result.stdout == ""
    assert "6 samples lack a fact of --where, and do not match" in result.stderr


def test_a_draw_is_repeatable(burnish: Burnish) -> None:
    first = burnish("select", "--sample", 2, "--seed", 1, stdin=SET).stdout
    assert first == burnish("select", "--sample", 2, "--seed", 1, stdin=SET).stdout
    assert len(first.splitlines()) == 2


def test_a_misspelt_fact_is_named_before_anything_is_read(burnish: Burnish) -> None:
    errors = burnish("select", "--where", "image.widht > 3", stdin="?", code=2).stderr
    assert errors == "burnish select: 'image.widht' in 'image.widht > 3' is unknown (did you mean 'image.width'?)\n"


PATHS = "".join(
    json.dumps({"path": f"d/{i}.jpg", **({"label": "ab"[i % 2]} if i < 4 else {})}) + "\n" for i in range(6)
)


def test_paths_for_other_programs(burnish: Burnish, tmp_path: Path) -> None:
    assert burnish("select", "--unlabelled", "--paths", stdin=PATHS).stdout == "d/4.jpg\nd/5.jpg\n"
    assert burnish("select", "--where", "path ~ '/3'", "-0", stdin=PATHS).stdout == "d/3.jpg\0"
    burnish("select", "--where", "has(label)", "--paths", "-o", "list.txt", stdin=PATHS)
    assert (tmp_path / "list.txt").read_text().splitlines() == [f"d/{i}.jpg" for i in range(4)]
    odd = '{"path": "a\\nb\\udce9.jpg"}\n'
    assert burnish("select", "-0", stdin=odd).stdout == "a\nb\udce9.jpg\0"
    assert "take -0" in burnish("select", "--paths", stdin=odd, code=2).stderr


def test_so_many_of_each_class(burnish: Burnish) -> None:
    result = burnish("select", "--per-class", "1", stdin=PATHS)
    assert [json.loads(line).get("label") for line in result.stdout.splitlines()].count("a") == 1
    assert "selected 6 of 6 samples, of which 3 were drawn" in result.stderr
    assert burnish("select", "--per-class", "9", stdin=PATHS).stdout == PATHS
