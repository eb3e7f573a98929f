"""Thresholds, severities and what is dropped: from options and from a YAML file."""

from pathlib import Path

import pytest

from curate.check.policy import make_policy
from curate.facts.records import Finding
from curate.ground.errors import BurnishError


def test_options_go_before_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "burnish.yaml"
    config.write_text("dark: 0.2\nblurry: {threshold: 0.1, severity: error}\nbright: off\nquiet: {severity: off}\n")
    policy = make_policy(["dark=0.4"], str(config))
    assert policy.thresholds == {"dark": 0.4, "blurry": 0.1}
    assert policy.severity("blurry") == "error"
    assert policy.severity("dark") == "warning"
    assert [name for name in ("dark", "bright", "quiet") if policy.applies(name)] == ["dark"]


def test_only_the_named_checks_are_made() -> None:
    policy = make_policy(only=["dark"])
    assert policy.applies("dark")
    assert not policy.applies("blurry")


@pytest.mark.parametrize(
    ("options", "error", "dark", "blurry"),
    [
        ({}, True, False, False),
        ({"drop": ["dark"]}, True, True, False),
        ({"drop": ["warning"]}, True, True, True),
        ({"drop": ["warning"], "keep": ["blurry"]}, True, True, False),
        ({"keep": ["truncated"]}, False, False, False),
    ],
    ids=str,
)
def test_what_is_dropped(options: dict[str, list[str]], error: bool, dark: bool, blurry: bool) -> None:
    policy = make_policy(**options)  # type: ignore[arg-type]
    assert policy.drops(Finding("truncated", "error")) is error
    assert policy.drops(Finding("dark", "warning")) is dark
    assert policy.drops(Finding("blurry", "warning")) is blurry


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"settings": ["drak=0.2"]}, r"--set: there is no check 'drak' \(did you mean 'dark'\?\)"),
        ({"settings": ["dark"]}, "--set 'dark' is not CHECK=THRESHOLD"),
        ({"settings": ["dark=low"]}, "--set dark=low: 'low' is no number"),
        ({"settings": ["dark=nan"]}, "'nan' is no number"),
        ({"settings": ["truncated=1"]}, "there is no check 'truncated'"),
        ({"only": ["blury"]}, "did you mean 'blurry'"),
        ({"drop": ["warnings"]}, "did you mean 'warning'"),
        ({"keep": ["truncatd"]}, "did you mean 'truncated'"),
    ],
)
def test_what_is_misspelt_is_named(options: dict[str, list[str]], message: str) -> None:
    with pytest.raises(BurnishError, match=message):
        make_policy(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("off", ["off", "no", "false", "{severity: off}", "{severity: false}", "'off'"])
def test_a_check_is_turned_off_by_any_of_the_words_for_it(tmp_path: Path, off: str) -> None:
    config = tmp_path / "burnish.yaml"
    config.write_text(f"dark: {off}\n")
    assert not make_policy(config=str(config)).applies("dark")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drak: 0.2", r"c.yaml:1: there is no check 'drak' \(did you mean 'dark'\?\)"),
        ("dark: {treshold: 0.2}", r"c.yaml:1: dark: 'treshold' is unknown \(did you mean 'threshold'\?\)"),
        ("dark: {severity: eror}", r"c.yaml:1: dark: severity 'eror' is unknown \(did you mean 'error'\?\)"),
        ("bright: 0.1\ndark: true", "c.yaml:2: dark: True is no number"),
        ("- dark", "has to map checks to thresholds"),
        ("dark: [", "c.yaml:1: expected the node content"),
        (
            "!!python/object/apply:os.system ['true']",
            "c.yaml:1: the tag !!python/object/apply:os.system is not allowed",
        ),
        ("dark: 0.1\ndark: 0.2", r"c.yaml:2: 'dark' is here a second time \(first on line 1\)"),
        (f"dark: {'9' * 20_000}", r"c.yaml:1: dark: '9{59}… is no number$"),
        (f"dark: {'9' * 400}", r"c.yaml:1: dark: 9{60}… is no number$"),
        (f"dark: 0x{'f' * 5_000}", r"c.yaml:1: dark: '0xf{57}… is no number$"),
        (f"dark: {{severity: {'x' * 20_000}}}", r"c.yaml:1: dark: severity 'x{59}… is unknown \(known: .*\)$"),
        (f"dark: {'[' * 3_000}", "c.yaml:1: it is nested more than 100 deep"),
        (f"dark: {'{a: ' * 3_000}", "c.yaml:1: it is nested more than 100 deep"),
        (f"# {'x' * 50_000_000}", "c.yaml:1: it has more than 1,048,576 bytes"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_wrong_in_a_configuration(tmp_path: Path, text: str, message: str) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(text)
    with pytest.raises(BurnishError, match=message):
        make_policy(config=str(config))
    with pytest.raises(BurnishError, match=r"cannot read .*gone.yaml: No such file"):
        make_policy(config=str(tmp_path / "gone.yaml"))
