"""Who is let in, into which rooms, and what happens while that is found out."""

import pytest
from entrance import Hall, a_channel, joined, left, posted, somebody
from gateway.arrivals import ACCESS_TOKEN_LIFE, Revocations
from gateway.people import colleagues_room, user_room, workspace_room
from gateway.sessions import Reason, State
from nexus.identity.v1.session_event_pb2 import SessionEvent, SessionRevoked
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved
from testkit import Issuer, eventually


async def test_a_socket_hears_its_users_channels_and_workspaces_once_it_is_in(hall: Hall) -> None:
    user_id, channel_id, workspace_id = somebody(), somebody(), somebody()
    hall.state = {"channels": [a_channel(channel_id, 4)], "workspaceIds": [workspace_id]}
    guest = await hall.admitted(hall.tokens.token(user_id))
    assert hall.asked == [f"/internal/users/{user_id}/state"]
    assert workspace_room(workspace_id) in hall.clients.rooms
    await hall.tell(posted(channel_id, 4), posted(channel_id, 5))
    assert guest.events() == ["message:receive"]


@pytest.mark.parametrize("token", [None, "", 7, {"token": "x"}, "not a token", "a.b.c", "x" * 10_000])
async def test_what_is_no_token_opens_nothing(hall: Hall, token: object) -> None:
    refused = await hall.knock(token).refusal()
    assert refused["message"] == "unauthenticated"
    assert refused["data"]["type"] == "unauthenticated"
    assert hall.asked == []


async def test_an_expired_a_forged_and_a_foreign_token_open_nothing(hall: Hall) -> None:
    other = Issuer()
    for token in (
        hall.tokens.token(expires_in=-60),
        other.token(),
        other.token(headers={"kid": hall.tokens.keys[-1].kid}),
        hall.tokens.token(claims={"aud": "somebody else"}),
        hall.tokens.token(headers={"typ": "JWT"}),
    ):
        assert (await hall.knock(token).refusal())["message"] == "unauthenticated"
    assert hall.asked == []


async def test_a_session_that_ended_opens_nothing_until_its_tokens_have_expired_anyway(hall: Hall) -> None:
    session_id = somebody()
    await hall.tell(SessionEvent(session_id=session_id, session_revoked=SessionRevoked()))
    refused = await hall.knock(hall.tokens.token(session_id=session_id)).refusal()
    assert refused["message"] == "unauthenticated"
    assert "ended" in refused["data"]["message"]


async def test_a_session_that_ends_while_its_socket_comes_in_opens_nothing(hall: Hall) -> None:
    session_id = somebody()
    hall.may_answer.clear()
    guest = hall.knock(hall.tokens.token(session_id=session_id))
    await eventually(lambda: hall.asked)
    await hall.tell(SessionEvent(session_id=session_id, session_revoked=SessionRevoked()))
    hall.may_answer.set()
    await eventually(lambda: guest.session.state is not State.OPEN)
    await eventually(lambda: not hall.arrivals.settling)
    assert hall.clients.sockets == {}


async def test_one_person_has_so_many_sockets_and_another_when_one_has_gone(hall: Hall) -> None:
    token = hall.tokens.token(user_id := somebody())
    guests = [await hall.admitted(token) for _ in range(3)]
    assert (await hall.knock(token).refusal())["message"] == "too_many_sockets"
    await hall.admitted(hall.tokens.token())
    guests[0].session.close(Reason.CLIENT_CLOSE)
    assert len(hall.clients.rooms.members(user_room(user_id))) == 2
    await hall.admitted(token)


async def test_sockets_that_come_at_once_are_counted_before_they_are_in(hall: Hall) -> None:
    hall.may_answer.clear()
    token = hall.tokens.token()
    guests = [hall.knock(token) for _ in range(5)]
    await eventually(lambda: len(hall.arrivals.settling) == 3)
    hall.may_answer.set()
    answers = sorted([(await guest.told())[:2] for guest in guests])
    assert answers == ["40", "40", "40", "44", "44"]


async def test_without_messaging_the_connection_ends_so_that_the_client_tries_again_by_itself(hall: Hall) -> None:
    hall.status = 503
    token = hall.tokens.token(user_id := somebody())
    guest = hall.knock(token)
    await eventually(lambda: guest.session.ended_by is Reason.UNAVAILABLE)
    assert user_room(user_id) not in hall.clients.rooms
    hall.status = 200
    await hall.admitted(token)


async def test_who_joins_a_channel_while_coming_in_and_is_then_refused_leaves_nothing_behind(hall: Hall) -> None:
    user_id, channel_id = somebody(), somebody()
    hall.may_answer.clear()
    hall.status = 500
    guest = hall.knock(hall.tokens.token(user_id))
    await eventually(lambda: hall.asked)
    await hall.tell(joined(channel_id, user_id))
    assert channel_id in hall.channels
    hall.may_answer.set()
    await eventually(lambda: guest.session.ended_by is Reason.UNAVAILABLE)
    assert channel_id not in hall.channels


async def test_a_channel_left_while_it_is_read_is_not_entered(hall: Hall) -> None:
    user_id, kept, lost = somebody(), somebody(), somebody()
    hall.state = {"channels": [a_channel(kept), a_channel(lost)], "workspaceIds": []}
    hall.may_answer.clear()
    guest = hall.knock(hall.tokens.token(user_id))
    await eventually(lambda: hall.asked)
    await hall.tell(left(lost, user_id), left(kept, somebody()))
    hall.may_answer.set()
    await guest.told()
    await hall.tell(posted(lost, 1), posted(kept, 1))
    assert guest.events() == ["message:receive"]
    assert lost not in hall.channels


async def test_a_channel_left_and_joined_again_while_it_is_read_is_entered(hall: Hall) -> None:
    user_id, channel_id = somebody(), somebody()
    hall.state = {"channels": [a_channel(channel_id)], "workspaceIds": []}
    hall.may_answer.clear()
    guest = hall.knock(hall.tokens.token(user_id))
    await eventually(lambda: hall.asked)
    await hall.tell(left(channel_id, user_id), joined(channel_id, user_id, 3))
    hall.may_answer.set()
    await guest.told()
    await hall.tell(posted(channel_id, 3), posted(channel_id, 4))
    assert guest.events() == ["channel:joined", "member:joined", "message:receive"]


async def test_a_channel_joined_while_the_others_are_read_is_heard_after_the_connect_answer(hall: Hall) -> None:
    user_id, channel_id = somebody(), somebody()
    hall.may_answer.clear()
    guest = hall.knock(hall.tokens.token(user_id))
    await eventually(lambda: hall.asked)
    await hall.tell(joined(channel_id, user_id), posted(channel_id, 1))
    hall.may_answer.set()
    assert (await guest.told()) == guest.heard[0]
    assert guest.events() == ["channel:joined", "member:joined", "message:receive"]


async def test_a_workspace_left_while_it_is_read_is_not_entered(hall: Hall) -> None:
    user_id, workspace_id = somebody(), somebody()
    hall.state = {"channels": [], "workspaceIds": [workspace_id]}
    hall.may_answer.clear()
    guest = hall.knock(hall.tokens.token(user_id))
    await eventually(lambda: hall.asked)
    await hall.tell_gone(WorkspaceMemberEvent, f"{workspace_id}:{user_id}")
    hall.may_answer.set()
    await guest.told()
    assert workspace_room(workspace_id) not in hall.clients.rooms


async def test_guests_are_no_colleagues_until_they_become_members(hall: Hall) -> None:
    user_id, workspace_id = somebody(), somebody()
    hall.state = {"channels": [], "workspaceIds": [workspace_id], "guestIn": [workspace_id]}
    await hall.admitted(hall.tokens.token(user_id))
    assert workspace_room(workspace_id) in hall.clients.rooms
    assert colleagues_room(workspace_id) not in hall.clients.rooms
    for role in ("member", "guest"):
        saved = WorkspaceMemberSaved(workspace_id=workspace_id, user_id=user_id, role=role)
        key = f"{workspace_id}:{user_id}"
        await hall.tell(WorkspaceMemberEvent(member_key=key, workspace_member_saved=saved))
        assert (colleagues_room(workspace_id) in hall.clients.rooms) == (role == "member")


async def test_a_client_that_leaves_while_it_is_let_in_leaves_nothing_behind(hall: Hall) -> None:
    hall.state = {"channels": [a_channel(somebody())], "workspaceIds": [somebody()]}
    hall.may_answer.clear()
    guest = hall.knock(hall.tokens.token())
    await eventually(lambda: hall.asked)
    guest.session.close(Reason.CLIENT_CLOSE)
    hall.may_answer.set()
    await eventually(lambda: not hall.arrivals.settling)
    await eventually(lambda: len(hall.channels) == 0 and len(hall.clients.rooms) == 0)


async def test_when_events_were_lost_everybody_comes_anew_even_who_is_just_coming(hall: Hall) -> None:
    guest = await hall.admitted(hall.tokens.token())
    hall.may_answer.clear()
    coming = hall.knock(hall.tokens.token())
    await eventually(lambda: len(hall.asked) == 2)
    await hall.feed.start_over()
    hall.may_answer.set()
    assert guest.session.ended_by is Reason.GOING_AWAY
    assert coming.session.ended_by is Reason.GOING_AWAY
    await eventually(lambda: not hall.arrivals.settling)


async def test_ended_sessions_are_forgotten_with_their_last_token(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("gateway.arrivals.time.monotonic", lambda: now)
    ended = Revocations()
    ended.add("first")
    now += 1
    ended.add("second")
    ended.add("first")
    assert "first" in ended
    assert len(ended) == 2
    now += ACCESS_TOKEN_LIFE + 1
    assert "first" not in ended
    ended.add("third")
    assert len(ended) == 1
