"""A verified record as a digital certificate that other laboratories' programs read: PTB's DCC 3.3.0.

It is a translation, not the record: the signed envelope stays the evidence, and the translation names its
digest. Nothing is added and nothing rounded; a unit that the SI format cannot say is written as text.
"""

from xml.etree import ElementTree as ET

from results.dcc.administration import administrative_data
from results.dcc.element import DCC, SCHEMA_LOCATION, element, register_prefixes
from results.dcc.measurements import measurement_results
from results.errors import RecordError
from results.verification import VerifiedRecord

VERSION = "3.3.0"


def render_dcc(verified: VerifiedRecord) -> bytes:
    """Write a record with a verdict as DCC; the same record gives the same bytes.

    Raises:
        RecordError: the run was voided or interrupted: it has no result to certify.
    """
    record = verified.record
    if record.verdict is None:
        raise RecordError(
            "export.no_result",
            "Record {number} has no result, so there is no digital certificate of it.",
            "Use json: it is the signed record itself.",
            number=record.number,
        )
    register_prefixes()
    root = element(DCC, "digitalCalibrationCertificate", schemaVersion=VERSION)
    root.set(SCHEMA_LOCATION, f"https://ptb.de/dcc https://ptb.de/dcc/v{VERSION}/dcc.xsd")
    root.append(administrative_data(verified))
    root.append(measurement_results(record))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
