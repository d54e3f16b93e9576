"""The digital certificate (DCC) that a record can be written as."""
