"""Refusals: one shape, stable types, and nothing of what is inside."""

import json

import pytest
from chassis.problems import Problem


async def test_a_request_that_is_not_as_documented_is_told_field_by_field(api) -> None:
    answer = await api.post("/drafts", json={"title": "  ", "textInBody": 1, "role": "owner", "number": "7"})
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "errors"} == set(answer.body)
    assert (answer.body["type"], answer.body["status"]) == ("invalid_request", 422)
    assert {error["field"] for error in answer.body["errors"]} == {"title", "textInBody", "role", "number"}
    assert all(set(error) == {"field", "reason"} and error["reason"] for error in answer.body["errors"])


async def test_a_good_request_is_answered(api) -> None:
    answer = await api.post("/drafts", json={"title": " Plan ", "parentId": "0199a1c4-2358-7e75-b098-6dafc15b8e05"})
    assert (answer.status, answer.body) == (201, {"title": "Plan"})


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"title": "\xff"}', b"[" * 5_000,
        rb'{"title": "\ud800"}', rb'{"title": "a", "\ud800": 1}', rb'{"title": "a", "textInBody": "\u0000"}',
        rb'{"title": "a", "textInBody": "\udfff"}', b'{"title": "a", "parentId": "not an id"}',
        b'{"title": "a", "number": 1e999}', b'{"title": "a", "number": NaN}', b'{"title": null}',
        b'{"title": "' + b"x" * 256 + b'"}', b'{"title": "a", "parent_id": null}',
        b'{"title": "a", "' + b"n" * 9_000 + b'": 1}',
    ],
    ids=repr,
)  # fmt: skip
async def test_a_body_of_any_kind_gets_a_problem_document(api, body: bytes) -> None:
    answer = await api.post("/drafts", data=body, headers={"Content-Type": "application/json"})
    assert answer.status in (400, 422)
    assert answer.body["type"] == "invalid_request"
    assert len(json.dumps(answer.body)) < 5_000


async def test_the_body_of_a_form_is_not_json(api) -> None:
    answer = await api.post("/drafts", data={"title": "a"})
    assert (answer.status, answer.body["type"]) == (422, "invalid_request")


async def test_a_path_that_is_not_there_is_not_found(api) -> None:
    answer = await api.get("/nowhere")
    assert (answer.status, answer.body["type"]) == (404, "not_found")


async def test_a_path_with_a_wrong_value_is_an_invalid_request(api) -> None:
    answer = await api.get("/number/seven")
    assert (answer.status, answer.body["type"], answer.body["errors"][0]["field"]) == (422, "invalid_request", "number")


async def test_a_wrong_method_is_refused_with_the_right_ones(api) -> None:
    answer = await api.ask("DELETE", "/drafts")
    assert (answer.status, answer.body["type"], answer.headers["allow"]) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize("error", ["bug", "group"])
async def test_what_nobody_foresaw_is_a_500_without_internals_but_with_its_trace(api, error, caplog) -> None:
    answer = await api.get(f"/errors/{error}")
    assert (answer.status, answer.body["type"]) == (500, "internal_error")
    assert "secret" not in json.dumps(answer.body)
    assert len(answer.headers["x-trace-id"]) == 32
    [record] = [record for record in caplog.records if record.name == "chassis.problems"]
    assert record.exc_info


@pytest.mark.parametrize("error", ["refused", "deadline", "restarting", "cut", "full", "crowded", "closed", "deadlock"])
async def test_a_part_that_does_not_answer_is_a_503_that_says_when_to_come_again(api, error) -> None:
    answer = await api.get(f"/errors/{error}")
    assert (answer.status, answer.body["type"], answer.headers["retry-after"]) == (503, "unavailable", "1")
    assert "10.0.0.7" not in json.dumps(answer.body)


async def test_a_problem_is_told_as_it_was_raised(api) -> None:
    answer = await api.get("/errors/teapot")
    assert (answer.status, answer.headers["retry-after"], answer.headers["cache-control"]) == (418, "1", "no-store")
    told = {"type": "teapot", "title": "I'm a Teapot", "status": 418, "detail": "Short and stout."}
    assert answer.body == told
    assert (await api.get("/errors/missing")).body["type"] == "not_found"


async def test_who_is_not_signed_in_is_told_so(api) -> None:
    answer = await api.get("/me")
    assert (answer.status, answer.body["type"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_who_is_signed_in_is_known(api, tokens) -> None:
    answer = await api.get("/me", headers=tokens.bearer(email="ann@example.com"))
    assert (answer.status, answer.body["email"]) == (200, "ann@example.com")


@pytest.mark.parametrize("shown", ["", "Internal", "Internal wrong", "Bearer open sesame", "Internal \xe9"])
async def test_only_the_gateway_comes_in_by_the_inner_door(api, shown) -> None:
    answer = await api.get("/inside", headers={"Authorization": shown})
    assert (answer.status, answer.body["type"]) == (401, "unauthenticated")


async def test_the_gateway_comes_in(api) -> None:
    assert (await api.get("/inside", headers={"Authorization": "Internal open sesame"})).status == 200


async def test_the_trace_of_the_caller_goes_on(api) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await api.get("/number/1", headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"})
    assert answer.headers["x-trace-id"] == trace_id
    assert (await api.get("/number/1")).headers["x-trace-id"] != trace_id


def test_a_status_of_another_protocol_is_a_problem_like_others() -> None:
    assert Problem(460, "checksum_mismatch", "Other bytes.").document()["title"] == "Refused"
