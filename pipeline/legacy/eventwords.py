"""Words of logs in several languages: what happened to a flag, in a file with a row for each time; written as in `flagwords`."""

from typing import Final

from pipeline.legacy.terms import Terms

# A ban ended: words that no other flag has.
READMITTED: Final = (
    "bar lifted | bar removed | bar ended | unbarred | riammission* | reintegraz* | reintegrac* | reintegration | levantamiento | επανενταξη",
    "visszafogadas | разбан* | восстановлен* | поновлен* | ponovno primljen* | reprimit* | mo khoa | buka blokir | 解封* | 解禁* | 利用再開",
    "aufhebung | wiederaufnahme | weer toegelaten | przywrocon* | przywrocenie",
)
# A flag was set, or taken off.
FLAGGED: Final = Terms(
    "flagged | flag | added | add | blocked | block | banned | set | gesperrt | markiert | gesetzt | sperre | bloque | bloqueado | bloqueada",
    "ajoute | bloccato | aggiunto | geblokkeerd | toegevoegd | sparrad | blockerad | spaerret | sperret | markeret | flaggad | flagget | estetty",
    "zablokowano | zablokowany | dodano | blokovan* | zablokovan* | pridano | suspended | anadido | adicionado | raised | created | put on hold",
)
UNFLAGGED: Final = Terms(
    "beeindigd* | opphort | avsluttede | encerrad* | finalizad* | terminad* | concluid* | avsluttet | avslutad*",
    "unflagged | un flagged | unflag | removed | remove | unblocked | unblock | unbanned | cleared | lifted | entsperrt | aufgehoben | entfernt",
    "geloscht | debloque | debloquee | retire | desbloqueado | desbloqueada | quitado | removido | sbloccato | rimosso | gedeblokkeerd | verwijderd",
    "opgeheven | hevet | havd | borttagen | fjernet | avblokkert | ophaevet | esto poistettu | poistettu | odblokowano | odblokowany | usunieto",
    "odblokovan* | odebrano | zruseno | reinstated | ended | released | withdrawn | revoked | expired | cancelled | resolved | closed | deleted | readmitted",
    "ingetrokken | zuruckgenommen | zuruckgezogen | beendet | abgelaufen | erledigt | levee | leve | levantado | levantada | retirado | retirada",
    "retiree | revocato | revocata | tolto | tolta | rimossa | revogado | revogada | removida | quitada | cofniet* | zdjet* | sneseno | zruseny",
    "deblocage | desbloqueo | desbloqueio | sblocco | entsperrung | freigabe",
    "freigegeben | deblokkering | odblokowan* | avblokering | opphevelse | opphevet",
    "riammess* | readmis* | readmitid* | debanni* | slettet | anulowan* | hersteld | opnieuw toegelaten | wieder zugelassen | *解除*",
    "ophaevelse | upphavd | upphavt | aukioltu | annullato | annule | annulee | anulado | anulada | peruttu | wycofan* | povucen* | ukinut* | retirat*",
    "off hold | разблок* | розблок* | снят* | знят* | исключ* | виключ* | удал* | видал* | отмен* | скасован* | feloldva | feloldas | feloldott | torolve",
    "visszavon* | deblocat* | ridicat* | retras* | anulat* | kaldirildi | engel* kaldirildi | iptal edildi | silindi | cikarildi | kara listeden *",
    *READMITTED,
    "taken off | αρση* | αρθηκε | ακυρ* | αφαιρ* | ξεμπλοκ* | dibuka* | dicabut* | dihapus* | 해제* | 취소* | 移出 | 移除 | 取消",
)
# The same, where a word for a flag stands beside it: alone it may be a booking that was called off.
TAKEN_OFF: Final = Terms(
    "revoca | revoche | ritirat* | annullat* | fine | fin | fim | koniec | konec | vege | הסרת | הוסרה | הוסר | ביטול | בוטלה | בוטל | שחרור | שוחרר",
    "رفع | الغاء | فك | ازالة | سحب | انهاء | ηρθη | ανακληση | feloldasa | feloldasok | kaldirilmasi | kalkti | iptal | iptali | geri cekildi",
    "скасуван* | skinut* | ukidanje | skidanje | povuc* | ridicare* | retragere*",
    "gỡ cấm | go chan | go canh bao | bỏ cấm | bo chan | hủy cấm | huy chan | huy canh bao | dỡ cấm | pencabutan | buka | 撤销警告 | 撤销拉黑 | 注意取消",
    "retrait | zniesion* | zniesienie | cofniecie | zruseni | zrusen | paattynyt | kumottu",
)
# Words for a flag that say nothing of its type, where another word says what happened to it.
ANY_FLAG: Final = Terms("flag* | flagg* | unflag* | un flagged | markier* | merker | vermerk* | signale* | marca | markering | oznacz* | priznak | note")
# Words that tell of a type of flag where they say what happened; as a header, or in another column, they may mean something else.
HAPPENED_TO: Final[dict[str, Terms]] = {
    "On Hold": Terms(
        *READMITTED,
        "divieto d accesso | sanzione | הרחקה | הורחק | הורחקה | השעיה | حظر* | ايقاف | طرد | felfuggeszt* | men edildi | uzaklastir*",
        "бан | отстранен* | відсторон* | виключення | заборон* | udaljen* | udaljenje | cấm | cam | cấm vào | chan | bi chan | khoa | bi khoa | dinh chi",
        "larangan | dilarang | skors* | diskors | blocare | excludere | suspendare | *禁入* | *停用* | sancion | renvoi | wyklucz*",
    ),
    "Warning": Terms(
        "ammonizione | انذار | الانذار | تنبيه | التنبيه | التحذير | επιπληξ* | παρατηρησ* | megrovas* | ihtar | замечани* | выговор* | зауважен*",
        "догана | догани | догану | opomen* | nhac nho | canh cao | teguran | *提醒* | rappel a l ordre | ermahnung* | berisping* | huomautus",
    ),
}
