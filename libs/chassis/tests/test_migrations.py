"""Migrations: in order, once, all or nothing, whoever runs them at the same time."""

import asyncio
import sys
from pathlib import Path
from subprocess import PIPE

import asyncpg
import pytest
from chassis.database import create_pool
from chassis.migrations import MigrationError, migrate, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_people.sql").write_text("CREATE TABLE people (id INT); INSERT INTO people VALUES (1);")
    (tmp_path / "0002_more_people.sql").write_text("INSERT INTO people VALUES (2);")
    return tmp_path


async def people(url: str) -> list[int]:
    async with await create_pool(url) as pool:
        return [row["id"] for row in await pool.fetch("SELECT id FROM people ORDER BY id")]


async def test_what_is_missing_is_applied_in_order_and_once(database_url, folder) -> None:
    assert await migrate(database_url, {"toy": folder}) == ["toy/0001", "toy/0002"]
    assert await migrate(database_url, {"toy": folder}) == []
    (folder / "0003_last.sql").write_text("INSERT INTO people VALUES (3);")
    assert await migrate(database_url, {"toy": folder}) == ["toy/0003"]
    assert await people(database_url) == [1, 2, 3]


async def test_sources_are_counted_apart(database_url, folder, tmp_path_factory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "0001_things.sql").write_text("CREATE TABLE things (id INT);")
    assert await migrate(database_url, {"toy": folder, "other": other}) == ["toy/0001", "toy/0002", "other/0001"]


async def test_a_fault_in_one_leaves_nothing_of_any(database_url, folder) -> None:
    (folder / "0003_broken.sql").write_text("INSERT INTO nowhere VALUES (1);")
    with pytest.raises(asyncpg.UndefinedTableError):
        await migrate(database_url, {"toy": folder})
    with pytest.raises(asyncpg.UndefinedTableError):
        await people(database_url)
    (folder / "0003_broken.sql").unlink()
    assert await migrate(database_url, {"toy": folder}) == ["toy/0001", "toy/0002"]


async def test_many_at_once_apply_each_once(database_url, folder) -> None:
    applied = await asyncio.gather(*(migrate(database_url, {"toy": folder}) for _ in range(6)))
    assert sorted(name for names in applied for name in names) == ["toy/0001", "toy/0002"]
    assert await people(database_url) == [1, 2]


async def test_one_that_was_changed_after_it_was_applied_is_refused(database_url, folder) -> None:
    await migrate(database_url, {"toy": folder})
    (folder / "0002_more_people.sql").write_text("INSERT INTO people VALUES (9);")
    (folder / "0003_last.sql").write_text("INSERT INTO people VALUES (3);")
    with pytest.raises(MigrationError, match="toy/0002 was changed"):
        await migrate(database_url, {"toy": folder})
    assert await people(database_url) == [1, 2]


@pytest.mark.parametrize(
    "names", [[], ["0002_b.sql"], ["0001_a.sql", "0003_c.sql"], ["0001_a.sql", "0001_b.sql"], ["1_a.sql"], ["0001.sql"],
              ["0001_A.sql"], ["0001_a.sql", "notes.sql"]], ids=str,
)  # fmt: skip
def test_a_folder_with_gaps_or_strange_names_is_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(MigrationError, match="without gaps"):
        read("toy", tmp_path)


async def test_the_command_says_what_it_applied(database_url, folder) -> None:
    said = [await command(database_url, f"toy={folder}") for _ in range(2)]
    assert said == [(0, "applied toy/0001, toy/0002"), (0, "nothing to apply")]
    assert (await command(database_url))[0] == 1


async def command(url: str, *arguments: str) -> tuple[int | None, str]:
    argv = [sys.executable, "-m", "chassis.migrations", *arguments]
    run = await asyncio.create_subprocess_exec(*argv, env={"NEXUS_DATABASE_URL": url}, stdout=PIPE, stderr=PIPE)
    said, _ = await run.communicate()
    return run.returncode, said.decode().strip()
