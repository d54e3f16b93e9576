"""What tests of several instruments in one run share: identities, checklist, rows judged, readings, verdicts."""
