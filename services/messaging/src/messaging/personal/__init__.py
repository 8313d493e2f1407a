"""A person's own things: drafts, messages kept, reminders, preferences; told to all of their devices."""
