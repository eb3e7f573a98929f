"""Steps made ready: every option and reference is checked, and every fault has its line."""

from pathlib import Path

import pytest

from cli.pipeline.recipe import read_pipeline
from cli.pipeline.tasks import Task, make_tasks
from curate.ground.errors import InputError


def tasks_of(text: str, *settings: str, work: str | None = None) -> dict[str, Task]:
    pipeline = read_pipeline(text.encode(), "mine.yaml", "mine", settings, work)
    return {task.step.id: task for task in make_tasks(pipeline)}


HEAD = "kind: pipeline\nvars:\n  check: dark\nsteps:\n  - scan: {paths: [photos]}\n"

BAD = {
    "unknown step": ("  - clen: {}", 6, "there is no step 'clen' (did you mean 'clean'?)"),
    "unknown option": ("  - clean: {fail_no: [error]}", 6, "clean has no option 'fail_no' (did you mean 'fail_on'?)"),
    "own option": (
        "  - clean: {output: x.jsonl}",
        6,
        "clean: output cannot be set; run names the file itself",
    ),
    "wrong type": (
        "  - select:\n      sample: many",
        7,
        "select: sample 'many': Input should be a valid integer, unable to parse string as an integer",
    ),
    "out of range": ("  - select: {sample: -1}", 6, "select: sample '-1': Input should be greater than or equal to 0"),
    "unknown choice": ("  - split: {method: exat}", 6, "split: method 'exat' is unknown (did you mean 'exact'?)"),
    "switch": ("  - tag: {auto: 3}", 6, "tag: auto has to be true or false, not 3"),
    "list": ("  - split: {seed: [1, 2]}", 6, "split: seed takes N, not a list"),
    "later step": (
        "  - {id: one, input: two, clean: {}}\n  - {id: two, clean: {}}",
        6,
        "'two' comes later (line 7); a step can only use the steps before it",
    ),
    "cycle": (
        "  - {id: one, input: two, clean: {}}\n  - {id: two, input: one, clean: {}}",
        6,
        "'two' comes later (line 7); a step can only use the steps before it",
    ),
    "itself": (
        "  - {id: one, input: one, clean: {}}",
        6,
        "'one' refers to itself; it can only use the steps before it",
    ),
    "unknown reference": (
        "  - {input: scn, clean: {}}",
        6,
        "input: there is no step or manifest 'scn' (did you mean 'scan'?)",
    ),
    "same id": ("  - {id: scan, clean: {}}", 6, "the id 'scan' is used twice (first on line 5)"),
    "odd id": ("  - {id: a/b, clean: {}}", 6, "the id 'a/b' has to be a text of letters, digits, '-', '_' and '.'"),
    "two commands": ("  - {clean: {}, dedup: {}}", 6, "a step names one command; clean and dedup are two"),
    "no command": ("  - {id: x}", 6, "a step names one command; there is none here"),
    "a run in a run": ("  - run: {recipe: x}", 6, "there is no step 'run'"),
    "options as a list": ("  - clean: [dark]", 6, "clean has to map options to values"),
    "variable": ("  - clean: {only: ['${chk}']}", 6, "there is no variable ${chk} (did you mean 'check'?)"),
    "scan without paths": ("  - scan: {label: none}", 6, "scan needs paths"),
    "key twice": ("  - clean: {only: dark, only: blurry}", 6, "'only' is here a second time (first on line 6)"),
    "syntax": ("  - clean: {only: [dark}", 6, "expected ',' or ']'"),
    "an augment recipe that is none": (
        "  - augment: {recipe: [photos-wear, set.jsonl]}",
        6,
        "augment: there is no recipe set.jsonl",
    ),
    "missing augment recipe": (
        "  - augment: {recipe: no-such-recipe}",
        6,
        "augment: there is no recipe no-such-recipe",
    ),
}


@pytest.mark.parametrize(("lines", "line", "problem"), BAD.values(), ids=BAD)
def test_a_fault_is_named_with_its_line(lines: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        tasks_of(f"{HEAD}{lines}\n")
    assert str(caught.value).startswith(f"mine.yaml:{line}: {problem}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "mine.yaml:1: this is no recipe; it begins with 'kind: pipeline'"),
        ("steps: []", "mine.yaml:1: there is no kind; burnish run takes 'kind: pipeline'"),
        ("kind: pipline\nsteps: [dedup]", "mine.yaml:1: kind 'pipline' is unknown; burnish run takes 'kind: pipeline'"),
        ("kind: augment", "mine.yaml:1: this recipe is for burnish augment; burnish run takes 'kind: pipeline'"),
        ("kind: pipeline\nstep: []", "mine.yaml:2: unknown key 'step' (did you mean 'steps'?)"),
        ("kind: pipeline\nsteps: []", "mine.yaml:2: steps has to be a list with a step in it"),
        ("kind: pipeline\nsteps: [clean]", "mine.yaml:2: clean reads a manifest, and no step before it makes one"),
        ("kind: pipeline\nvars: [a]\nsteps: [clean]", "mine.yaml:2: vars has to map names to values"),
        ("kind: pipeline\nvars:\n  a: ${b}\n  b: 1\nsteps: [clean]", "mine.yaml:3: there is no variable ${b}"),
        (
            "kind: pipeline\nvars: {work: photos/work}\nsteps:\n  - scan:\n      paths: [photos]",
            "mine.yaml:5: the work folder photos/work is inside photos",
        ),
    ],
    ids=lambda text: text.replace("\n", " ")[:30],
)
def test_a_recipe_that_is_none(text: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        tasks_of(text)
    assert str(caught.value).startswith(problem)


def test_steps_are_named_after_their_commands() -> None:
    text = f"{HEAD}  - clean\n  - dedup: {{exact: true}}\n  - clean:\n  - {{id: last, clean: {{}}}}\n"
    assert list(tasks_of(text)) == ["scan", "clean", "dedup", "clean-2", "last"]


def test_the_words_of_a_step() -> None:
    tasks = tasks_of(f"{HEAD}  - dedup: {{exact: true, distance: 3, report: false}}\n  - balance: {{by: label}}\n")
    assert tasks["scan"].words() == ["scan", "--output=work/01-scan.jsonl", "--", "photos"]
    assert tasks["dedup"].words() == [
        "dedup",
        "--output=work/02-dedup.jsonl",
        "--exact",
        "--distance=3",
        "--",
        "work/01-scan.jsonl",
    ]
    assert tasks["balance"].words() == ["balance", "--json", "--by=label", "--", "work/02-dedup.jsonl"]


def test_a_report_hands_the_manifest_on() -> None:
    tasks = tasks_of(f"{HEAD}  - balance\n  - stats\n  - clean\n")
    assert tasks["clean"].manifest == "work/01-scan.jsonl"
    assert tasks["clean"].manifest_of is tasks["scan"]
    assert tasks["balance"].output == "work/02-balance.json"


def test_a_fork_reads_what_another_step_wrote() -> None:
    tasks = tasks_of(f"{HEAD}  - clean\n  - {{id: look, input: scan, balance: {{}}}}\n  - dedup\n")
    assert tasks["look"].manifest == "work/01-scan.jsonl"
    assert tasks["dedup"].manifest == "work/01-scan.jsonl", "what follows a fork goes on in it"


def test_variables_are_in_place_and_may_be_made_of_others() -> None:
    text = """\
kind: pipeline
vars: {data: photos, rejects: "${work}/r.jsonl", work: w}
steps:
  - scan: {paths: ["${data}/train"]}
"""
    with pytest.raises(InputError, match=r"mine\.yaml:2: there is no variable \$\{work\}"):
        tasks_of(text)
    ordered = text.replace('rejects: "${work}/r.jsonl", work: w', 'work: w, rejects: "${work}/r.jsonl"')
    ordered += '  - clean: {rejects: "${rejects}"}\n'
    tasks = tasks_of(ordered, "data=pictures", work="there")
    assert tasks["scan"].chosen == {"paths": ["pictures/train"]}
    assert tasks["clean"].chosen == {"rejects": ["there/r.jsonl"]}
    assert tasks["clean"].output == "there/02-clean.jsonl"


def test_an_option_without_a_value_is_left_out() -> None:
    tasks = tasks_of(f"{HEAD}  - split: {{group:, seed: 0, force: false}}\n")
    assert tasks["split"].chosen == {"seed": ["0"]}


LOOP = """\
kind: pipeline
vars: {work: work}
steps:
  - scan: {paths: [photos]}
  - {id: before, train: {run: "${work}/before"}}
  - weak: {run: before}
  - augment: {recipe: photos-wear, weak: before, budget: 5}
  - {id: after, train: {}}
  - compare: {runs: [before, after], fail_if: worse}
"""


def test_a_whole_loop() -> None:
    tasks = tasks_of(LOOP)
    assert tasks["before"].words() == ["train", "--json", "--run=work/before", "--", "work/01-scan.jsonl"]
    assert tasks["weak"].words() == ["weak", "--json", "--", "work/before"]
    assert tasks["augment"].words() == [
        "augment",
        "--output=work/04-augment.jsonl",
        "--into=work/augment",
        "--weak=work/before",
        "--budget=5",
        "--",
        "photos-wear",
        "work/01-scan.jsonl",
    ]
    assert tasks["after"].words() == ["train", "--json", "--run=work/after", "--", "work/04-augment.jsonl"]
    assert tasks["compare"].words() == ["compare", "--json", "--fail-if=worse", "--", "work/before", "work/after"]
    assert tasks["augment"].upstream == [tasks["scan"], tasks["before"]]
    assert tasks["compare"].upstream == [tasks["before"], tasks["after"]]


def test_the_report_of_weak_tags_will_do_as_well_as_the_run() -> None:
    tasks = tasks_of(LOOP.replace("weak: before, budget", "weak: weak, budget"))
    assert tasks["augment"].chosen["weak"] == ["work/03-weak.json"]


def test_the_folder_of_a_run_stands_for_its_step() -> None:
    tasks = tasks_of(LOOP.replace("runs: [before, after]", 'runs: ["${work}/before", work/after]'))
    assert tasks["compare"].upstream == [tasks["before"], tasks["after"]]


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        (
            "weak: before",
            "weak: befor",
            7,
            "augment: weak names 'befor', and there is no such step or run (did you mean 'before'?)",
        ),
        (
            "weak: before",
            "weak: after",
            7,
            "'after' comes later (line 8); a step can only use the steps before it",
        ),
        ("weak: before", "weak: scan", 7, "augment: weak names 'scan', which is a step that makes no run"),
        ("runs: [before, after]", "runs: [before]", 9, "compare: runs takes 2 values, not 1"),
        ("runs: [before, after], ", "", 9, "compare needs run_a and run_b"),
        ("train: {}", 'train: {run: "${work}/before"}', 8, "before and after make the same run work/before"),
    ],
    ids=["unknown", "later", "no run", "one run", "no runs", "same run"],
)
def test_a_run_that_cannot_be_had(old: str, new: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        tasks_of(LOOP.replace(old, new))
    assert str(caught.value) == f"mine.yaml:{line}: {problem}"


def test_an_output_of_the_last_step_is_looked_at_before_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"cannot write gone/x.html: there is no folder"):
        tasks_of("kind: pipeline\nsteps: [{scan: {paths: d}}, {balance: {html: gone/x.html}}]")
    tasks_of("kind: pipeline\nsteps: [{scan: {paths: d}}, {balance: {html: work/x.html}}]")
