"""The two ways an event can fail to be handled: never (dead letter) or not yet (retry)."""


class InvalidEvent(Exception):
    """This event can never be handled: it goes to the dead letters with this reason, and the partition goes on."""
