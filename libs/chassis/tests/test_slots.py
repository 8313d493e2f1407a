"""Ids that say where they are."""

from uuid import UUID

import pytest
from chassis import slots
from uuid_utils.compat import uuid4, uuid7


@pytest.mark.parametrize("slot", [0, 1, 511, 1023])
def test_an_id_says_its_slot_and_gives_it_to_what_belongs_to_it(slot: int) -> None:
    made = slots.new_id(slot)
    assert (made.version, slots.slot_of(made)) == (8, slot)
    assert slots.slot_of(UUID(str(slots.id_beside(made)))) == slot


@pytest.mark.parametrize("old", [uuid4(), uuid7(), UUID(int=0)])
def test_an_id_of_another_version_has_no_slot_and_neither_has_what_belongs_to_it(old: UUID) -> None:
    assert slots.slot_of(old) is None
    assert slots.slot_of(slots.id_beside(old)) is None


def test_ids_are_all_different_and_sort_in_the_order_in_which_they_were_made() -> None:
    made = [slots.new_id(5) for _ in range(20_000)]
    assert sorted(set(made)) == made
    assert str(uuid7()) > str(made[-1])[:13]


def test_two_who_name_a_channel_alike_mean_one_slot() -> None:
    workspace = uuid7()
    assert slots.slot_of_name(workspace, " Plans ") == slots.slot_of_name(workspace, "plans")
    many = {slots.slot_of_name(workspace, f"channel {number}") for number in range(20_000)}
    assert many == set(range(slots.SLOTS))


def test_a_conversation_is_in_one_slot_whoever_opens_it() -> None:
    workspace, alice, bob = uuid7(), uuid7(), uuid7()
    assert slots.slot_of_people(workspace, [alice, bob]) == slots.slot_of_people(workspace, [bob, alice, bob])


def test_slots_are_read_as_numbers_and_ranges() -> None:
    assert slots.read_slots(" 1020-1023, 7,") == (7, 1020, 1021, 1022, 1023)
    for wrong in ("a", "5-3", "1024", "-1", "1-2-3"):
        with pytest.raises(ValueError, match="slots are"):
            slots.read_slots(wrong)
