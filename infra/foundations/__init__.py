"""What every capability stands on: tables, keys, bus, front door, identity, alarms, grants."""
