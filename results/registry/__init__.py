"""The registry: takes signed records, keeps them in an append-only log, and lets anyone check one.

Nothing is imported here: a bench that only checks a receipt loads neither web server nor database.
"""
