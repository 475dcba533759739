"""What each code point becomes in a key: without case, accents, width, invisible marks and variants of punctuation."""

import unicodedata

import regex

_LATIN = """
    a:ᴀᶏⱥ aa:ꜳ ae:æᴁ ao:ꜵ au:ꜷ av:ꜹꜻ ay:ꜽ b:ƀƃɓʙᴃᵬᶀ c:ƈȼɕᴄꞓ d:ðđƌȡɖɗᴅᴆᵭᶁᶑꝱꝺ db:ȸ dz:ʣʥ e:əǝɇɛᴇᶒᶓⱸ
    f:ƒᵮᶂꜰꝼ g:ǥɠɡɢʛᶃꞡ h:ħɦɧʜⱨ hv:ƕ i:ıɨɩɪᵻᶖ j:ȷɉɟʝᴊ k:ƙᴋᶄⱪꝁꝃꝅꞣ l:łƚȴɫɬɭʟᴌᶅⱡꝇꝉꝲ ll:ỻ ls:ʪ lz:ʫ m:ɱᴍᵯᶆꝳ
    n:ŋƞȵɲɳɴᵰᶇꝴꞑꞥ o:øᴏⱺꝋꝍ oe:œɶ oi:ƣ oo:ꝏ p:ƥᴘᵱᵽᶈꝑꝓꝕ q:ĸʠꝗꝙ qp:ȹ r:ɍɼɽɾʀᵲᵳᶉꝵꝶꞧ s:ȿʂᵴᶊẜẝꜱꞩ t:ŧƫƭȶʈᴛᵵⱦꝷꞇ
    th:þᵺꝥꝧ ts:ʦ u:ʉᴜᵾᶙ ue:ᵫ v:ʋᴠᶌỽⱱⱴꝟ vy:ꝡ w:ᴡⱳ x:ᶍ y:ƴɏʏỿ z:ƶȥɀʐʑᴢᵶᶎⱬ
"""
"""Letters that Unicode does not decompose, after case folding, as `ASCII:letters`.

From the transform Latin-ASCII of CLDR 42 (ICU 72), its Latin letters only; without `ŀ` and `ŉ`, which decompose, and
with the Azerbaijani `ə`, which it lacks.
"""
_LETTERS = str.maketrans(
    {letter: ascii for ascii, letters in (entry.split(":") for entry in _LATIN.split()) for letter in letters}
)
_APOSTROPHES = str.maketrans(
    dict.fromkeys(
        "`\u00b4\u2018\u2019\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb"
        "\u055a\u05f3\ua78b\ua78c",
        "'",
    )
)
"""Quotation marks, primes, accents without a letter and modifier letters, each of which is typed as an apostrophe."""
_HYPHEN = regex.compile(r"[\p{Dash_Punctuation}\u2212\u2043\u02d7]")
_IGNORABLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]")
_MOST_CACHED = 20_000
"""Code points. Clients may send all 1.1 million; each takes some 100 bytes."""


class _Folds(dict[int, str]):
    """A table for `str.translate` that computes its entries when they are first needed."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(self) < _MOST_CACHED:
            self[code] = folded
        return folded


FOLDS = _Folds()


def _fold(text: str) -> str:
    """The form that folding does not change any more."""
    folded = _fold_once(text)
    return folded if folded == text else _fold(folded)


def _fold_once(text: str) -> str:
    """Replaces apostrophes before the compatibility form, which makes a space and an accent of `\u00b4`."""
    text = unicodedata.normalize("NFD", text).translate(_APOSTROPHES)
    return "".join(map(_bare, unicodedata.normalize("NFKD", text)))


def _bare(letter: str) -> str:
    if unicodedata.combining(letter) or _IGNORABLE.match(letter):
        return ""
    if letter.isspace():
        return " "
    return "-" if _HYPHEN.match(letter) else letter.translate(_APOSTROPHES).casefold().translate(_LETTERS)
