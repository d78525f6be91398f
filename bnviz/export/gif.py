"""A recording as an animated GIF: the layers' histograms breathe above the courses of loss, γ and β."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from bnviz.export.apart import drawn
from bnviz.export.panels import MARGIN, STAGE, TITLE, WIDTH, Box, Layout, still
from bnviz.history import History
from bnviz.styles import Theme

if TYPE_CHECKING:
    from PIL import Image

MOST_FRAMES = 60
COLORS = 128
FRAME, FIRST, LAST = 140, 900, 2500  # milliseconds on the screen
_ALIKE = 8  # levels that tell a color from that of the ground
_FINER = 2  # dots a pixel in which shapes are drawn before they are made smaller: their edges become smooth


def gif(history: History, theme: Theme = "light", most_frames: int = MOST_FRAMES) -> bytes:
    """Return the file. It repeats for ever, and each of its frames, records spread over the training, says its step.

    Raises ValueError for fewer than two frames.
    """
    if most_frames < 2:
        raise ValueError(f"most_frames = {most_frames}: must be 2 or more.")
    from PIL import Image

    drawing = _Drawing(history, theme)
    last = len(history.steps) - 1
    records = np.unique(np.linspace(0, last, min(last + 1, most_frames)).round().astype(int)).tolist()
    palette = drawing.palette(records[len(records) // 2])
    frames = [drawing.frame(record).quantize(palette=palette, dither=Image.Dither.NONE) for record in records]
    durations = [FIRST, *[FRAME] * (len(frames) - 2), LAST][-len(frames) :]
    file = io.BytesIO()
    frames[0].save(
        file, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, disposal=1, optimize=False
    )
    return file.getvalue()


class _Drawing:
    """Draws frames of one recording: what stands still once, and what moves onto it."""

    def __init__(self, history: History, theme: Theme) -> None:
        self.history, self.layout = history, Layout(history, theme)
        self.faint, self.strong = (_raster(still(self.layout, strong)) for strong in (False, True))
        self.top, bottom = int(self.layout.cells[0][0].top), int(self.layout.cells_bottom)
        cells = self.faint.crop((0, self.top, WIDTH, bottom))
        self.cells = cells.resize((_FINER * cells.width, _FINER * cells.height))

    def frame(self, record: int) -> Image.Image:
        """Return the picture of one record."""
        from PIL import ImageDraw, ImageFont

        layout, step = self.layout, int(self.history.steps[record])
        image = self.faint.copy()
        pen = ImageDraw.Draw(image)
        for box in (layout.loss, layout.affine):
            x = round(float(box.across(step)))
            past = (int(box.left) - 1, int(box.top) - 2, x + 1, int(box.top + box.height) + 3)
            image.paste(self.strong.crop(past), past[:2])
            pen.line([(x, box.top), (x, box.top + box.height)], fill=layout.palette.text)
        self._histograms(image, record)
        words = f"step {step} of {self.history.experiment.steps}"
        font = ImageFont.load_default(17)
        pen.text((WIDTH - MARGIN, 30), words, fill=layout.palette.text, font=font, anchor="rs")
        for run, end in enumerate(self.history.status[: len(layout.styles)]):
            box = layout.cells[run][0]
            if record >= self.history.recorded[run]:
                said = end
            else:
                said = f"test accuracy {100 * self.history.arrays['accuracy'][record, run, 1]:.0f} %"
            place = (box.left, TITLE + 34)
            pen.text(place, said, fill=layout.palette.muted, font=ImageFont.load_default(14), anchor="ls")
        return image

    def palette(self, record: int) -> Image.Image:
        """Return a picture with the colors for all frames, so that none flickers; the ground is exactly the theme's.

        In mid-training there are strong lines and faint ones.
        """
        from PIL import Image, ImageColor

        found = self.frame(record).quantize(COLORS, dither=Image.Dither.NONE)
        ground = np.array(ImageColor.getrgb(self.layout.palette.page)[:3])
        colors = np.array(found.getpalette()).reshape(-1, 3)
        # Pillow looks colors up in steps of four, and would find a neighbor of the ground in place of it.
        colors[np.abs(colors - ground).max(1) <= _ALIKE] = ground
        found.putpalette(colors.ravel().tolist())
        return found

    def _histograms(self, image: Image.Image, record: int) -> None:
        """Draw the shape of every cell, each as high as its fullest bin makes it, over its own of step 0."""
        from PIL import ImageColor, ImageDraw

        layout, counts = self.layout, self.history.arrays["counts"]
        part = self.cells.copy()
        pen = ImageDraw.Draw(part, "RGBA")
        for run, column in enumerate(layout.cells):
            color = ImageColor.getrgb(layout.color(run))
            seen = min(record, max(int(self.history.recorded[run]) - 1, 0))
            pale = 1.0 if seen == record else 0.4
            for box, layer in zip(column, layout.layers, strict=True):
                shape = _outline(box, counts[seen, run, layer, STAGE, 1:-1], self.top)
                pen.polygon(shape, fill=(*color[:3], int(128 * pale)))
                pen.line(shape, fill=(*color[:3], int(255 * pale)), width=3)
                start = _outline(box, counts[0, run, layer, STAGE, 1:-1], self.top)
                pen.line(start, fill=(*ImageColor.getrgb(layout.palette.text)[:3], 110), width=2)
        image.paste(part.reduce(_FINER), (0, self.top))


def _outline(box: Box, counts: np.ndarray, above: int) -> list[tuple[float, float]]:
    """The corners of a histogram's shape, in the finer dots of a part that begins `above` pixels down."""
    heights = counts / max(counts.max(), 1)
    across = box.left + box.width * (np.arange(len(counts)) + 0.5) / len(counts)
    floor = box.top + box.height
    xs = np.concatenate([[box.left], across, [box.left + box.width]])
    ys = np.concatenate([[floor], floor - (box.height - 6) * heights, [floor]])
    return [(_FINER * float(x), _FINER * float(y - above)) for x, y in zip(xs, ys, strict=True)]


def _raster(svg: str) -> Image.Image:
    """Draw with the fonts that come with vl-convert-python: Greek letters too, wherever it runs."""
    from PIL import Image

    return Image.open(io.BytesIO(drawn("svg_to_png", svg, scale=1))).convert("RGB")
