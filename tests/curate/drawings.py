"""Pictures that were drawn, for what is told of lines and not of photos."""

from PIL import Image, ImageDraw


def line_drawing() -> Image.Image:
    """Return ellipses and crossing lines of two pixels on white, RGB of 1000 x 800."""
    image = Image.new("RGB", (1000, 800), "white")
    draw = ImageDraw.Draw(image)
    for shift in range(0, 400, 45):
        draw.ellipse((100 + shift, 60 + shift, 420 + shift, 300 + shift), outline=0, width=2)
        draw.line((60, 40 + shift, 940, 700 - shift), fill=(30, 30, 30), width=2)
    return image
