"""Tests of several instruments in one run: identities, checklist, judged rows, readings, verdicts."""
