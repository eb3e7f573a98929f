import inspect
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from augment.operations.annotation_text import words_of, words_of_annotation


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (float, "number"),
        (int | None, "integer or null"),
        (bool, "true or false"),
        (str, "text"),
        (tuple[float, float] | None | float, "number or [low, high] or null"),
        (tuple[int, int, int], "[integer, integer, integer]"),
        (list[str], "list of text"),
        (Literal["a", "b"], "a | b"),
        (Annotated[int, Meta(ge=1, le=9)], "integer 1 to 9"),
        (Annotated[float, Meta(ge=0)], "number >= 0"),
        (Annotated[float | None, Meta(description="px")], "number or null"),
        (dict[str, int], "mapping"),
    ],
    ids=str,
)
def test_our_types(kind: Any, words: str) -> None:
    assert words_of(msgspec.inspect.type_info(kind)) == words


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ("float", "number"),
        ("tuple[float, float] | float", "[number, number] or number"),
        ("int | None", "integer or null"),
        ("tuple[float, ...]", "list of number"),
        ("Sequence[Path] | Sequence[str] | Path | str", "list of text or text"),
        ("Literal['cv', 'pil']", "cv | pil"),
        ("Literal[cv2.INTER_NEAREST, cv2.INTER_AREA]", "0 (INTER_NEAREST) | 3 (INTER_AREA)"),
        ("np.ndarray | Callable[..., Any] | None", "only in code"),
        ("dict[str, Any] | None", "mapping or null"),
        (float, "number"),
        (list[int], "list of integer"),
    ],
    ids=str,
)
def test_a_library_s_annotations(annotation: Any, words: str) -> None:
    parameter = inspect.Parameter("x", inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
    assert words_of_annotation(parameter) == words


def test_without_an_annotation_the_default_tells() -> None:
    parameter = inspect.Parameter("x", inspect.Parameter.KEYWORD_ONLY, default=0.5)
    assert words_of_annotation(parameter) == "number"
