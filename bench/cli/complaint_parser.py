"""The commands for complaints. Importing this imports nothing heavy."""

from pathlib import Path

from bench.cli.driver_parser import Commands

_STAGES = ("verifikasi", "klasifikasi", "penugasan", "tindak_lanjut", "penyelesaian", "evaluasi")


def complaint_commands(group: Commands) -> None:
    """Add everything that is done with complaints."""
    receive = group.add(
        "receive",
        "bench.cli.complaints:receive",
        "take a complaint in; prints its ticket",
        'tera complaint receive --by kepala --record 000017 --text "kurang 50 g" --due 2026-11-25',
        json=True,
    )
    step = group.add(
        "step",
        "bench.cli.complaints:step",
        "do the next stage of a complaint",
        "tera complaint step K7QF2-M9X4T penugasan --by kepala --handler pereviu1 --due 2026-12-01",
        json=True,
    )
    step.add_argument("ticket", metavar="TICKET")
    step.add_argument("stage", choices=_STAGES, metavar="STAGE", help=", ".join(_STAGES))
    for command in (receive, step):
        command.add_argument(
            "--by", required=True, metavar="ID", help="who does it, by id in laboratory.toml"
        )
        command.add_argument("--text", default="", metavar="TEXT", help="what was said, found or done")
        command.add_argument(
            "--record", action="append", default=[], metavar="NUMBER", help="a record that it is about"
        )
        command.add_argument(
            "--due", default="", metavar="DATE", help="until when the next stage must be done"
        )
        command.add_argument(
            "--attach", action="append", default=[], type=Path, metavar="FILE", help="a file to keep with it"
        )
    for option, what in (
        ("--name", "who complains"),
        ("--contact", "where an answer reaches them"),
        ("--channel", "how it came: counter, letter, telephone"),
    ):
        receive.add_argument(option, default="", metavar="TEXT", help=what)
    step.add_argument(
        "--kind", default="", metavar="TEXT", help="of klasifikasi: what kind of complaint it is"
    )
    step.add_argument(
        "--handler", dest="assignee", default="", metavar="ID", help="of penugasan: who handles it"
    )
    step.add_argument(
        "--feedback", default="", metavar="TEXT", help="of penyelesaian: what the complainant was told"
    )
    group.add(
        "list",
        "bench.cli.complaints:show_all",
        "all complaints and what is due",
        "tera complaint list",
        json=True,
    )
    show = group.add(
        "show",
        "bench.cli.complaints:show",
        "what happened with a complaint, and what its records say today",
        "tera complaint show K7QF2-M9X4T",
        json=True,
    )
    show.add_argument("ticket", metavar="TICKET")
    show.add_argument("--public", action="store_true", help="only what anybody with the ticket may know")
    bundle = group.add(
        "bundle",
        "bench.cli.complaints:bundle",
        "put the evidence of a complaint together, signed",
        "tera complaint bundle K7QF2-M9X4T --by pereviu1 -o bukti",
        json=True,
    )
    bundle.add_argument("ticket", metavar="TICKET")
    bundle.add_argument("--by", required=True, metavar="ID", help="who asks for it, by id in laboratory.toml")
    bundle.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="a folder that is not there yet"
    )
