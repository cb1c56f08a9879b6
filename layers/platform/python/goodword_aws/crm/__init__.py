"""What writes to connected CRMs: one adapter each, behind `goodword.journeys.copied.Crm`."""
