"""Words and phrases as the glossaries write them, and headers and cells in the same form."""

import re
import unicodedata
from typing import Final

# Letters that are not taken apart into a letter and an accent.
LETTERS: Final = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "œ": "oe", "ð": "d", "þ": "th", "\u0131": "i"})
# Vietnamese words that are English ones without their accents: forbidden is no cam, and must or a machine neither can nor may.
ACCENTED: Final = re.compile(r"\b(?:(c)ấ(m)|(c)[^\W\d_a-z](n)|(m)[^\W\d_a-z](y))\b")


def plain(text: str) -> str:
    """Return a text as the glossary writes it: small, without accents; of the words of `ACCENTED` with aa in their place."""
    if not text.isascii():
        text = ACCENTED.sub(lambda found: "aa".join(one for one in found.groups() if one), unicodedata.normalize("NFC", text).casefold())
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold().translate(LETTERS).strip()


def phrase(text: str) -> str:
    """Return the words of a header, as the glossary writes them, with a blank between two; AtRisk and at_risk are two words."""
    apart = re.sub(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])", " ", unicodedata.normalize("NFC", text))
    return " ".join("".join(letter if letter.isalnum() or letter in "#°º" or _is_vowel(letter) else " " for letter in plain(apart)).split())


def _is_vowel(letter: str) -> bool:
    """Tell whether a character is a vowel's sign, without which words in Thai or Hindi fall to pieces, and does not only say how another is drawn."""
    return unicodedata.category(letter) in ("Mn", "Mc") and not "\ufe00" <= letter <= "\ufe0f"


# What a * stands for where a word is only inflected: a few letters, those of verbs, or a word for a note or a customer, and a small one before it;
# scripts without blanks have none of these.
ENDING: Final = (
    r"(?:[^ ]{0,4}|(?:иров|σμεν|αρισμ|k?e?er|d?ier|iz|ir|ov|ow|uj|ad|al|an|iss|im|az|ac|ct|uks|vermerk|kennz|hinweis|kund|klant|asiak|[еоуи][вджн])[^ ]{0,6})"
)
BEGINNING: Final = "(?:aus|ab|an|ein|ge|be|ver|un|de|re)?"
WITHOUT_BLANKS: Final = r"[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"


def _near(word: str) -> str:
    if re.search(WITHOUT_BLANKS, word):
        return re.escape(word).replace(r"\*", "[^ ]*")
    return (BEGINNING if word.startswith("*") else "") + re.escape(word.lstrip("*")).replace(r"\*", ENDING)


class Terms:
    """Words and phrases, with * for further letters."""

    def __init__(self, *lines: str) -> None:
        self.words = tuple(dict.fromkeys(plain(word) for line in lines for word in line.split("|") if word.strip()))
        each = "|".join(re.escape(word).replace(r"\*", r"[^ ]*") for word in sorted(self.words, key=len, reverse=True))
        self._found = re.compile(rf"(?<!\S)(?:{each})(?!\S)")
        near = "|".join(_near(word) for word in self.words)
        self._near = re.compile(rf"(?<!\S)(?:{near})(?!\S)")
        self._all = re.compile(rf"(?:{each})(?: (?:{each}))*")

    def within(self, words: str) -> bool:
        """Tell whether one of the terms is among some words."""
        return self._found.search(words) is not None

    def is_stretched(self, words: str) -> bool:
        """Tell whether one of the terms is among some words only by a * that stands for more than an ending, as in Blockflöte."""
        return self.within(words) and self._near.search(words) is None

    def without(self, words: str) -> str:
        """Return the words that are none of the terms."""
        return " ".join(self._found.sub(" ", words).split())

    def whole(self, words: str) -> bool:
        """Tell whether the words are one of the terms, or some, and nothing else."""
        return self._all.fullmatch(words) is not None
