import pytest

from cli.demo.loop import make_loop, make_report


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


def test_one_page_about_all_parts() -> None:
    assert make_report(["images", "speech"]).words == ("report", "work/images", "work/speech", "-o", "report.html")
