import pytest

from cli.catalog import COMMANDS
from cli.demonstration.loop import make_loop, make_report


@pytest.mark.parametrize("part", ["images", "speech"])
def test_the_whole_loop_with_ordinary_commands(part: str) -> None:
    steps = make_loop(part, 0)
    names = [step.words[0] for step in steps]
    cleaning = ["scan", "clean", "dedup", "split"]
    assert names == [*cleaning, "balance", "train", "weak", "augment", "balance", "train", "compare"]
    assert all(step.why for step in steps)
    assert not any("--seed" in step.words for step in steps)


def test_another_seed_goes_to_each_command_that_draws() -> None:
    words = {step.words[0]: step.words for step in make_loop("images", 7)}
    drawing = {name for name, line in words.items() if "--seed" in line}
    assert drawing == {"split", "train", "augment"}
    assert all(words[name][words[name].index("--seed") + 1] == "7" for name in drawing)


@pytest.mark.parametrize("there", [True, False], ids=["report", "no report yet"])
def test_the_pages(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    entries = {name: entry for name, entry in COMMANDS.items() if name != "report"}
    monkeypatch.setattr("cli.demonstration.loop.COMMANDS", entries | ({"report": "x"} if there else {}))
    steps, pages = make_report(["images", "speech"])
    assert [step.words[0] for step in steps] == (["report"] if there else ["compare", "compare"])
    assert all(any(page in step.words for step in steps) for page in pages)
    assert len(pages) == len(steps)
