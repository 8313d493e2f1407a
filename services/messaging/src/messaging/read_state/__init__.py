"""How far people have read, in channels and threads, what is unread, and of what they want to hear."""
