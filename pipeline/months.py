"""Dates whose months are words of a language other than English: what a format such as `de: %d. %B %Y` means.

Each language stands by itself, since a word may be October in one and November in another. The words are those that dates are written with
(in the nominative and the genitive, long and short), after the Unicode Common Locale Data Repository and everyday use.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # settings that name no formats need no Polars
    import polars as pl

# Language → January to December, each with its words, the long one first.
WORDS = {
    "cs": "leden ledna led|únor února úno|březen března bře|duben dubna dub|květen května kvě|červen června čvn|červenec července čvc|srpen srpna srp|"
    "září zář|říjen října říj|listopad listopadu lis|prosinec prosince pro",
    "da": "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|september sep sept|oktober okt|november nov|december dec",
    "de": "Januar Jänner Jan Jän|Februar Feber Feb|März Maerz Mär Mrz|April Apr|Mai|Juni Jun|Juli Jul|August Aug|September Sep Sept|Oktober Okt|November Nov|"
    "Dezember Dez",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago|septiembre setiembre sep sept set|octubre oct|noviembre nov|"
    "diciembre dic",
    "fi": "tammikuu tammikuuta tammi|helmikuu helmikuuta helmi|maaliskuu maaliskuuta maalis|huhtikuu huhtikuuta huhti|toukokuu toukokuuta touko|"
    "kesäkuu kesäkuuta kesä|heinäkuu heinäkuuta heinä|elokuu elokuuta elo|syyskuu syyskuuta syys|lokakuu lokakuuta loka|marraskuu marraskuuta marras|"
    "joulukuu joulukuuta joulu",
    "fr": "janvier janv jan|février fevrier févr fevr fév fev|mars|avril avr|mai|juin|juillet juil|août aout|septembre sept sep|octobre oct|novembre nov|"
    "décembre decembre déc dec",
    "hr": "siječanj siječnja sij|veljača veljače velj|ožujak ožujka ožu|travanj travnja tra|svibanj svibnja svi|lipanj lipnja lip|srpanj srpnja srp|"
    "kolovoz kolovoza kol|rujan rujna ruj|listopad listopada lis|studeni studenoga studenog stu|prosinac prosinca pro",
    "hu": "január jan|február febr feb|március márc már|április ápr|május máj|június jún|július júl|augusztus aug|szeptember szept|október okt|november nov|"
    "december dec",
    "it": "gennaio gen|febbraio feb|marzo mar|aprile apr|maggio mag|giugno giu|luglio lug|agosto ago|settembre sett set|ottobre ott|novembre nov|dicembre dic",
    "nl": "januari jan|februari feb|maart mrt|april apr|mei|juni jun|juli jul|augustus aug|september sep sept|oktober okt|november nov|december dec",
    "no": "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|september sep sept|oktober okt|november nov|desember des",
    "pl": "styczeń stycznia sty|luty lutego lut|marzec marca mar|kwiecień kwietnia kwi|maj maja|czerwiec czerwca cze|lipiec lipca lip|sierpień sierpnia sie|"
    "wrzesień września wrz|październik października paź|listopad listopada lis|grudzień grudnia gru",
    "pt": "janeiro jan|fevereiro fev|março marco mar|abril abr|maio mai|junho jun|julho jul|agosto ago|setembro set|outubro out|novembro nov|dezembro dez",
    "ro": "ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|august aug|septembrie sept sep|octombrie oct|noiembrie nov|decembrie dec",
    "sk": "január januára jan|február februára feb|marec marca mar|apríl apríla apr|máj mája|jún júna|júl júla|august augusta aug|september septembra sep|"
    "október októbra okt|november novembra nov|december decembra dec",
    "sv": "januari jan|februari febr feb|mars mar|april apr|maj|juni jun|juli jul|augusti aug|september sept sep|oktober okt|november nov|december dec",
    "tr": "ocak oca|şubat şub|mart mar|nisan nis|mayıs may|haziran haz|temmuz tem|ağustos ağu|eylül eyl|ekim eki|kasım kas|aralık ara",
    "el": "Ιανουάριος Ιανουαρίου Ιαν|Φεβρουάριος Φεβρουαρίου Φεβ|Μάρτιος Μαρτίου Μαρ|Απρίλιος Απριλίου Απρ|Μάιος Μαΐου Μαΐ|Ιούνιος Ιουνίου Ιουν|"
    "Ιούλιος Ιουλίου Ιουλ|Αύγουστος Αυγούστου Αυγ|Σεπτέμβριος Σεπτεμβρίου Σεπ|Οκτώβριος Οκτωβρίου Οκτ|Νοέμβριος Νοεμβρίου Νοε|Δεκέμβριος Δεκεμβρίου Δεκ",
    "et": "jaanuar jaan|veebruar veebr|märts|aprill apr|mai|juuni|juuli|august aug|september sept|oktoober okt|november nov|detsember dets",
    "id": "Januari Jan|Februari Feb|Maret Mar|April Apr|Mei|Juni Jun|Juli Jul|Agustus Agu Agt|September Sep|Oktober Okt|November Nov|Desember Des",
    "is": "janúar jan|febrúar feb|mars mar|apríl apr|maí|júní jún|júlí júl|ágúst ágú|september sep|október okt|nóvember nóv|desember des",
    "lt": "sausis sausio saus|vasaris vasario vas|kovas kovo kov|balandis balandžio bal|gegužė gegužės geg|birželis birželio birž|liepa liepos liep|"
    "rugpjūtis rugpjūčio rugp|rugsėjis rugsėjo rugs|spalis spalio spal|lapkritis lapkričio lapkr|gruodis gruodžio gruod",
    "lv": "janvāris janv|februāris febr|marts|aprīlis apr|maijs|jūnijs jūn|jūlijs jūl|augusts aug|septembris sept|oktobris okt|novembris nov|decembris dec",
    "ru": "январь января янв|февраль февраля фев|март марта мар|апрель апреля апр|май мая|июнь июня июн|июль июля июл|август августа авг|"
    "сентябрь сентября сент сен|октябрь октября окт|ноябрь ноября нояб ноя|декабрь декабря дек",
    "sl": "januar januarja jan|februar februarja feb|marec marca mar|april aprila apr|maj maja|junij junija jun|julij julija jul|avgust avgusta avg|"
    "september septembra sep|oktober oktobra okt|november novembra nov|december decembra dec",
    "uk": "січень січня січ|лютий лютого лют|березень березня бер|квітень квітня кві|травень травня тра|червень червня чер|липень липня лип|"
    "серпень серпня сер|вересень вересня вер|жовтень жовтня жов|листопад листопада лис|грудень грудня гру",
}
MONTHS = {language: tuple(tuple(month.split()) for month in words.split("|")) for language, words in WORDS.items()}
TAGGED = re.compile(r"([a-z]{2}): (.*)", re.DOTALL)
WEEKDAY_FIRST = re.compile(r"%[Aa],? ")
ORDINAL = r"^(\d{1,2})(?:er|º|ª|°)(\s)"  # 1er janvier, 1º de enero


def split_format(form: str) -> tuple[str | None, str]:
    """Return the language that a format names, None for English, and the format itself."""
    tagged = TAGGED.fullmatch(form)
    return (tagged[1], tagged[2]) if tagged else (None, form)


def is_sound(form: str) -> bool:
    """Tell whether a format names no language, or one that is known, for months in words."""
    language, rest = split_format(form)
    return language is None or (language in MONTHS and ("%B" in rest or "%b" in rest))


def in_numbers(text: "pl.Series", form: str) -> "tuple[pl.Series, str]":
    """Return texts and the format they are to be read by, months in numbers; as they are where the format names no language.

    A weekday before the day says nothing that the day does not, and is left out.
    """
    language, form = split_format(form)
    if language is None:
        return text, form
    numbered = months_in_numbers(text, language)
    if WEEKDAY_FIRST.match(form):
        numbered, form = numbered.str.replace(r"^[^\W\d_]+\.?,?\s+", ""), WEEKDAY_FIRST.sub("", form, count=1)
    return numbered.str.replace(ORDINAL, "${1}${2}"), form.replace("%B", "%m").replace("%b", "%m")


def months_in_numbers(text: "pl.Series", language: str) -> "pl.Series":
    """Return texts with the words for months of a language, and a point behind a short one, as two digits."""
    for number, words in enumerate(MONTHS[language], start=1):
        text = text.str.replace_all(rf"(?i)\b(?:{'|'.join(words)})\b\.?", f"{number:02}")
    return text


def written(form: str, moment: datetime) -> str:
    """Return a moment as a format writes it, without its weekday where the format is of another language than English."""
    language, rest = split_format(form)
    if language is None:
        return moment.strftime(form)
    word = MONTHS[language][moment.month - 1]
    plain = WEEKDAY_FIRST.sub("", rest, count=1).replace("%B", word[0]).replace("%b", word[-1])
    return moment.strftime(plain)
