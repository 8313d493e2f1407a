"""What is done about what should not have been said: reports, hidden messages, silenced people."""
