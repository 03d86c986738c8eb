"""A file that somebody hands in as proof: bytes in, what is kept or a refusal out. What a file is
is asked of its content, never of its name or of what the browser says.

A photo is drawn anew: what is kept is our own JPEG, without place, camera or anything else hidden
in it. A PDF cannot be drawn anew here; one that is locked, runs scripts or carries files is
refused."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass

import filetype
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from competence.parsers.pdf_objects import UnreadablePdfError, compressed_objects, unescaped

register_heif_opener()

MAX_PIXELS = 60_000_000
LONGEST_SIDE = 2400
JPEG_QUALITY = 85

_IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
# The names of what makes a PDF act or carry: scripts, launches, files, forms that run (XFA).
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|GoToR"
    rb"|Filespec)(?![A-Za-z0-9])"
)
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")


class ProofError(ValueError):
    """The file cannot be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Proof:
    """What is kept: the bytes, and the suffix that says what they are."""

    content: bytes
    suffix: str  # ".jpg" or ".pdf"


def read_proof(content: bytes, *, max_bytes: int) -> Proof:
    """Raises ProofError."""
    if not content:
        raise ProofError(_("The file is empty. Choose another, or take the photo again."))
    if len(content) > max_bytes:
        raise ProofError(
            _("The file is larger than %(size)d MB. Take a photo of it, or send fewer pages.")
            % {"size": max_bytes // (1024 * 1024)}
        )
    kind = filetype.guess(content)
    mime = kind.mime if kind else ""
    if mime == "application/pdf" and content.startswith(b"%PDF-"):
        _check_pdf(content)
        return Proof(content, ".pdf")
    if mime in _IMAGES:
        return Proof(_drawn_anew(content, _IMAGES[mime]), ".jpg")
    raise ProofError(_("Only photos (JPEG, PNG, HEIC, WebP) and PDF files can be sent."))


def _drawn_anew(content: bytes, image_format: str) -> bytes:
    unreadable = ProofError(
        _("The photo cannot be read. It may be cut off. Take it again, or choose another.")
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[image_format]) as image:
                # Read from the head of the file, before anything is unfolded.
                if image.width * image.height > MAX_PIXELS:
                    raise ProofError(_("The photo has too many pixels. Take it again, smaller."))
                if getattr(image, "n_frames", 1) > 1 and image_format != "HEIF":
                    image.seek(0)
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                image.load()
                # Turned as the camera was held: that too is said in what is about to be dropped.
                upright = ImageOps.exif_transpose(image)
                drawn = _on_white(upright)
    except ProofError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ProofError(_("The photo has too many pixels. Take it again, smaller.")) from None
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, EOFError, RuntimeError):
        raise unreadable from None
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    kept = io.BytesIO()
    drawn.save(kept, "JPEG", quality=JPEG_QUALITY)
    return kept.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """A new picture of the pixels alone: nothing that came beside them is carried along."""
    coloured = image.convert("RGBA")
    paper = Image.new("RGB", coloured.size, "white")
    paper.paste(coloured, mask=coloured.getchannel("A"))
    return paper


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:] or b"startxref" not in content:
        raise ProofError(_("The PDF is cut off. Save it again, or take a photo of it."))
    try:
        for part in (content, *compressed_objects(content)):
            _check_names(unescaped(part))
    except UnreadablePdfError:
        raise ProofError(_("The PDF cannot be read. Take a photo of it instead.")) from None


def _check_names(part: bytes) -> None:
    if _ENCRYPTED.search(part):
        raise ProofError(_("The PDF is locked. Take a photo of it instead."))
    if _ACTIVE.search(part):
        raise ProofError(
            _("The PDF runs scripts or carries other files. Take a photo of it instead.")
        )
