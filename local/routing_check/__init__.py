"""Where a transferred chat goes, before an agent transfers one: `check` and `route`."""
