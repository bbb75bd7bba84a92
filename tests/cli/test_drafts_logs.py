"""Drafts of maps for logs, of which each row tells what happened to a flag, and what it was."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import drafted, migrated, rules

HISTORY = "SELECT customer_id, item, action, changed_at::DATE::VARCHAR, changed_by FROM history WHERE entity = 'flags' ORDER BY changed_at"
FLAGS = "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL"
STANDING = [("7", "On Hold", "fraud again"), ("9", "On Hold", "theft")]
LOGS = {
    "en": ("Date,Customer no.,Customer,Action,Reason,Staff member", "Banned", "Ban lifted", "Warned", "Warning removed"),
    "en, added": ("Date,Customer no.,Customer,Entry,Reason,Staff", "Added to blacklist", "Removed from blacklist", "Caution added", "Caution cleared"),
    "de": ("Datum,Kundennummer,Kunde,Ereignis,Grund,Mitarbeiter", "Sperre gesetzt", "Sperre aufgehoben", "Verwarnung", "Verwarnung aufgehoben"),
    "nl": ("Datum,Klantnr,Naam,Actie,Reden,Door", "Blokkade geplaatst", "Blokkade opgeheven", "Waarschuwing gegeven", "Waarschuwing ingetrokken"),
    "fr": ("Date,N° client,Client,Action,Motif,Par", "Blocage", "Déblocage", "Avertissement", "Avertissement levé"),
    "es": ("Fecha,Nº cliente,Cliente,Evento,Motivo,Usuario", "Bloqueado", "Desbloqueado", "Aviso", "Aviso retirado"),
    "ru": ("Дата,Номер клиента,Клиент,Событие,Причина,Сотрудник", "заблокирован", "разблокирован", "предупреждение", "предупреждение снято"),
    "uk": ("Дата,Номер клієнта,Клієнт,Подія,Причина,Хто", "заблоковано", "розблоковано", "попередження", "попередження знято"),
    "ro": ("Data,Cod client,Nume,Eveniment,Motiv,Operator", "Blocat", "Deblocat", "Avertisment", "Avertisment retras"),
    "tr": ("Tarih,Müşteri no,Müşteri,İşlem,Neden,Ekleyen", "Engellendi", "Engel kaldırıldı", "Uyarı", "Uyarı kaldırıldı"),  # noqa: RUF001  # Turkish
    "ko": ("날짜,고객번호,고객명,조치,사유,담당자", "차단", "차단해제", "경고", "경고 해제"),
    "id": ("Tanggal,No pelanggan,Nama,Tindakan,Alasan,Oleh", "Diblokir", "Blokir dibuka", "Peringatan", "Peringatan dicabut"),
    "it": ("Data,N. tessera,Socio,Evento,Motivo,Operatore", "Espulsione", "Riammissione", "Ammonizione", "Ammonizione annullata"),
    "it, suspended": ("Data,N. tessera,Socio,Evento,Motivo,Operatore", "Sospensione", "Fine sospensione", "Richiamo", "Richiamo ritirato"),
    "he": ("תאריך,מספר לקוח,שם,אירוע,סיבה,עובד", "חסימה", "הסרת חסימה", "אזהרה", "ביטול אזהרה"),
    "ar": ("التاريخ,رقم العميل,الاسم,الحدث,السبب,الموظف", "حظر", "رفع الحظر", "تحذير", "إلغاء التحذير"),
    "el": ("Ημερομηνία,Κωδικός πελάτη,Πελάτης,Γεγονός,Αιτία,Υπεύθυνος", "Αποκλεισμός", "Άρση αποκλεισμού", "Επίπληξη", "Ανάκληση επίπληξης"),
    "hu": ("Dátum,Ügyfélkód,Ügyfél neve,Esemény,Indok,Rögzítette", "Kitiltás", "Kitiltás feloldása", "Megrovás", "Megrovás visszavonva"),
    "hr": ("Datum,Broj klijenta,Klijent,Događaj,Razlog,Upisao", "Zabrana", "Ukidanje zabrane", "Opomena", "Opomena povučena"),
    "ru, ban": ("Дата,Номер клиента,Клиент,Событие,Причина,Сотрудник", "Бан", "Разбан", "Замечание", "Замечание снято"),
    "uk, ban": ("Дата,Номер клієнта,Клієнт,Подія,Причина,Хто", "Заборона", "Заборону знято", "Догана", "Скасування догани"),
    "ro, lifted": ("Data,Cod client,Nume,Eveniment,Motiv,Operator", "Interdicție", "Ridicarea interdicției", "Atenționare", "Retragere atenționare"),
    "vi": ("Ngày,Mã khách hàng,Họ và tên,Sự kiện,Lý do,Người tạo", "Cấm", "Gỡ cấm", "Cảnh báo", "Hủy cảnh báo"),
    "id, forbidden": ("Tanggal,No pelanggan,Nama,Tindakan,Alasan,Oleh", "Larangan", "Pencabutan larangan", "Teguran", "Teguran dicabut"),
    "zh": ("日期,客户编号,姓名,类型,原因,经办人", "拉黑", "解封", "警告", "撤销警告"),
    "ja": ("日付,会員番号,氏名,区分,理由,担当", "利用停止", "利用再開", "注意", "注意取消"),
    "en, barred": ("Date,Customer no.,Customer,Action,Reason,Staff member", "Barred", "Bar lifted", "Warning given", "Warning withdrawn"),
    "a number of each row": ("ID,Date,Customer no.,Customer,Action,Reason,Staff member", "Put on hold", "Taken off hold", "Warned", "Warning removed"),
    "a type beside it": ("Date,Client ID,Client,Event,Flag,Why,Who", "set,On Hold", "removed,On Hold", "set,Warning", "removed,Warning"),
    "a word beside it": (
        "Date,Client ID,Client,Event,Flag,Why,Who",
        "Flag added,Do not book",
        "Flag removed,Do not book",
        "Flag added,Caution",
        "Flag removed,Caution",
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_log_of_several_types_is_drafted_whole(bare: Shop, name: str) -> None:
    header, ban, unban, warn, unwarn = LOGS[name]
    rows = [
        f"2025-01-10,7,Ann Hill,{ban},fraud,Kim",
        f"2025-03-01,7,Ann Hill,{unban},paid,Lee",
        f"2025-04-02,8,Bob Dale,{warn},late,Kim",
        f"2025-05-03,9,Cat Moss,{ban},theft,Kim",
        f"2025-07-05,8,Bob Dale,{unwarn},sorry,Lee",
        f"2026-01-07,7,Ann Hill,{ban},fraud again,Kim",
    ]
    rows = [f"{900 + number},{row}" if header.startswith("ID,") else row for number, row in enumerate(rows)]
    bare.file("log.csv", "\n".join([header, *rows, ""]))
    draft = drafted(bare, "log.csv")
    assert "# CHECK: each row seems to tell that a flag was set or taken off" in draft
    assert (migrated(bare, "log.csv", draft), asked(bare, FLAGS)) == (0, STANDING), draft
    assert asked(bare, HISTORY) == [
        ("7", "On Hold", "flagged", "2025-01-10", "Kim"),
        ("7", "On Hold", "unflagged", "2025-03-01", "Lee"),
        ("8", "Warning", "flagged", "2025-04-02", "Kim"),
        ("9", "On Hold", "flagged", "2025-05-03", "Kim"),
        ("8", "Warning", "unflagged", "2025-07-05", "Lee"),
        ("7", "On Hold", "flagged", "2026-01-07", "Kim"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        *("Worker", "Volunteer", "Personel", "Angajat", "Operatore", "Operatör", "עובד", "الموظف", "נרשם על ידי", "Bediener", "Addetto", "Atendente"),
        *("Caissière", "Medewerker", "Obsluha", "Djelatnik", "Munkatárs", "Υπάλληλος", "Работник", "Karyawan", "Người ghi", "직원", "操作人", "スタッフ"),
    ],
)
def test_who_wrote_a_log_is_known(bare: Shop, header: str) -> None:
    rows = ["2025-01-10,7,Ann Hill,Banned,fraud,Lou", "2025-03-01,7,Ann Hill,Ban lifted,paid,Pat", "2025-03-03,8,Bo Dale,Banned,theft,Pat"]
    bare.file("log.csv", "\n".join([f"Date,Customer no.,Customer,Action,Reason,{header}", *rows, ""]))
    draft = drafted(bare, "log.csv")
    assert [one["by"] for one in rules(draft)] == [[header]]
    assert rules(draft, skipped=True) == []


def test_what_each_row_of_a_log_says_is_no_flag(bare: Shop) -> None:
    rows = ["2025-01-10,7,Ann Hill,Banned,fraud,North", "2025-03-01,7,Ann Hill,Ban lifted,paid,South", "2025-03-03,8,Bo Dale,Banned,theft,North"]
    bare.file("log.csv", "\n".join(["Date,Customer no.,Customer,Action,Reason,Hall", *rows, ""]))
    draft = drafted(bare, "log.csv")
    assert ([one["event"] for one in rules(draft)], rules(draft, skipped=True)) == ([["Action"]], [])
    assert "Nothing is made of these columns: Hall" in draft


def test_words_of_a_log_that_tell_of_no_flag_are_asked_about(bare: Shop) -> None:
    rows = ["2025-01-10,7,Ann Hill,Banned,fraud", "2025-03-01,7,Ann Hill,Unbanned,paid", "2025-03-02,7,Ann Hill,Note added,tea", "2025-03-03,8,Bo Dale,Called,"]
    bare.file("log.csv", "\n".join(["Date,Customer no.,Customer,Action,Reason", *rows, ""]))
    draft = drafted(bare, "log.csv")
    assert "what do these words of Action mean? Called, Note added." in draft
    assert (migrated(bare, "log.csv", draft), asked(bare, FLAGS), len(asked(bare, HISTORY))) == (0, [], 2)


def test_a_type_that_no_word_of_a_log_takes_off_is_told(bare: Shop) -> None:
    rows = ["2025-01-10,7,Ann Hill,Banned,fraud", "2025-03-01,7,Ann Hill,Ban lifted,paid", "2025-03-02,8,Bo Dale,Warned,late"]
    bare.file("log.csv", "\n".join(["Date,Customer no.,Customer,Action,Reason", *rows, ""]))
    draft = drafted(bare, "log.csv")
    assert "# CHECK: no word of Action takes Warning off" in draft
    assert (migrated(bare, "log.csv", draft), asked(bare, FLAGS)) == (0, [("8", "Warning", "late")])


SHEETS = {
    "en": ("Date,Guest no,Guest,Kind,What happened,Recorded by,Ends", ("Warning", "Note", "Ban")),
    "de": ("Datum,Kundennummer,Name,Art,Beschreibung,Erfasst von,Befristet bis", ("Verwarnung", "Notiz", "Sperre")),
    "hu": ("Rögzítve,Ügyfélkód,Ügyfél,Jelölés,Indok,Rögzítette,Lejár", ("Figyelmeztetés", "Megjegyzés", "Tiltás")),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_row_for_each_flag_has_its_day_its_person_and_its_reason(bare: Shop, name: str) -> None:
    header, (warning, note, ban) = SHEETS[name]
    told = [
        f"2025-05-02,G11,Tom,{warning},Music after 11pm,Sue,",
        f"2025-07-19,G12,Ana,{note},Asked for a late checkout,Sue,",
        f"2025-07-21,G11,Tom,{ban},Second noise complaint,Geoff,2099-07-21",
        f"2025-08-01,G13,Bo,{warning},Shouted at the warden,Sue,",
        f"2025-08-02,G12,Ana,{note},Brought the dog along,Geoff,",
    ]
    bare.file("f.csv", "\n".join([header, *told, ""]))
    assert migrated(bare, "f.csv", drafted(bare, "f.csv")) == 0
    said = "customer_id, flag_type, comment, flagged_by, flagged_at::DATE::VARCHAR, expires_on::VARCHAR"
    assert asked(bare, f"SELECT {said} FROM flags ORDER BY ALL") == [
        ("G11", "On Hold", "Second noise complaint", "Geoff", "2025-07-21", "2099-07-21"),
        ("G11", "Warning", "Music after 11pm", "Sue", "2025-05-02", None),
        ("G13", "Warning", "Shouted at the warden", "Sue", "2025-08-01", None),
    ]
