"""What looks into foreign bytes: each module is run as a confined task, never by the service itself."""
