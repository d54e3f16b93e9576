"""The paper that a record becomes, and the words on it."""
