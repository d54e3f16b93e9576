"""What a driver makes of bytes, as lines for a terminal in the reader's language."""

from typing import Any

from bench.labels import Labels


def as_text(line: dict[str, Any], labels: Labels) -> str:
    """One line of `drivers.checking.try_capture`."""
    match line:
        case {"reading": reading, "frame": frame}:
            finer = "  x10" if reading["high_resolution"] else ""
            shown = f"{reading['value']} {reading['unit']}"
            name = f"  {line['channel']}" if "channel" in line else ""
            rest = labels.word("stability", reading["stability"])
            kind = labels.word("weight_kind", reading["kind"])
            return f"{shown:>16}  {rest:<12} {kind:<7}{finer}{name}  {frame}"
        case {"refused": reason, "state": state, "frame": frame}:
            name = f"{line['channel']}: " if "channel" in line else ""
            said = f"{labels.word('fact.state', state):<12} {name}{labels.clause(reason)}"
            return "\n".join([f"{'-':>16}  {said}  {frame}", *line.get("why", ())])
        case {"summary": counts}:
            told = "  ".join(f"{labels.text(f'tried.{name}')} {count}" for name, count in counts.items())
            return "\n".join([told, *line.get("why", ())])
        case {"acknowledged": command, "done": done, "frame": frame}:
            answer = labels.text("tried.done" if done else "tried.not_done")
            promised = "" if line["final"] else labels.text("tried.promised")
            said = "  ".join(filter(None, (command, promised or answer)))
            return f"{'-':>16}  {said}  {frame}"
        case _:
            return f"{'-':>16}  {line}"
