"""Files of annotations, and what is wrong with them."""

from pathlib import Path

import pytest

from baselines.annotators.annotations import read_annotations
from curate.ground.errors import InputError

HEADER = "path,annotator,label\n"


def test_labels_and_tags(tmp_path: Path) -> None:
    text = "tags,path,annotator,label\ndark;a=1,1,ann,x\n;dark ; b,1,bob,y\n,2,ann,\n,2,bob,x\n"
    (tmp_path / "l.csv").write_text(text)
    found = read_annotations(str(tmp_path / "l.csv"))
    assert found.labels == {"1": {"ann": "x", "bob": "y"}, "2": {"bob": "x"}}
    assert found.tags == {"1": ("dark", "a=1", "b"), "2": ()}
    assert (found.annotators, found.missing) == (("ann", "bob"), 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEADER + "1,ann,x\n2,ann,y\n", "has one annotator only (ann); agreement needs two or more"),
        (HEADER + "1,ann,x\n1,bob,x\n1,ann,y\n", "l.csv:4: ann labelled 1 before, in line 2; keep one"),
        (HEADER + "1,ann,x\n1,bob,x\n1,ann,\n", "l.csv:4: ann labelled 1 before"),
        ("path,annotator,lable\n1,ann,x\n", "has no column 'label' (did you mean 'lable'?)"),
        (HEADER + ",ann,x\n", "l.csv:2: the path is empty"),
        (HEADER + "1,,x\n", "l.csv:2: the annotator is empty"),
        (HEADER, "no rows"),
        ("", "is empty"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "l.csv").write_text(text)
    with pytest.raises(InputError) as error:
        read_annotations(str(tmp_path / "l.csv"))
    assert problem in str(error.value)
