"""Every table has its place where there are several databases."""

import re
from pathlib import Path

import eventbus
import pytest
from messaging.sharding.owning import ranges
from messaging.sharding.tables import COPIED, OF_CHANNELS, OWN, column_of, rows_of

CREATED = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)
REFERS = re.compile(r"^CREATE TABLE (\w+) \((.*?)^\)", re.MULTILINE | re.DOTALL)


@pytest.fixture
def schema(pytestconfig: pytest.Config) -> str:
    folders = (pytestconfig.rootpath / "services/messaging/migrations", Path(eventbus.__file__).parent / "migrations")
    return "\n".join(path.read_text() for folder in folders for path in sorted(folder.glob("*.sql")))


def test_each_table_is_copied_or_of_channels_or_a_databases_own(schema: str) -> None:
    assert set(CREATED.findall(schema)) | {"schema_migrations"} == {*COPIED, *OF_CHANNELS, *OWN}


def test_a_table_is_two_of_these_only_where_it_is_said_which_rows_are_copied() -> None:
    assert not {*OWN} & {*COPIED, *OF_CHANNELS}
    assert {table for table, condition in COPIED.items() if condition} == {*COPIED} & {*OF_CHANNELS}


def test_what_is_copied_refers_to_nothing_that_is_not_there(schema: str) -> None:
    for table, columns in REFERS.findall(schema):
        referred = set(re.findall(r"REFERENCES (\w+)", columns))
        if table in COPIED and table not in OF_CHANNELS:
            assert referred <= {*COPIED}, table
        if table in OF_CHANNELS:
            assert referred <= {*COPIED, *OF_CHANNELS}, table


def test_what_others_refer_to_moves_first(schema: str) -> None:
    order = list(OF_CHANNELS)
    for table, columns in REFERS.findall(schema):
        for other in re.findall(r"REFERENCES (\w+)", columns):
            if table in order and other in order and table != other:
                assert order.index(other) < order.index(table), (other, table)


def test_a_slots_rows_are_named_by_numbers_alone() -> None:
    for table, condition in OF_CHANNELS.items():
        said = rows_of(condition, 77)
        assert re.search(r"= 77\b", said), table
        assert "{" not in said, table


def test_each_row_of_a_channel_says_by_an_id_in_which_slot_it_is(schema: str) -> None:
    columns = {table: set(re.findall(r"^    (\w+) UUID", said, re.MULTILINE)) for table, said in REFERS.findall(schema)}
    assert {column_of(table) for table in OF_CHANNELS} >= {"id", "channel_id", "message_id", "hook_id", "thread_id"}
    for table in OF_CHANNELS:
        assert column_of(table) in columns[table], table


def test_slots_are_written_as_they_are_read() -> None:
    assert [ranges(each) for each in ([], [5], [3, 1, 2], range(1024), [1, 2, 9])] == [
        "",
        "5",
        "1-3",
        "0-1023",
        "1-2,9",
    ]  # type: ignore[arg-type, list-item]
