"""What requests are made of: exact types, nothing unknown, text that can be stored."""

from uuid import UUID, uuid4

import pytest
from chassis.schema import Body, Id, Name, Text
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError


class Draft(Body):
    display_name: Name
    note: Text = ""
    parent_id: Id | None = None


@given(text=st.text(max_size=300))
def test_text_is_taken_exactly_when_it_can_be_stored(text: str) -> None:
    storable = "\x00" not in text  # hypothesis makes no halves of surrogate pairs unless it is asked to
    try:
        assert Draft.model_validate({"displayName": "a", "note": text}).note == text
        assert storable
    except ValidationError:
        assert not storable


@given(
    name=st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\x00\n\t "), max_size=260
    )
)
def test_a_name_has_1_to_255_characters_besides_white_space(name: str) -> None:
    fits = 1 <= len(name.strip()) <= 255 and "\x00" not in name
    try:
        assert Draft.model_validate({"displayName": name}).display_name == name.strip()
        assert fits
    except ValidationError:
        assert not fits


@pytest.mark.parametrize("half", ["\ud800", "a\udfff"])
def test_half_a_character_is_refused(half: str) -> None:
    with pytest.raises(ValidationError):
        Draft.model_validate({"displayName": "a", "note": half})


def test_an_id_is_36_characters() -> None:
    known = uuid4()
    assert Draft.model_validate({"displayName": "a", "parentId": str(known)}).parent_id == known
    for wrong in (known.hex, f"{{{known}}}", f"urn:uuid:{known}", known.int, b"x" * 36, "x" * 36, ""):
        with pytest.raises(ValidationError):
            Draft.model_validate({"displayName": "a", "parentId": wrong})
    assert isinstance(known, UUID)


@pytest.mark.parametrize("name", ["display_name", "displayname", "DisplayName", "id"])
def test_only_the_documented_names_are_known(name: str) -> None:
    with pytest.raises(ValidationError):
        Draft.model_validate({"displayName": "a", name: "b"})
