"""Asking addresses that people named: each looked at before it is asked, and asked with nothing of the asker."""
