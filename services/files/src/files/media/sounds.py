"""The shape of a sound, to be drawn beside its player."""

import array
import json
from pathlib import Path
from typing import Any

from chassis.confined.inside import Refused, progress

PEAKS = 500
# Samples a second in what is read here: of one channel, signed, 16 bits.
RATE = 4_000
CHUNK = 1_000_000
SILENT = "There is no sound in this."


def draw(folder: Path) -> dict[str, Any]:
    """`samples` as `waveform.json`: the loudest of each part, 0 to 1."""
    source = folder / "samples"
    number = source.stat().st_size // 2
    if number == 0:
        raise Refused(SILENT)
    peaks = [0] * min(PEAKS, number)
    with source.open("rb") as file:
        start = 0
        while chunk := file.read(2 * CHUNK):
            samples = array.array("h", chunk[: len(chunk) // 2 * 2])
            _take(peaks, samples, start, number)
            start += len(samples)
            progress(start / number)
    told = [round(min(1.0, peak / 32_767), 3) for peak in peaks]
    (folder / "waveform.json").write_text(json.dumps({"peaks": told, "duration": number / RATE}))
    return {"peaks": len(told)}


def _take(peaks: list[int], samples: "array.array[int]", start: int, number: int) -> None:
    first, last = start * len(peaks) // number, (start + len(samples) - 1) * len(peaks) // number
    for part in range(first, last + 1):
        begin = max(0, -(-part * number // len(peaks)) - start)
        end = max(begin, -(-(part + 1) * number // len(peaks)) - start)
        within = samples[begin:end]
        if within:
            peaks[part] = max(peaks[part], max(within), -min(within))  # noqa: PLW3301 - thousands are no arguments
