"""Link previews: what pages say of themselves, looked up after a message is sent and never in its way."""
