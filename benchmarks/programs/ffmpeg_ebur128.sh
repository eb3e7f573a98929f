# Loudness of each file by ffmpeg, a process for each, two at a time: ffmpeg_ebur128.sh FOLDER
set -e
find "$1" -type f -print0 | xargs -0 -P2 -I{} ffmpeg -hide_banner -nostats -nostdin -i {} -af ebur128 -f null -
