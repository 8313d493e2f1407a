"""Files as strangers send them, made here: good ones of each kind, and bad ones of each way to be bad."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pyvips
from chassis.confined.limits import MIB, Limits
from chassis.confined.runner import Program, Runner
from PIL import Image

SAMPLES = Path(__file__).with_name("samples")
FFMPEG = "/usr/bin/ffmpeg"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def picture(width: int = 300, height: int = 200, suffix: str = ".jpg") -> bytes:
    """Red above, blue below."""
    image = Image.new("RGB", (width, height), (220, 20, 20))
    image.paste((20, 20, 220), (0, height // 2, width, height))
    raw = pyvips.Image.new_from_memory(image.tobytes(), width, height, 3, "uchar")
    return bytes(raw.copy(interpretation="srgb").write_to_buffer(suffix))


def turned(orientation: int = 6) -> bytes:
    """A picture that is noted to lie on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "secret-place"
    held = io.BytesIO()
    Image.open(io.BytesIO(picture())).save(held, "JPEG", exif=exif)
    return held.getvalue()


def see_through() -> bytes:
    held = io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(held, "PNG")
    return held.getvalue()


def moving(frames: int = 5, side: int = 300, kind: str = "GIF") -> bytes:
    held = io.BytesIO()
    pictures = [Image.new("RGB", (side, side), (index * 37 % 256, index * 91 % 256, 0)) for index in range(frames)]
    pictures[0].save(held, kind, save_all=True, append_images=pictures[1:], duration=100, loop=0)
    return held.getvalue()


def moving_over() -> bytes:
    """A PNG whose first picture is no frame: then all is red, and then a part of it blue."""
    held = io.BytesIO()
    unseen, red = (Image.new("RGBA", (100, 100), colour) for colour in ("green", "red"))
    blue = red.copy()
    blue.paste((0, 0, 255), (0, 0, 50, 50))
    unseen.save(held, "PNG", save_all=True, append_images=[red, blue], default_image=True, duration=50)
    return held.getvalue()


def bomb(width: int = 20_000, height: int = 20_000) -> bytes:
    """A PNG of 400 million pixels that are all black, in less than 400 KB."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def profile_bomb() -> bytes:
    """A JPEG whose colour profile says that it is something else, and is long."""
    held = io.BytesIO()
    Image.open(io.BytesIO(picture())).save(held, "JPEG", icc_profile=b"\xff" * 600_000)
    return held.getvalue()


def pdf(pages: int = 2, extra: str = "") -> bytes:
    """Words on each page; `extra` goes into the catalogue."""
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(pages))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {extra} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page in range(pages):
        words = f"BT /F1 24 Tf 72 700 Td (Page {page + 1} says hello) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * page} 0 R >>"
        )
        objects.append(f"<< /Length {len(words)} >>\nstream\n{words}\nendstream")
    return _pdf_of(objects)


def _pdf_of(objects: list[str]) -> bytes:
    body, places = b"%PDF-1.7\n", []
    for number, written in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{written}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(body)
    return (
        body
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
        ).encode()
    )


def scripted_pdf() -> bytes:
    return pdf(1, "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\); this.submitForm\\('http://127.0.0.1/'\\)) >>")


def document(body: str = "<w:p><w:r><w:t>Minutes of the meeting</w:t></w:r></w:p>", **more: str) -> bytes:
    """A Word document; `more` are further parts by their names, with `__` for `/`."""
    files = {
        "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{CONTENT}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{DOCUMENT}.main+xml"/></Types>',
        "_rels/.rels": f'<?xml version="1.0"?><Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0"?><w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}">'
        f"<w:body>{body}</w:body></w:document>",
        **{name.replace("__", "/").replace("_dot_", "."): text for name, text in more.items()},
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()


SPACES = (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("svg", "svg-compatible"))
SHEET = (
    '<table:table table:name="A"><table:table-row><table:table-cell office:value-type="string">{}</table:table-cell>'
    "</table:table-row></table:table>"
)
SLIDE = (
    '<draw:page draw:name="A"><draw:frame svg:x="1cm" svg:y="1cm" svg:width="15cm" svg:height="3cm">'
    "<draw:text-box>{}</draw:text-box></draw:frame></draw:page>"
)


def open_document(kind: str, shown: str, text: str = "Minutes of the meeting") -> bytes:
    """An OpenDocument file: `kind` is `spreadsheet` or `presentation`, `shown` what holds its text."""
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    spaces = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"' for name, urn in SPACES)
    body = shown.format(f"<text:p>{text}</text:p>")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" m:version="1.2">'
            f'<m:file-entry m:full-path="/" m:media-type="{media_type}"/>'
            '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content{spaces} office:version="1.2"><office:body><office:{kind}>{body}</office:{kind}>'
            "</office:body></office:document-content>",
        )
    return held.getvalue()


def programmed_document() -> bytes:
    """A text with a macro that, once it is opened, writes something else into it."""
    names, office = "urn:oasis:names:tc:opendocument:xmlns", "http://openoffice.org/2000/script"
    spaces = "".join(f' xmlns:{name}="{names}:{name}:1.0"' for name in ("office", "text", "script"))
    called = "vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"
    media_type = "application/vnd.oasis.opendocument.text"
    library = f'xmlns:library="{office}" library:name="Standard" library:readonly="false"'
    files = {
        "mimetype": media_type,
        "content.xml": f'<office:document-content{spaces} xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' xmlns:dom="http://www.w3.org/2001/xml-events" xmlns:ooo="http://openoffice.org/2004/office"'
        ' office:version="1.2"><office:scripts><office:event-listeners><script:event-listener'
        f' script:language="ooo:script" script:event-name="dom:load" xlink:href="{called}" xlink:type="simple"/>'
        "</office:event-listeners></office:scripts><office:body><office:text><text:p>Only this is said</text:p>"
        "</office:text></office:body></office:document-content>",
        "Basic/script-lc.xml": f'<library:libraries xmlns:library="{office}" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<library:library library:name="Standard" library:link="false"/></library:libraries>',
        "Basic/Standard/script-lb.xml": f'<library:library {library} library:passwordprotected="false">'
        '<library:element library:name="Module1"/></library:library>',
        "Basic/Standard/Module1.xml": f'<script:module xmlns:script="{office}" script:name="Module1"'
        ' script:language="StarBasic">Sub Main\nThisComponent.Text.String = "The macro ran"\nEnd Sub</script:module>',
    }
    entries = "".join(
        f'<m:file-entry m:full-path="{name}" m:media-type="text/xml"/>' for name in files if name != "mimetype"
    )
    files["META-INF/manifest.xml"] = (
        f'<m:manifest xmlns:m="{names}:manifest:1.0" m:version="1.2">'
        f'<m:file-entry m:full-path="/" m:media-type="{media_type}"/>{entries}</m:manifest>'
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()


OFFICE_FILES = {
    "a.ods": lambda: open_document("spreadsheet", SHEET),
    "a.odp": lambda: open_document("presentation", SLIDE),
}


def reaching_document(secret: Path, port: int) -> bytes:
    """A document that wants a file of the machine in its text, and a template and a picture from the network."""
    field = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> '
        f'INCLUDETEXT "{secret}" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    relations = (
        f'<?xml version="1.0"?><Relationships xmlns="{RELATIONS}"><Relationship Id="rId9" '
        f'Type="{OFFICE}/attachedTemplate" Target="http://127.0.0.1:{port}/t.dotm" TargetMode="External"/>'
        f'<Relationship Id="rId8" Type="{OFFICE}/image" Target="http://127.0.0.1:{port}/i.png" TargetMode="External"/>'
        "</Relationships>"
    )
    settings = f'<w:settings xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:attachedTemplate r:id="rId9"/></w:settings>'
    said = "<w:p><w:r><w:t>Only this is said</w:t></w:r></w:p>"
    return document(
        said + field, word___rels__document_dot_xml_dot_rels=relations,
        word___rels__settings_dot_xml_dot_rels=relations, word__settings_dot_xml=settings,
    )  # fmt: skip


def reaching_page(secret: Path, port: int) -> bytes:
    return (
        f'<!doctype html><html><body><p>Only this is said</p><iframe src="file://{secret}"></iframe>'
        f'<img src="http://127.0.0.1:{port}/i.png"><object data="file://{secret}"></object>'
        f'<script>fetch("http://127.0.0.1:{port}/")</script></body></html>'
    ).encode()


def swollen_document() -> bytes:
    """A document of some KB that is a gigabyte of spaces."""
    return document("<w:p><w:r><w:t>" + " " * (300 * MIB) + "</w:t></w:r></w:p>")


def vector(inner: str = "<script>alert(1)</script>") -> bytes:
    return (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="300" height="100">{inner}<rect width="300" height="100" fill="red"/></svg>'
    ).encode()


async def played(runner: Runner, name: str, *arguments: str, seconds: int = 2) -> bytes:
    """Something that ffmpeg makes: a test picture and a tone, written as the arguments say."""
    sources = (
        "-f", "lavfi", "-i", f"testsrc=duration={seconds}:size=320x180:rate=10",
        "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
    )  # fmt: skip
    async with runner.folder() as folder:
        program = Program((FFMPEG, "-v", "error", *sources, *arguments, "-shortest", name))
        await runner.run(program, folder, limits=Limits(memory=2_048 * MIB, cpu=60, seconds=100))
        return (folder / name).read_bytes()
