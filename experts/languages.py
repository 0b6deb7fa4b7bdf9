"""The languages that an expert may say she advises in."""

# code (BCP 47) → name, in the order in which they are offered
LANGUAGES = {
    "en": "English",
    "de": "German",
    "it": "Italian",
    "fr": "French",
    "es": "Spanish",
    "nl": "Dutch",
}


def language_names(codes: list[str]) -> list[str]:
    """(["de", "en"]) → ["German", "English"]; a code that has no name stands for itself."""
    return [LANGUAGES.get(code, code) for code in codes]
