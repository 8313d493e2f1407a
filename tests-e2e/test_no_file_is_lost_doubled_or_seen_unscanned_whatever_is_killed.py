"""Files is killed at its steps, and the store and the scanner crash and hang, while people share: every file that was
acknowledged is there in the end, once, as it was sent and scanned. `NEXUS_FAULT_SEED` chooses the same steps again; the
soak test takes all of them."""

import random

import pytest
from journeys import breaking
from journeys.havoc import SEED
from journeys.people import Town
from journeys.product import Product
from journeys.steps import STEPS

CHOSEN = 3


@pytest.mark.timeout(900)
async def test_no_file_is_lost_doubled_or_seen_unscanned_whatever_is_killed(town: Town, product: Product) -> None:
    dice = random.Random(SEED)
    chosen = dice.sample(sorted(STEPS), CHOSEN)
    print(f"NEXUS_FAULT_SEED={SEED}: {', '.join(chosen)}")
    async with breaking.sharing(town, product) as (shelf, steps):
        for step in chosen:
            await breaking.die_at(step, shelf, steps)
        for part in filter(product.runs, breaking.PARTS):
            await breaking.lose(part, shelf, product, seconds=dice.choice((0, 2)))
