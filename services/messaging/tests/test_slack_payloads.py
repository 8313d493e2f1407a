"""What programs send to Slack reads the same here, and nothing in it passes for more than it is."""

import orjson
import pytest
from chassis.problems import Problem
from messaging.integrations import slack
from messaging.integrations.mrkdwn import markdown


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("*bold* and _italic_ and ~gone~", "**bold** and _italic_ and ~~gone~~"),
        ("see <https://example.com/a_b|the *docs*>", "see [the **docs**](https://example.com/a_b)"),
        ("<https://example.com>", "https://example.com"),
        ("<!channel> and <!here>", "<!channel> and <!here>"),
        ("5 &lt; 6 &amp;&amp; 7 &gt; 2", r"5 \< 6 && 7 > 2"),
        ("&lt;!channel&gt;", r"\<!channel>"),
        ("<@U024BE7LH> in <#C024BE7LR|general>", "@U024BE7LH in #general"),
        ("`*not bold* &lt;`", "`*not bold* <`"),
        ("```\n*x* &amp;\n```", "```\n*x* &\n```"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("<script>", "script"),
        ("<javascript:alert(1)|click>", "click"),
        ("<https://x.example/a)b|x>", "[x](https://x.example/a%29b)"),
    ],
)
def test_mrkdwn_becomes_markdown(said: str, meant: str) -> None:
    assert markdown(said) == meant


def read(**payload: object) -> slack.Said:
    return slack.read(orjson.dumps(payload))


def test_attachments_become_cards_without_what_would_be_fetched() -> None:
    said = read(
        attachments=[
            {
                "fallback": "Build failed", "color": "#FF0000", "pretext": "*CI*", "title": "Build 7",
                "title_link": "https://ci.example.com/7", "text": "It *failed*.", "image_url": "https://track.example/x",
                "fields": [{"title": "Branch", "value": "main", "short": True}, "nonsense"],
                "footer": "ci", "ts": 123456789, "mrkdwn_in": ["text"],
            },
            {"color": "purple; background: url(x)", "title_link": "javascript:alert(1)", "text": "second"},
        ]
    )  # fmt: skip
    assert said.attachments == [
        {
            "type": "card", "title": "Build 7", "titleLink": "https://ci.example.com/7", "pretext": "**CI**",
            "text": "It **failed**.", "color": "#ff0000", "footer": "ci",
            "fields": [{"title": "Branch", "value": "main", "short": True}],
        },
        {"type": "card", "text": "second"},
    ]  # fmt: skip


def test_blocks_become_text_and_are_meant_before_the_fallback() -> None:
    said = read(
        text="fallback",
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": "Deploy"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "to *production*"}},
            {"type": "divider"},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "by _ann_"}, {"type": "image"}]},
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "see "},
                            {"type": "link", "url": "https://example.com", "text": "here"},
                        ],
                    }
                ],
            },
        ],
    )
    assert said.text == "**Deploy**\n\nto **production**\n\n---\n\nby _ann_\n\nsee [here](https://example.com)"


def test_rich_text_keeps_its_form() -> None:
    def section(*elements: object) -> dict[str, object]:
        return {"type": "rich_text_section", "elements": list(elements)}

    def text(said: str, **style: bool) -> dict[str, object]:
        return {"type": "text", "text": said, "style": style}

    said = read(
        blocks=[
            {
                "type": "rich_text",
                "elements": [
                    section(
                        text("Build "), text("failed ", bold=True, italic=True), text("main", code=True),
                        {"type": "emoji", "name": "white_check_mark"}, {"type": "broadcast", "range": "here"},
                        {"type": "user", "user_id": "U1"}, {"type": "nobody knows"},
                    ),
                    {"type": "rich_text_list", "style": "bullet", "elements": [section(text("a")), section(text("b"))]},
                    {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [section(text("c"))]},
                    {"type": "rich_text_preformatted", "elements": [text("x = *1*")]},
                    {"type": "rich_text_quote", "elements": [text("said\nso")]},
                ],
            }
        ]
    )  # fmt: skip
    assert said.text == ("Build **_failed_** `main`✅<!here>@U1\n- a\n- b\n    1. c\n```\nx = *1*\n```\n\n> said\n> so")


def test_names_of_emoji_become_emoji_outside_of_code() -> None:
    said = read(text=":white_check_mark: `:tada:` :own:", attachments=[{"text": ":tada:"}])
    assert (said.text, said.attachments[0]["text"]) == ("✅ `:tada:` :own:", "🎉")


@pytest.mark.parametrize(
    "forged",
    ["user_id", "userId", "via", "seq", "created_at", "is_bot", "mentions", "content_type", "poll", "revision"],
)
def test_what_only_the_server_says_is_refused(forged: str) -> None:
    with pytest.raises(Problem) as refused:
        read(text="hello", **{forged: "x"})
    assert refused.value.status == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"text": "  "}', 422),
        (b'{"text": 7}', 422),
        (b'{"text": "x", "blocks": {}}', 422),
        (b'{"text": "\\u0000"}', 422),
        (orjson.dumps({"text": "x", "attachments": [{}] * 21}), 422),
        (orjson.dumps({"text": "x" * 40_001}), 422),
        (orjson.dumps({"text": "x", "actions": [{"id": "a", "text": "A"}] * 6}), 422),
        (orjson.dumps({"text": "x", "actions": [{"id": "a", "text": "A"}] * 2}), 422),
        (orjson.dumps({"text": "x", "actions": [{"id": "a/../b", "text": "A"}]}), 422),
    ],
)
def test_what_is_no_payload_is_refused(body: bytes, status: int) -> None:
    with pytest.raises(Problem) as refused:
        slack.read(body)
    assert refused.value.status == status
