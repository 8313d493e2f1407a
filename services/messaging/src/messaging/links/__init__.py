"""What leads to a message or elsewhere: links to messages, messages passed on, bookmarks of channels."""
