"""The origin of foreign bytes: signed addresses, and what answers them."""
