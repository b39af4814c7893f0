"""Side-cars and presets of Lightroom: the way back of our export, and nothing hostile gets in."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from iea.errors import InvalidError, NotFoundError
from iea.export import to_xmp
from iea.image import decode
from iea.program import Program
from iea.render import render_pixels
from tests.images import camera_exif
from tests.programs import document, program
from tests.training.importers.made import cut_short, kept, photo, put
from training.importers import xmp
from training.importers.lightroom import Translation, translate
from training.records import Skipped

SIZE = (160, 107)


def packet(attributes: str = "", elements: str = "", head: str = "") -> bytes:
    """Make a file of settings, as Lightroom writes them."""
    return f"""<?xml version="1.0"?>{head}
    <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
        xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
        crs:Version="15.4" crs:ProcessVersion="11.0" {attributes}>{elements}
      </rdf:Description>
     </rdf:RDF>
    </x:xmpmeta>""".encode()


def translated(
    attributes: str = "", elements: str = "", size: tuple[int, int] = SIZE
) -> Translation:
    found = xmp.parse(packet(attributes, elements))
    return translate(found.settings, size, found.orientation)


def test_what_is_exported_comes_back() -> None:
    steps = [
        {"tool": "exposure", "params": {"ev": -0.75}},
        {"tool": "tone_curve", "params": {"points": [[0, 0], [0.2, 0.4], [1, 1]]}},
        {"tool": "denoise", "params": {"luminance": 20, "colour": 30}},
        {"tool": "vignette", "params": {"amount": 30, "midpoint": 20, "feather": 70}},
        {"tool": "color_mixer", "params": {"red_hue": -10, "aqua_luminance": 25}},
        {
            "tool": "color_grading",
            "params": {"shadows_hue": 220, "shadows_strength": 30, "balance": -20},
        },
        {"tool": "black_and_white", "params": {"amount": 100}},
        {"tool": "crop", "params": {"left": 0.1, "top": 0.2, "right": 0.9, "bottom": 0.75}},
        *(
            {"tool": tool, "params": {"amount": amount}}
            for tool, amount in {
                "contrast": 10,
                "highlights": -20,
                "shadows": 30,
                "whites": -5,
                "blacks": 6,
                "temperature": -17,
                "tint": 8,
                "saturation": -9,
                "vibrance": 40,
                "clarity": -11,
                "texture": 12,
                "dehaze": 13,
                "sharpen": 44,
                "grain": 15,
            }.items()
        ),
    ]
    exported = Program.parse(document(*steps))
    found = xmp.parse(to_xmp(exported).text.encode())
    back = translate(found.settings, SIZE)
    assert back.program.digest == exported.digest
    assert back.left_out == ()


@pytest.mark.parametrize("degrees", [-3.5, 2])
def test_an_exported_angle_comes_back(degrees: float) -> None:
    exported = program(straighten=degrees)
    found = xmp.parse(to_xmp(exported).text.encode())
    assert translate(found.settings, SIZE).program.digest == exported.digest


def test_settings_may_be_elements_and_zero_is_no_step() -> None:
    found = translated(
        'crs:Saturation="0" crs:HasCrop="False" crs:CropAngle="3" crs:CropLeft="0.2"',
        """<crs:Exposure2012>+0.50</crs:Exposure2012>
        <crs:ToneCurvePV2012><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>255, 255</rdf:li></rdf:Seq>
        </crs:ToneCurvePV2012>""",
    )
    assert found.program.digest == program(exposure=0.5).digest
    assert found.left_out == ()


def test_what_has_no_tool_is_listed_and_what_does_nothing_is_not() -> None:
    found = translated(
        """crs:WhiteBalance="As Shot" crs:Temperature="5200" crs:Tint="+5" crs:Sharpness="120"
        crs:SharpenRadius="+1.5" crs:GrainAmount="0" crs:GrainSize="60" crs:PerspectiveScale="100"
        crs:ParametricDarks="-20" crs:AutoLateralCA="1" crs:LensProfileEnable="0"
        crs:LensProfileDistortionScale="80" crs:CameraProfile="Adobe Color" crs:RedHue="0"
        crs:SupportsAmount="True" crs:SomethingNew="7" """,
        """<crs:ToneCurvePV2012Red><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>255, 255</rdf:li>
        </rdf:Seq></crs:ToneCurvePV2012Red>
        <crs:ToneCurvePV2012Blue><rdf:Seq><rdf:li>0, 20</rdf:li><rdf:li>255, 255</rdf:li>
        </rdf:Seq></crs:ToneCurvePV2012Blue>
        <crs:PointColors><rdf:Seq><rdf:li>-1.0, -1.0</rdf:li></rdf:Seq></crs:PointColors>
        <crs:Look crs:Name="Adobe Color" crs:Amount="1"/>
        <crs:LensBlur crs:Active="False" crs:BlurAmount="50"/>
        <crs:MaskGroupBasedCorrections><rdf:Seq><rdf:li><rdf:Description
        crs:What="Correction"/></rdf:li></rdf:Seq></crs:MaskGroupBasedCorrections>""",
    )
    assert found.program.digest == program(sharpen=100).digest
    assert found.left_out == (
        "Sharpness beyond 100",
        "SharpenRadius",
        "ParametricDarks",
        "AutoLateralCA",
        "SomethingNew",
        "ToneCurvePV2012Blue",
        "MaskGroupBasedCorrections",
    )


def test_a_white_balance_in_kelvin_is_listed() -> None:
    found = translated('crs:WhiteBalance="Custom" crs:Temperature="5200" crs:Tint="+5"')
    assert found.left_out == ("Temperature", "Tint")


# A side-car of Lightroom 14, of a picture of 3 to 2: an angle alone, as it constrains the frame.
LEVELLED = """crs:HasCrop="True" crs:CropAngle="0.797294" crs:CropLeft="0.014768"
    crs:CropRight="0.985232" crs:CropTop="0" crs:CropBottom="1" """


def test_a_levelled_picture_is_straightened_and_not_cropped() -> None:
    found = translated(LEVELLED, size=(6000, 4000))
    assert found.program.digest == program(straighten=-0.797294).digest


def test_a_turned_frame_shows_what_it_frames() -> None:
    # A white square in the middle of a frame that is turned by 10 degrees, drawn point by point.
    width, height, angle = 300, 200, np.radians(10)
    y, x = np.mgrid[:height, :width] + 0.5
    across = (x - 120) * np.cos(angle) + (y - 90) * np.sin(angle)
    down = -(x - 120) * np.sin(angle) + (y - 90) * np.cos(angle)
    inside = (np.abs(across) <= 30) & (np.abs(down) <= 20)
    pixels = np.repeat((inside * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    (left, top), (right, bottom) = ((120, 90) + turn @ half for half in ((-30, -20), (30, 20)))
    found = translated(
        f"""crs:HasCrop="True" crs:CropAngle="10" crs:CropLeft="{left / width}"
        crs:CropTop="{top / height}" crs:CropRight="{right / width}"
        crs:CropBottom="{bottom / height}" """,
        size=(width, height),
    )
    shown = render_pixels(found.program, pixels)
    assert shown.shape[:2] == (40, 60)
    assert shown[2:-2, 2:-2].min() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_crop_is_of_the_picture_as_it_is_stored(orientation: int, tmp_path: Path) -> None:
    marked = np.zeros((107, 160, 3), np.uint8)
    marked[10:40, 20:100] = 255
    exif = b"Exif\0\0" + camera_exif(orientation)
    folder = tmp_path / "photos"
    put(folder / "one.png", Image.fromarray(marked), "png", exif=exif)
    height, width = marked.shape[:2]
    put(
        folder / "one.xmp",
        packet(
            f"""tiff:Orientation="{orientation}" crs:HasCrop="True" crs:CropLeft="{20 / width}"
            crs:CropTop="{10 / height}" crs:CropRight="{100 / width}"
            crs:CropBottom="{40 / height}" """
        ),
    )
    (pair,) = xmp.read(folder, Skipped())
    shown = render_pixels(pair.records[0].program, decode(pair.before).pixels)
    assert shown.shape[:2] == ((30, 80) if orientation < 5 else (80, 30))
    assert shown.min() == 255


def test_side_cars_go_with_their_photo_and_presets_round(tmp_path: Path) -> None:
    name = """<crs:Name><rdf:Alt><rdf:li xml:lang="x-default">Warm Film</rdf:li></rdf:Alt>
    </crs:Name>"""
    folder = tmp_path / "photos"
    put(folder / "a/one.jpg", photo())
    put(folder / "a/one.xmp", packet('crs:Exposure2012="+1"'))
    put(folder / "two.png", photo("coffee"), "png")
    put(folder / "two.png.xmp", packet('crs:Exposure2012="-1"'))
    put(folder / "z-film.xmp", packet('crs:IncrementalTemperature="+20"', name))
    put(folder / "z-gloomy.xmp", packet('crs:Contrast2012="-20" crs:Dehaze="+5" crs:RedHue="4"'))
    put(folder / "._two.xmp", b"what a Mac leaves behind")
    skipped = Skipped()
    found, left = kept(xmp.read(folder, skipped), tmp_path)
    assert [(r.words, r.source, r.program.digest, r.after) for r in found] == [
        ("", "xmp/sidecar", program(exposure=1).digest, ""),
        ("", "xmp/sidecar", program(exposure=-1).digest, ""),
        ("Warm Film", "xmp/preset", program(temperature=20).digest, ""),
        ("z-gloomy", "xmp/preset", program(contrast=-20, dehaze=5).digest, ""),
    ]
    assert found[0].photo == found[2].photo != found[1].photo == found[3].photo
    assert not skipped.counts
    assert left.counts == {"no tool has the setting RedHue": 1}


ENTITIES = "".join(f'<!ENTITY e{i + 1} "{f"&e{i};" * 10}">' for i in range(9))
HOSTILE = {
    "entity bomb": packet(
        elements="<crs:Name>&e9;</crs:Name>",
        head=f'<!DOCTYPE x [<!ENTITY e0 "laugh">{ENTITIES}]>',
    ),
    "file of the machine": packet(
        elements="<crs:Name>&f;</crs:Name>",
        head='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
    ),
    "document type": packet(head='<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'),
    "in UTF-16": packet(head='<!DOCTYPE x [<!ENTITY e "e">]>').decode().encode("utf-16"),
}
MALFORMED = {
    "not XML": b"Exposure2012=1",
    "cut short": packet('crs:Exposure2012="1"')[:-30],
    "no settings": packet().replace(b"crs:", b"tiff:"),
    "applied already": packet('crs:Exposure2012="1" crs:AlreadyApplied="True"'),
    "nothing set": packet('crs:Exposure2012="0"'),
    "no number": packet('crs:Exposure2012="bright"'),
    "no crop": packet(
        'crs:HasCrop="True" crs:CropLeft="0.5" crs:CropRight="0.5" crs:CropTop="0" '
        'crs:CropBottom="1"'
    ),
    "infinite": packet('crs:Exposure2012="inf"'),
    "deep": b"<a>" * 100_000,
    "lists in lists": packet(
        elements="<crs:X>" + "<rdf:Seq><rdf:li>" * 9999 + "</rdf:li></rdf:Seq>" * 9999 + "</crs:X>"
    ),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_xml_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidError, match=r"x\.xmp declares a document type"):
        xmp.parse(data, "x.xmp")


def test_what_cannot_be_used_is_counted(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", photo())
    put(tmp_path / "bad.jpg", cut_short(photo()))
    put(tmp_path / "bad.xmp", packet('crs:Exposure2012="1"'))
    put(tmp_path / "one.xmp", packet('crs:Exposure2012="1"'))
    for number, data in enumerate([*HOSTILE.values(), *MALFORMED.values()]):
        put(tmp_path / f"preset{number}.xmp", data)
    skipped = Skipped()
    found, left = kept(xmp.read(tmp_path, skipped), tmp_path)
    assert len(found) == 1
    assert skipped.counts == {"an XMP file cannot be used": len(HOSTILE) + len(MALFORMED)}
    assert left.counts == {"a picture cannot be read": 1}


def test_a_folder_without_files_or_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no XMP file"):
        xmp.read(tmp_path, Skipped())
    put(tmp_path / "one.xmp", packet('crs:Exposure2012="1"'))
    with pytest.raises(NotFoundError, match="no photo"):
        xmp.read(tmp_path, Skipped())
