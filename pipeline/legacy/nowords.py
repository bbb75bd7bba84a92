"""Words and texts in several languages by which a cell says that there is nothing to say, no flag, or none any more; written as in `flagwords`."""

from typing import Final

from pipeline.legacy.terms import Terms

# Texts that stand where there is nothing to say.
NOTHING: Final = Terms(
    "- | -- | --- | \u2013 | \u2014 | . | .. | / | ? | n/a | na | n.a. | n.v.t. | nvt | none | nil | null | no | nein | non | nee | nej | nei | nie",
    "ei | ne | nao | 0 | keine | kein | keiner | keines | aucun | aucune | rien | ninguno | ninguna | nada | nessuno | nessuna | niente | nenhum",
    "nenhuma | geen | brak | zadny | zadne | zadna | ingen | inget | ingenting | ok",
    "нет | なし | 無 | 无 | 없음 | 特になし | 特に無し | 該当なし | nincs | nothing",
    "neant | yok | yoktur | nichts | entfallt | nicht vorhanden | ras | sans | all good | sin novedad | niets | nic | ei mitaan | ei ole | puudu | pole",
    "אין | אין הערות | ללא | ไม่มี | لا يوجد | لا شيء | بدون | ندارد | هیچ | कोई नहीं | khong co | ekkert | engin | enginn | nav | hakuna | niciuna",
    "niciunul | niciun | tidak ada | khong | nema | cap | inga | nera | немає | puudub | няма | ziadne | ziadny | nulla | intet | r a s",
)
# The same in several words.
NOTHING_SAID: Final = Terms(
    "nichts auffalliges | nichts zu melden | alles bestens | rien de special | rien a dire | niente di rilevante | tutto regolare | sorun yok | uyari yok",
    "nicio problema | nincs gond | nessuna osservazione | χωρισ παρατηρησεισ | проблем нет | замечаний нет | нарушений не было | нет проблем | без проблем",
    "nothing to see | nothing to add | 没问题 | 無問題 | 无特殊情况 | 正常",
    "无警告 | 特にありません | 問題ありません | 無し | 異常なし | ingen problemer | inga problem",
    "nothing to report | nothing to note | nothing to declare | nothing known | nothing special | nothing noted | none known | none reported",
    "none noted | not applicable | n k | n d | all ok | all good | all fine | everything ok | everything fine",
    "no comment | no comments | no special needs | no special requirements | no known issues | no issues | no problems | no concerns | no remarks",
    "no notes | no alerts | none on file | k a | o b | keine angabe | keine angaben | nichts bekannt | keine bekannt | keine bekannten",
    "alles in ordnung | alles ok | alles gut | unauffallig | ohne | keine auffalligkeiten | keine auffalligkeiten bekannt | keine besonderheiten",
    "nichts besonderes | nichts zu vermerken | ohne befund | ohne besonderheiten | rien a signaler | rien de particulier | sans objet | non renseigne",
    "non renseignee | aucune remarque | sans remarque | aucun probleme | neant | tout va bien | aucune allergie connue | aucune connue | aucun connu",
    "pas de remarque | non applicable | s o | nada que resenar | nada que senalar | sin observaciones | no procede | no aplica | no consta",
    "sin incidencias | ninguna conocida | ninguno conocido | sin comentarios | todo bien | todo ok | sin datos | niente da segnalare",
    "nulla da segnalare | nessuna nota | nessuna segnalazione | nessun problema | tutto ok | tutto bene | non applicabile | niente di particolare",
    "nada a assinalar | nada a registar | nada a declarar | nao se aplica | sem observacoes | sem ocorrencias | sem informacao | tudo ok | nada consta",
    "geen bijzonderheden | niet van toepassing | geen opmerkingen | niets bijzonders | niets te melden | geen bekend | alles goed | niet bekend",
    "brak uwag | bez uwag | nie dotyczy | brak danych | brak zastrzezen | bez zastrzezen | nic do zgloszenia | wszystko ok",
    "inget att notera | inget sarskilt | inga anmarkningar | ej aktuellt | inga kanda | intet at bemaerke | ikke relevant | ikke aktuelt",
    "ingen bemaerkninger | ingen merknader | ingen anmerkninger | intet saerligt | ingenting spesielt | bez poznamek | bez pripominek | zadne poznamky",
    "neni znamo | vse v poradku | bez poznamok | nic zvlastniho | ei huomautettavaa | ei tiedossa | ei tietoa | kaikki ok | ei erityista",
    "nincs megjegyzes | nem relevans | nincs adat | minden rendben | nimic | nimic de semnalat | fara observatii | nu se aplica | nu este cazul",
    "fara probleme | nema napomena | bez napomena | nije primjenjivo | nista | nema | nicht zutreffend | entfallt | без замечаний | нет замечаний",
    "отсутствует | отсутствуют | не применимо | нет данных | все хорошо | все в порядке | без зауважень | немае зауважень | відсутні | καμια | κανενα",
    "τιποτα | δεν υπαρχει | yok | uygulanamaz | 特記事項なし | 問題なし",
    "没有 | 暂无 | 不适用 | 特이사항 없음 | 특이사항없음 | 해당 없음 | 해당없음 ",
    "ne opazeno | bez zaznamu | non segnalato | sin alertas | sin alerta",
)
# Words beside those.
BESIDE_NOTHING: Final = Terms(
    "at present | at the moment | so far | yet | to date | currently | known | recorded | zurzeit | zur zeit | bisher | derzeit | bekannt | a ce jour",
    "pour le moment | hasta la fecha | de momento | al momento | per ora | ate a data | ate ao momento | op dit moment | tot nu toe | na razie",
    "for tillfallet | pt | i ojeblikket",
)
# Words before those of flags by which a text says that there is none.
NO_SUCH: Final = Terms(
    "no | none | without | any | keine | keinen | keinerlei | kein | ohne | aucun | aucune | pas de | pas d | sans | sin | ningun | ninguna | nessun",
    "nessuna | nessuno | senza | geen | zonder | ingen | inga | inget | utan | uten | uden | zadne | zadny | zadna | brak | bez | nenhum | nenhuma",
    "sem | ei | yok | нет | без | не | nincs | nincsenek | not | no longer | never | previously | formerly | was | once | nicht | nicht mehr | nie",
    "ehemals | fruher | niet | niet meer | pas | plus | ne pas | non | non piu | ya no | inte | inte langre | ikke | ikke laengere | ikke lenger | nao",
    "ja nao | juz nie | uz ne | غير | ليس | לא | khong | chua | μη",
)
# Words for a flag that is over, where a column says of each flag whether it is.
EXPIRED: Final = Terms(
    "expired | expire | wygasl* | wygas* | utgange* | udlob* | expiree | abgelaufen* | scaduto",
    "scaduta | vencido | vencida | verlopen | udlobet | utlopt | utgatt | vyprsel* | lejart",
    "истек | истекла | ended | suresi doldu | 已过期 | 期限切れ | 만료",
)
# Headers of yes and no by which a flag has been taken off again, beside those of `flagwords.ENDED`.
LIFTED: Final = Terms(
    "lifted | ban lifted | reinstated | appeal upheld | appeal allowed | appeal granted | forgiven | pardoned | rehabilit* | wieder freigegeben",
    "wieder frei | begnadigt | wieder erlaubt | sperre aufgehoben | gracie | reintegre* | readmis* | reabilitad* | riabilitat* | rimosso | rimossa | revocat*",
    "removido | removida | retirado | retirada | levantad* | perdonad* | weer welkom | weer toegelaten | ingetrokken | opgeheven | havd | haevet | opphevet",
    "poistettu | purettu | kumottu | cofniet* | zdjet* | zniesion* | uchylon* | odblokowan* | przywrocon* | zrusen* | zrusena | odvolan* | odstranen*",
    "feloldva | feloldott | feloldas* | visszavonva | ridicat* | ridicata | anulat* | revocata | ukinut* | skinut* | odstranjen* | preklican* | umaknjen*",
    "kaldirildi | kalkti | kaldirilmis | affedildi | dicabut | dihapus | da go | da go bo | da bo cam | da huy | go cam | αρση* | ηρθη | αρθηκε",
    "снято | снят | снята | снят* | отменен* | отменено | скасован* | знято | знят* | вдигнат* | رفع* | ازيل* | الغي* | الغاء* | הוסר* | בוטל* | הסרה",
    "解除 | 解除済 | 解除済み | 已解除 | 已取消 | 해제 | 해제됨 | panaikint* | atcelt* | tuhistatud | eemaldatud",
)
