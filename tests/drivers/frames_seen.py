"""Frames with their meaning, as facts: captured (C, C*), printed in a maker's manual (M), or derived (D)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """One row: what a driver of its family must make of the bytes."""

    driver: str
    data: bytes
    value: str | None
    unit: str = ""
    rest: str = ""
    kind: str = "unknown"
    high_resolution: bool = False
    state: str = ""


def weight(driver, data, *said, high_resolution=False):
    """`said`: value, unit, rest and, where the wire tells it, kind."""
    return Seen(driver, data, *said, high_resolution=high_resolution)


def refusal(driver, data, state):
    return Seen(driver, data, None, state=state)


READINGS = {
    "D3000-1": weight("ohaus-defender3000", b"   0.360 kg    G\r\n", "0.360", "kg", "stable", "gross"),
    "D3000-2": weight(
        "ohaus-defender3000", b"   G\r\n   0.360 kg    G\r\n", "0.360", "kg", "stable", "gross"
    ),
    "D3000-3": weight(
        "ohaus-defender3000", b"   0.360 kg    G\r\n   0.360 kg   ", "0.360", "kg", "stable", "gross"
    ),
    "D3000-6": weight("ohaus-defender3000", b"   0.415 kg   ?G\r\n", "0.415", "kg", "moving", "gross"),
    "NHB-1": weight("st-gs", b"S    20.7g  \r\nST,GS    20.7g  \r\n", "20.7", "g", "stable", "gross"),
    "NHB-3": weight("st-gs", b"ST,GS   106.2g  \r\n", "106.2", "g", "stable", "gross"),
    "QHW-1": weight("st-gs", b"ST,GS,   245.6 g\r\n", "245.6", "g", "stable", "gross"),
    "QHW-3": weight("st-gs", b"ST,GS,     7.6 g\r\n", "7.6", "g", "stable", "gross"),
    "AD-GM": weight("st-gs", b"ST,GS,+011.120kg\r\n", "11.120", "kg", "stable", "gross"),
    "A9-1": weight("yaohua-a9", b"\x02+00000001B\x03", "0", "kg", "not_reported"),
    "A9-2": weight("yaohua-a9", b"\x02+001560019\x03", "1560", "kg", "not_reported"),
    "A9-4": weight("yaohua-a9", b"\x02+00326001C\x03", "3260", "kg", "not_reported"),
    "A26-rev1": weight("yaohua-reversed", b"=000.3000", "3.000", "kg", "not_reported"),
    "A26-fwd1": weight("yaohua-forward", b"=0003.000", "3.000", "kg", "not_reported"),
    "TOL-1": weight("toledo-continuous", b"\x0240    046   000\r", "0.46", "kg", "stable", "gross"),
    "TOL-2": weight("toledo-continuous", b"\x0241    144   046\r", "1.44", "kg", "stable", "net"),
    "TOL-4": weight("toledo-continuous", b"\x021!!  1440   460\r", "1440", "g", "stable", "net"),
    "TOL-6": weight("toledo-continuous", b"\x021     200      \r", "200", "lb", "stable", "gross"),
    "SAR-gn": weight("sartorius-sbi", b"+   62.916 GN\r\n", "62.916", "gn", "stable"),
    "SBI-1": weight("sartorius-sbi", b"+     0.00 g  \r\n", "0.00", "g", "stable"),
    "SBI-2": weight("sartorius-sbi", b"N     +    0.031    \r\n", "0.031", "g", "moving", "net"),
    "NUM-1": weight("sartorius-sbi", b"N     +   0.1234 g  \r\n", "0.1234", "g", "stable", "net"),
    "SICS-1": weight("mt-sics", b"S S     100.00 g\r\n", "100.00", "g", "stable"),
    "SICS-2": weight("mt-sics", b"S D    -0.6800 g\r\n", "-0.6800", "g", "moving"),
    "SICS-x": weight("mt-sics", b"SI S      12.50 kg\r\n", "12.50", "kg", "stable"),
    "AD-1": weight("and-standard", b"ST,+001.2346 kg\r\n", "1.2346", "kg", "stable"),
    "SMA-1": weight("sma", b"\n 1G       5.025lb \r", "5.025", "lb", "stable", "gross"),
    "SMA-2": weight(
        "sma", b"\n 1g      5.0025lb \r", "5.0025", "lb", "stable", "gross", high_resolution=True
    ),
    "SMA-3": weight("sma", b"\nZ1G       0.000lb \r", "0.000", "lb", "stable", "gross"),
    "A12-1": weight("yaohua-a12", b"ww000.000lb\r\n", "0.000", "lb", "not_reported", "gross"),
    "A12-2": weight("yaohua-a12", b"wn-0000.1kg\r\n", "-0.1", "kg", "not_reported", "net"),
    "A12E-1": weight("yaohua-a12e", b"WG004.139kg3D\r\n", "4.139", "kg", "not_reported", "gross"),
    "MS204-1": weight("mettler-ms204", b"     N       0.3749 g   \r\n", "0.3749", "g", "not_reported", "net"),
    "GG-1": weight("gg-balance", b"     0.00 GN\r\n", "0.00", "gn", "not_reported"),
    "GG-2": weight("gg-balance", b"-  450.38 GN\r\n", "-450.38", "gn", "not_reported"),
    "KERN-1": weight("kern-old", b"     -450.45 gn \r\n", "-450.45", "gn", "stable"),
    "USS-1": weight("us-solid", b"+   20.758g  \r\n", "20.758", "g", "not_reported"),
    "RDW-1": weight("radwag", b"SUI?       2.18 gr \r\n", "2.18", "gn", "moving"),
    "RAD-1": weight("radwag", b"S    -      8.5 g  \r\n", "-8.5", "g", "stable"),
    "SHZ-1": weight("shimadzu", b"-  186.65g \r", "-186.65", "g", "not_reported"),
}

REFUSALS = {
    "A9-bad": refusal("yaohua-a9", b"\x02+001560018\x03", "bad_check"),
    "SBI-4": refusal("sartorius-sbi", b"Stat     Cal.Int.\r\n", "busy"),
    "SBI-5": refusal("sartorius-sbi", b"SerNo.    0031801165\r\n", "not_a_weight"),
    "SICS-3": refusal("mt-sics", b"S I\r\n", "busy"),
    "SICS-4": refusal("mt-sics", b"S +\r\n", "overload"),
    "SICS-6": refusal("mt-sics", b"ES\r\n", "error"),
    "SICS-9": refusal("mt-sics", b'I4 A "B123456789"\r\n', "not_a_weight"),
    "AD-3": refusal("and-standard", b"OL,+9999.999 kg\r\n", "overload"),
    "AD-5": refusal("and-standard", b"QT,+00001234 PC\r\n", "not_a_weight"),
    "AD-6": refusal("and-standard", b"EC,E1\r\n", "error"),
    "AD-raw": refusal(
        "and-standard",
        bytes.fromhex("f8807800780078f8788000800080008000808080f8807878f8788000f8f878f88078008078"),
        "wrong_line_settings",
    ),
    "SMA-5": refusal("sma", b"\n?\r", "error"),
    "A12E-OL": refusal("yaohua-a12e", b"         OL23\r\n", "overload"),
    "QA-1": refusal("vibra", b"+007.12/3 G S\r\n", "no_value"),
}

NO_FAMILY_HERE = {
    "A9-trunc": b"00001B\x03\x02+0015600",
    "CAN-VN": b"=   0.00C\r",
    "TOL-7": b"*0    15    00\r",
}
"""frames of instruments without a driver here, fragments and dates: no driver may see a number in them"""

BY_THE_MANUAL = {
    # what the manuals' rules say of frames that nobody captured (D)
    "MT-SICS kg, negative, dynamic": weight("mt-sics", b"S D     -1.250 kg\r\n", "-1.250", "kg", "moving"),
    "MT-SICS underload": refusal("mt-sics", b"S -\r\n", "underload"),
    "MT-SICS fault in the value's place": refusal("mt-sics", b"S S Error 12t\r\n", "error"),
    "MT-SICS status A of another dialect": refusal("mt-sics", b"S A      1.234 g\r\n", "unknown_flag"),
    "MT-SICS pieces": refusal("mt-sics", b"S S         12 PCS\r\n", "unknown_unit"),
    "MT-SICS tare answer is no weight": refusal("mt-sics", b"T S     100.00 g\r\n", "malformed"),
    "MT-SICS AT dialect overload": refusal("mt-sics", b"SI+\r\n", "overload"),
    "ST,GS net negative": weight("st-gs", b"US,NT,  -12.34kg\r\n", "-12.34", "kg", "moving", "net"),
    "ST,GS no digit after the point": weight("st-gs", b"US,NT,+000000.Kg\r\n", "0", "kg", "moving", "net"),
    "ST,GS tare": weight("st-gs", b"ST,TR,   100.0 g\r\n", "100.0", "g", "stable", "tare"),
    "ST,GS overload with a number": refusal("st-gs", b"OL,GS,+999.999kg\r\n", "overload"),
    "ST,GS overload with blanks": refusal("st-gs", b"OL,GS,+         \r\n", "overload"),
    "ST,GS unknown header": refusal("st-gs", b"XX,GS,   245.6 g\r\n", "unknown_flag"),
    "ST,GS unknown unit": refusal("st-gs", b"ST,GS,   245.6tl\r\n", "unknown_unit"),
    "ST,GS pounds and ounces": refusal("st-gs", b"ST,GS,12:07.50lb\r\n", "no_value"),
    "ST,GS decimal comma": refusal("st-gs", b"ST,GS,   245,6 g\r\n", "no_value"),
    "ST,GS one digit lost": refusal("st-gs", b"ST,GS,   24.6 g\r\n", "malformed"),
    "A9 negative with decimals": weight("yaohua-a9", b"\x02-00123421B\x03", "-12.34", "kg", "not_reported"),
    "A9 blank number": refusal("yaohua-a9", b"\x02+      01B\x03", "no_value"),
    "reversed negative": weight("yaohua-reversed", b"=00.1000-", "-1.00", "kg", "not_reported"),
    "forward negative": weight("yaohua-forward", b"=-0001.00", "-1.00", "kg", "not_reported"),
    "Toledo negative, moving": weight(
        "toledo-continuous", b"\x024:    123   000\r", "-1.23", "kg", "moving", "gross"
    ),
    "Toledo net, moving": weight(
        "toledo-continuous", b"\x0249    072   046\r", "0.72", "kg", "moving", "net"
    ),
    "Toledo expanded": weight(
        "toledo-continuous", b"\x022!1  1448   450\r", "1448", "g", "stable", "net", high_resolution=True
    ),
    "Toledo tonnes": weight("toledo-continuous", b'\x0240"  1234   000\r', "12.34", "t", "stable", "gross"),
    "Toledo out of range": refusal("toledo-continuous", b"\x0244    046   000\r", "out_of_range"),
    "Toledo decimal code 0": refusal("toledo-continuous", b"\x0200    046   000\r", "unknown_flag"),
    "Toledo unit code 7": refusal("toledo-continuous", b"\x0240'   046   000\r", "unknown_flag"),
    "Toledo wrong checksum": refusal("toledo-continuous", b"\x0240    046   000\rA", "bad_check"),
    "CAS negative net": weight("cas-22", b"US,NT,=\x82,-  13.50 kg\r\n", "-13.50", "kg", "moving", "net"),
    "CAS header and lamp disagree about rest": weight(
        "cas-22", b"ST,GS,1\x84,000013.5 kg\r\n", "13.5", "kg", "moving", "gross"
    ),
    "CAS overload": refusal("cas-22", b"OL,GS,1\x84,  9999.9 kg\r\n", "overload"),
    "CAS held value": refusal("cas-22", b"ST,GS,1\xd4,000013.5 kg\r\n", "no_value"),
    "CAS at 7 bits": refusal("cas-22", b"ST,GS,1D,000013.5 kg\r\n", "wrong_line_settings"),
    "CAS point lost in the manual": refusal("cas-22", b"ST,GS,1\xc4,-   135  kg\r\n", "no_value"),
    "A&D unstable negative grams": weight("and-standard", b"US,-00012.34  g\r\n", "-12.34", "g", "moving"),
    "A&D overload of a balance": refusal("and-standard", b"OL,+9999999E+19\r\n", "overload"),
    "A&D per cent": refusal("and-standard", b"ST,+000012.3  %\r\n", "unknown_unit"),
    "A&D error of a balance": refusal("and-standard", b"EC,E01\r\n", "error"),
    "Defender negative net": weight(
        "ohaus-defender3000", b"-  1.640 kg    N\r\n", "-1.640", "kg", "stable", "net"
    ),
    "Defender dashes": refusal("ohaus-defender3000", b"  ------ kg    G\r\n", "no_value"),
    "Defender one digit too many": refusal("ohaus-defender3000", b"   0.3360 kg    G\r\n", "malformed"),
    "Defender unknown legend": refusal("ohaus-defender3000", b"   0.360 kg    X\r\n", "unknown_flag"),
    "SBI negative": weight("sartorius-sbi", b"-    12.30 g  \r\n", "-12.30", "g", "stable"),
    "SBI overload": refusal("sartorius-sbi", b"Stat        H       \r\n", "overload"),
    "SBI overload in words": refusal("sartorius-sbi", b"      High    \r\n", "overload"),
    "SBI underload": refusal("sartorius-sbi", b"      L       \r\n", "underload"),
    "SBI error": refusal("sartorius-sbi", b"Stat     Err 101\r\n", "error"),
    "SBI dashes": refusal("sartorius-sbi", b"      --      \r\n", "no_value"),
    "SBI pieces": refusal("sartorius-sbi", b"Qnt   +       12 pcs\r\n", "not_a_weight"),
    "SMA moving net": weight("sma", b"\n 1NM     -1.250kg \r", "-1.250", "kg", "moving", "net"),
    "SMA finer net": weight(
        "sma", b"\n 1n     0.12345kg \r", "0.12345", "kg", "stable", "net", high_resolution=True
    ),
    "SMA overload with dashes": refusal("sma", b"\nO1G  ----------lb \r", "overload"),
    "SMA underload with a number": refusal("sma", b"\nU1G      -5.000lb \r", "underload"),
    "SMA unknown status": refusal("sma", b"\nX1G       5.025lb \r", "unknown_flag"),
}

ROWS = READINGS | REFUSALS | BY_THE_MANUAL
