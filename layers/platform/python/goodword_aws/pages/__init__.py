"""The pages that people see, shared by their two faces: the advocates' portal, the staff console.

A face is a `Site` (site.py) with functions that each answer one route with a `Sheet`: a template
and its data. Everything else is done here once: who is signed in (sessions.py), that a form came
from our own page (forms.py), words, money and times for the reader (reader.py), charts, headers.
"""
