"""Requests are signed as Standard Webhooks specifies it."""

import base64

from messaging.integrations import signing
from receivers import Asked

BODY = b'{"test": 2432232314}'


def test_the_specifications_own_example_is_signed_the_same() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert signing.headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_changed_either_is_good() -> None:
    old, new = signing.new_secret(), signing.new_secret()
    assert len(base64.b64decode(new.removeprefix("whsec_"))) == 32
    asked = Asked(signing.headers([new, old], "msg_1", 4_000_000_000, BODY), BODY)
    asked.headers["webhook-timestamp"] = "4000000000"
    assert len(asked.headers["webhook-signature"].split(" ")) == 2
