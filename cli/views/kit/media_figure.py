"""A media file on a page: its small picture, or its waveform and player, or why there is none."""

from typing import TYPE_CHECKING, Any

from cli.views.kit import html_page

if TYPE_CHECKING:
    from curate.describe.thumbnails import Preview


def media(path: str, preview: "Preview") -> dict[str, Any]:
    """Return what the templates show of a file.

    Args:
        path: As the manifest has it.
        preview: Made of it.
    """
    address = html_page.data_url(preview.media_type, preview.data) if preview.data else ""
    sound = preview.media_type.startswith("audio/")
    return {
        "path": path,
        "short": "/".join(path.split("/")[-2:]),
        "image": "" if sound else address,
        "audio": address if sound else "",
        "width": preview.size[0],
        "height": preview.size[1],
        "waveform": html_page.waveform(preview.waveform, f"waveform of {path}") if sound else "",
        "note": preview.note,
        "problem": preview.problem,
    }
