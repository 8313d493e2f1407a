"""Small files that are large, or look so, to whoever reads them."""

import io
import zipfile
from itertools import pairwise

MIB = 1024 * 1024


def empty_zip() -> bytes:
    """100 MB of nothing in 100 KB."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nothing", bytes(100 * MIB))
    return held.getvalue()


def laughing_xml() -> bytes:
    """Entities of entities: a few hundred bytes that stand for gigabytes."""
    names = ["a0", *(f"a{depth}" for depth in range(1, 12))]
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in pairwise(names)
    )
    return f"<!DOCTYPE x [{entities}]><x>&{names[-1]};</x>".encode()


def far_corner() -> bytes:
    """A spreadsheet of two cells that are as far apart as cells can be."""
    held = io.BytesIO()
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{sheet}" xmlns:r="{office}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" '
        f'Type="{office}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f'<worksheet xmlns="{sheet}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
    }
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()
