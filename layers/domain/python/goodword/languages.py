"""The languages that are spoken here, by their own names.

A further language is a line here and a file beside each that there is for English; tests name the
files and phrases that are missing.
"""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
