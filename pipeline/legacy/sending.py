"""Columns about what is sent to customers, newsletters and e-mails: one may say that an address is blocked, and tells of no flag."""

import re
from typing import Final

from pipeline.legacy import elsewords
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.guessing import Guess
from pipeline.legacy.terms import Terms, phrase

# What is sent to many.
NEWSLETTERS: Final = Terms(
    "newsletter* | news letter | nieuwsbrief* | nyhetsbrev* | nyhedsbrev* | infolettre* | lettre d information | boletin* | biuletyn* | hirlevel*",
    "zpravodaj* | uutiskirje* | uudiskir* | naujienlaisk* | jaunumu vestul* | bulten* | obavijest* | ενημερωτικ* | *メルマガ* | *メール配信*",
    "рассылк* | розсилк* | marketing* | *marketing | mailchimp* | klaviyo* | sendinblue | brevo | mailerlite | campaign* | kampagne* | kampanj* | kampan*",
    "campana* | campagne* | campagna | campanha* | mailing | mailings | mailingliste* | mailing list* | mailinglista* | *뉴스레터* | *マーケティング*",
    "*营销* | *行銷* | *ニュースレター* | bounce* | bounced | unsubscri* | deliverab* | zustellbar* | unzustellbar*",
)
# What is sent to one.
MESSAGES: Final = Terms(
    "email* | e mail* | mail | mails | mailadress* | correo | correo electronico | courriel* | epost* | e post* | sahkoposti* | posta elettronica | eposta",
    "pec | pecs | correio eletronico | sms | whatsapp | whats app | push | text message* | почта | эл почта | *メール | *邮件* | *이메일*",
)
DELIVERY: Final = Terms("delivery | zustellung | zustellstatus | livraison | entrega | consegna | bezorging | leverans | levering | doreczenie | doruceni")
# What such columns say besides, and nobody says of a customer.
NOT_ARRIVED: Final = Terms(
    "bounced | hard bounce* | soft bounce* | bounce* | unsubscri* | undeliver* | cleaned | opted out | unzustellbar | rebotad* | rejete* | spam*"
)
BESIDE: Final = Terms(
    "type | typ | tipo | reason | list | lists | last | error | code | health | quality | valid | validity | check | score | group | groups | u | n"
)

LOOKED_AT: Final = 200  # different cells
BANNED: Final = flags.FLAG_FAMILIES["On Hold"][2:5]  # bans, blacklists, and do not book


def _is_of_people(text: str) -> bool:
    """Tell whether a text tells of trouble with a customer, and not only that nothing arrives."""
    said = NOT_ARRIVED.without(phrase(text))
    return elsewords.TROUBLE.within(said) or any(terms.within(said) for terms in BANNED)


def is_of_sending(one: Guess) -> bool:
    """Tell whether a header says only how newsletters or messages reach a customer, as Newsletter tags and Email status do; Do not mail says more."""
    if re.search(elsewords.DENIES, one.terms) or any(map(_is_of_people, one.cells.drop_nulls().unique(maintain_order=True).head(LOOKED_AT))):
        return False
    rest = one.terms
    for terms in (words.STATUS, flags.TAGS, words.REASON, words.BESIDES, BESIDE, words.CUSTOMER):
        rest = terms.without(rest)
    if NEWSLETTERS.within(one.terms):
        for terms in flags.FAMILIES:
            rest = terms.without(rest)
        return not NEWSLETTERS.without(MESSAGES.without(rest))
    is_told = DELIVERY.whole(rest) and any(NOT_ARRIVED.within(phrase(word)) for word in one.words)
    return is_told or (MESSAGES.whole(rest) and rest != one.terms)
