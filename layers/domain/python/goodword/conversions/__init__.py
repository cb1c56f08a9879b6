"""Conversions: what shops, payment systems and CRMs report, understood and deduplicated."""
