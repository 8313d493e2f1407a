"""Pictures as cameras make them: 12 megapixels, smooth with some noise, no two alike."""

import os
from pathlib import Path

import pyvips

WIDTH, HEIGHT = 4000, 3000


def photograph(folder: Path) -> Path:
    path = folder / f"{os.urandom(8).hex()}.jpg"
    seed = int.from_bytes(os.urandom(3))
    coarse = pyvips.Image.gaussnoise(WIDTH // 50, HEIGHT // 50, mean=128, sigma=60, seed=seed).resize(50)
    fine = pyvips.Image.gaussnoise(WIDTH, HEIGHT, mean=0, sigma=4, seed=seed + 1)
    grey = (coarse + fine).cast("uchar")
    grey.bandjoin([grey.invert(), grey.flip("horizontal")]).copy(interpretation="srgb").jpegsave(str(path), Q=90)
    return path
