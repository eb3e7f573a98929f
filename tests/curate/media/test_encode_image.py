"""Pictures written like their source."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from curate.media.encode_image import encode_image, encoding_like
from curate.media.image import decode_image, load_pixels

NOISE = np.random.default_rng(0).integers(0, 255, (6, 8, 3), dtype=np.uint8)
PICTURE = Image.fromarray(NOISE).resize((80, 60), Image.Resampling.BICUBIC)


def written(image: Image.Image = PICTURE, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def copy(data: bytes, **options: object) -> bytes:
    return encode_image(load_pixels(data), encoding_like(data, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["PNG", "BMP", "PPM", "TIFF", "WEBP-lossless"])
def test_formats_without_loss_keep_every_pixel(name: str) -> None:
    data = written(format=name.partition("-")[0], lossless="-" in name)
    again = copy(data)
    assert Image.open(io.BytesIO(again)).format == name.partition("-")[0]
    np.testing.assert_array_equal(load_pixels(again), load_pixels(data))


@pytest.mark.parametrize("quality", [30, 75, 95])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_jpeg_keeps_its_tables_and_subsampling(quality: int, subsampling: int) -> None:
    data = written(format="JPEG", quality=quality, subsampling=subsampling)
    before, after = (Image.open(io.BytesIO(each)) for each in (data, copy(data)))
    assert after.quantization == before.quantization  # type: ignore[attr-defined]
    assert after.layer == before.layer  # type: ignore[attr-defined]


def test_the_quality_of_the_recipe_wins() -> None:
    data = written(format="JPEG", quality=95)
    asked = Image.open(io.BytesIO(copy(data, quality=40)))
    assert asked.quantization == Image.open(io.BytesIO(written(format="JPEG", quality=40))).quantization  # type: ignore[attr-defined]


def test_orientation_is_applied_and_reset_and_the_rest_of_exif_survives() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    data = written(format="JPEG", exif=exif)
    again = Image.open(io.BytesIO(copy(data)))
    assert again.size == (60, 80), "turned upright"
    assert 0x0112 not in again.getexif()
    assert again.getexif()[0x010F] == "Maker"
    assert not Image.open(io.BytesIO(copy(data, strip=True))).getexif()


def test_the_colour_profile_survives_even_where_private_data_goes() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in ("JPEG", "PNG", "WEBP", "TIFF"):
        data = written(format=name, icc_profile=profile)
        assert Image.open(io.BytesIO(copy(data, strip=True))).info["icc_profile"] == profile, name


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_grey_stays_grey(name: str) -> None:
    data = written(PICTURE.convert("L"), format=name)
    assert Image.open(io.BytesIO(copy(data))).mode == "L"


def test_a_format_that_is_not_written_becomes_png() -> None:
    data = written(PICTURE.convert("P"), format="GIF")
    assert decode_image(copy(data)).header.format == "PNG"


def test_the_same_bytes_twice() -> None:
    data = written(format="JPEG")
    assert copy(data) == copy(data)


TIFF_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F")


@pytest.mark.parametrize("mode", TIFF_MODES)
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_tags_of_the_old_pixels_are_not_carried_over(mode: str, compression: str) -> None:
    """libtiff otherwise writes strips of the source's size: encoder error -8, or a picture of the old width."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[33922] = (0.0, 0.0, 0.0, 5.0, 6.0, 0.0)  # GeoTIFF: where the pixels lie on a map
    exif.get_ifd(0x8769)[0xA002] = 80
    image = PICTURE.convert("L").convert(mode) if mode in {"I;16", "I", "F"} else PICTURE.convert(mode)
    data = written(image, format="TIFF", compression=compression, exif=exif)
    encoding = encoding_like(data)
    for height, width in ((60, 80), (30, 40), (10, 79), (120, 200)):
        pixels = np.zeros((height, width, 3), np.uint8)
        again = encode_image(pixels, encoding)
        assert decode_image(again).findings == ()
        assert load_pixels(again).shape == pixels.shape
        tags = Image.open(io.BytesIO(again)).getexif()
        assert tags[0x010F] == "Maker"
        assert 33922 not in tags
