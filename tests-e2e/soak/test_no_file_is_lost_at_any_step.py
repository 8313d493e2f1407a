"""Files is killed at every step that a file takes, the store and the scanner crash and hang, and then whatever is hit
at random moments: `NEXUS_FAULT_ROUNDS` times (30), by `NEXUS_FAULT_SEED`."""

import random

import pytest
from journeys import breaking
from journeys.havoc import ROUNDS, SEED
from journeys.people import Town
from journeys.product import Product
from journeys.steps import STEPS


@pytest.mark.timeout(3600)
async def test_no_file_is_lost_at_any_step(town: Town, product: Product) -> None:
    print(f"\nNEXUS_FAULT_SEED={SEED} NEXUS_FAULT_ROUNDS={ROUNDS}")
    async with breaking.sharing(town, product) as (shelf, steps):
        for step in STEPS:
            await breaking.die_at(step, shelf, steps)
            print(f"  killed at {step!r}")
        for part in filter(product.runs, breaking.PARTS):
            for seconds in (0, 5):
                await breaking.lose(part, shelf, product, seconds)
            print(f"  {part} crashed, and hung")
        await breaking.rage(shelf, steps, product, random.Random(SEED), ROUNDS)
        print(
            f"  {ROUNDS} blows at random; {len(shelf.kept)} files, {len(shelf.infected)} infected, {shelf.looks} looks"
        )
