"""Video and sound by ffmpeg: which commands are run, confined, and what their answers mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from chassis.confined.runner import Program

from files.media.sounds import RATE

FFMPEG, FFPROBE = "/usr/bin/ffmpeg", "/usr/bin/ffprobe"
# It opens the one file that it is given, and whatever that names in itself stays closed.
CAREFUL = ("-v", "error", "-protocol_whitelist", "file,pipe")
HEIGHT = 720
# Hours of video are for downloading: this much is made streamable.
LONGEST = 3 * 3600.0
# Seconds between two words of progress.
TELL_EVERY = 1.0
# Browsers play these as they are.
CODECS = frozenset({"h264", "vp8", "vp9", "av1", "aac", "mp3", "opus", "vorbis", "flac"})


@dataclass(frozen=True, slots=True)
class Film:
    """What is in a file that plays."""

    duration: float
    width: int | None
    height: int | None
    video: str | None
    audio: str | None


def probe() -> Program:
    """Says what is in `input`."""
    asked = ("-show_entries", "format=duration:stream=codec_type,codec_name,width,height,disposition")
    return Program((FFPROBE, *CAREFUL, "-of", "json", *asked, "input"))


def film_of(printed: str) -> Film | None:
    """What `probe` says; None for what does not play."""
    try:
        told = orjson.loads(printed)
        streams = {
            stream["codec_type"]: stream
            for stream in reversed(told.get("streams", []))
            if not stream.get("disposition", {}).get("attached_pic")
        }
        video, audio = streams.get("video"), streams.get("audio")
        duration = float(told["format"].get("duration", 0))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
    if video is None and audio is None:
        return None
    size = (_positive(video, "width"), _positive(video, "height")) if video else (None, None)
    return Film(max(0.0, duration), *size, video and video.get("codec_name"), audio and audio.get("codec_name"))


def poster(film: Film) -> Program:
    """One picture of it as `poster.png`, from a little after its beginning."""
    at = f"{min(1.0, film.duration / 10):.3f}"
    scaled = "scale='min(1600,iw)':-2"
    return _ffmpeg("-ss", at, "-i", "input", "-frames:v", "1", "-an", "-vf", scaled, "-f", "image2", "poster.png")


def streamable(film: Film) -> Program:
    """H.264 and AAC as `video.mp4`, which plays from its first bytes on."""
    fitted = f"scale=-2:'min({HEIGHT},trunc(ih/2)*2)',format=yuv420p"
    return _ffmpeg(
        "-t", f"{LONGEST:.0f}", "-i", "input", "-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-vf", fitted, "-c:a", "aac", "-b:a", "128k",
        "-ac", "2", "-movflags", "+faststart", "-threads", "2", "video.mp4",
        duration=film.duration,
    )  # fmt: skip


def playable(film: Film) -> Program:
    """AAC as `audio.m4a`."""
    return _ffmpeg(
        "-t", f"{LONGEST:.0f}", "-i", "input", "-map", "0:a:0", "-vn", "-map_metadata", "-1", "-c:a", "aac",
        "-b:a", "128k", "-ac", "2", "-movflags", "+faststart", "audio.m4a",
        duration=film.duration,
    )  # fmt: skip


def samples(film: Film) -> Program:
    """The sound as `samples`, roughly: enough to be drawn."""
    return _ffmpeg(
        "-t", f"{LONGEST:.0f}", "-i", "input", "-map", "0:a:0", "-vn", "-ac", "1", "-ar", str(RATE), "-f", "s16le",
        "samples", duration=film.duration,
    )  # fmt: skip


def _ffmpeg(*arguments: str, duration: float = 0.0) -> Program:
    def progress_of(line: bytes) -> float | None:
        name, _, value = line.partition(b"=")
        if name == b"out_time_us" and duration > 0:
            return min(1.0, max(0.0, int(value) / 1e6 / duration)) if value.isdigit() else 0.0
        return None

    told = ("-nostdin", "-y", "-progress", "pipe:1", "-stats_period", str(TELL_EVERY))
    return Program((FFMPEG, *CAREFUL, *told, *arguments), progress_of=progress_of)


def _positive(stream: Mapping[str, Any], name: str) -> int | None:
    value = stream.get(name)
    return value if isinstance(value, int) and value > 0 else None
