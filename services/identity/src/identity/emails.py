"""E-mail addresses: one spelling for each."""

from email_validator import EmailNotValidError, validate_email


def normalise(email: str) -> str:
    """The address in lower case and NFC; `ValueError` if it is none.

    No DNS is asked and company-internal domains are fine: an installation may have neither.
    """
    try:
        checked = validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return checked.normalized.lower()
