"""What operators ask: does it live, can it work, what does it do."""

import asyncio


async def test_a_process_that_answers_lives(api) -> None:
    answer = await api.get("/healthz")
    assert (answer.status, answer.body) == (200, "ok")


async def test_a_service_whose_parts_answer_is_ready(api) -> None:
    answer = await api.get("/readyz")
    assert (answer.status, answer.body) == (200, {"ready": True, "checks": {"database": "ok"}})


async def test_a_service_is_not_ready_while_a_part_fails_or_hangs(api, monkeypatch) -> None:
    monkeypatch.setattr("chassis.health.CHECK_DEADLINE", 0.05)

    async def refuse() -> None:
        raise ConnectionRefusedError("nobody listens")

    api.checks |= {"redis": refuse, "kafka": asyncio.Event().wait}
    answer = await api.get("/readyz")
    assert (answer.status, answer.body["ready"]) == (503, False)
    assert answer.body["checks"]["database"] == "ok"
    assert "nobody listens" in answer.body["checks"]["redis"]
    assert "Timeout" in answer.body["checks"]["kafka"]


async def test_metrics_are_there_for_prometheus(api) -> None:
    answer = await api.get("/metrics")
    assert answer.status == 200
    assert "# TYPE python_info gauge" in answer.body


async def test_none_of_it_is_part_of_the_documented_interface(api) -> None:
    paths = (await api.get("/openapi.json")).body["paths"]
    assert "/drafts" in paths
    assert not {"/healthz", "/readyz", "/metrics"} & set(paths)
