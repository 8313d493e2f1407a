"""What the journeys share: the running product, its people, their clients and browsers."""
