"""The screens; each is painted from what the desk and the events say, and holds no state that matters."""
