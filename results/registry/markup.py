"""HTML from Python values: all text is escaped, so there is no place where escaping can be forgotten."""

from html import escape

_VOID = frozenset({"meta", "input"})


class Markup(str):
    """Text that is HTML already; only `tag`, `style` and `page` make it."""

    __slots__ = ()


def tag(name: str, /, *content: str, **attributes: str) -> Markup:
    """One element; a trailing underscore of an attribute's name is dropped (`class_`)."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    inner = "".join(part if isinstance(part, Markup) else escape(part) for part in content)
    return Markup(f"<{name}{written}>{inner}</{name}>")


def style(sheet: str) -> Markup:
    """A style element; a sheet that could end it early is an error of the program.

    Raises:
        ValueError: the sheet has a `<`.
    """
    if "<" in sheet:
        raise ValueError("a style sheet has no '<'")
    return Markup(f"<style>{sheet}</style>")


def page(*content: Markup, lang: str) -> str:
    """A whole document."""
    return f"<!doctype html>\n{tag('html', *content, lang=lang)}\n"
