"""What any PDF editor adds behind a paper when it saves."""

import io


def painted_over(paper, *, annotation=False, form=False, info=False):
    """A paper to whose end a page with other content was added, as any PDF editor does when it saves."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    adding = IncrementalPdfFileWriter(io.BytesIO(paper))
    page = adding.find_page_for_modification(0)[0].get_object()
    shown = generic.StreamObject(stream_data=b"BT /F1 24 Tf 100 700 Td (SAH) Tj ET")
    if annotation:
        place = generic.ArrayObject(map(generic.FloatObject, (0, 0, 500, 800)))
        mark = {"/Subtype": generic.NameObject("/Stamp"), "/Rect": place}
        mark = generic.DictionaryObject({generic.NameObject(name): value for name, value in mark.items()})
        page["/Annots"] = generic.ArrayObject([adding.add_object(mark)])
    elif form:
        entries = {"/Fields": generic.ArrayObject(), "/XFA": adding.add_object(shown)}
        entries = {generic.NameObject(name): value for name, value in entries.items()}
        adding.root["/AcroForm"] = generic.DictionaryObject(entries)
        adding.update_root()
    elif info:
        adding.set_info(generic.DictionaryObject({generic.NameObject("/Title"): generic.pdf_string("Sah")}))
    else:
        page["/Contents"] = adding.add_object(shown)
    adding.update_container(page)
    written = io.BytesIO()
    adding.write(written)
    return written.getvalue()
