"""Single measurements of recordings, one process against one."""

from benchmarks import inputs
from benchmarks.measure import job
from benchmarks.peers import ours, peer, shell
from benchmarks.row import Row, Sized


def loudness(sized: Sized) -> Row:
    count = sized(2000)
    clips = inputs.sentences(count, 5)
    return Row(
        f"integrated loudness of {count:,} clips of 5 s, 1 process",
        job(ours("our_loudness.py", clips)),
        ">= 4 times as fast",
        count,
        job(peer("pyloudnorm_loudness.py", clips)),
        names=("pyloudnorm", ""),
    )


def loudness_ffmpeg(sized: Sized) -> Row:
    count = sized(200)
    clips = inputs.sentences(count, 5)
    return Row(
        f"integrated loudness of {count:,} clips of 5 s",
        job(ours("our_loudness.py", clips)),
        "",
        count,
        job(shell("ffmpeg_ebur128.sh", clips)),
        names=("ffmpeg ebur128, a process for each, 2 at a time", ""),
    )


def trim(sized: Sized) -> Row:
    count = sized(2000)
    clips = inputs.sentences(count, 5)
    return Row(
        f"bounds of the silence around {count:,} clips of 5 s, 1 process",
        job(ours("our_trim.py", clips)),
        "",
        count,
        job(peer("librosa_trim.py", clips)),
        names=("librosa.effects.trim", ""),
    )


ROWS = {"loudness": loudness, "loudness-ffmpeg": loudness_ffmpeg, "trim": trim}
