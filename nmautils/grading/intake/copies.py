"""How systems call the copy of a file, in the languages of students: one table.

Colab and Google Drive write it before or behind a notebook's name, Windows and macOS behind it.
"""

import re

__all__ = ["without_copy_mark_behind", "without_copy_marks"]

# Before a name: "Copy of NAME". A blank may have become a low line or a plus on the way.
_BEFORE = """
Afrikaans    Kopie van
Arabic       نسخة من | نسخ من
Azerbaijani  Surət
Basque       Honen kopia:
Bulgarian    Копие на | Копие от
Catalan      Còpia de
Croatian     Kopija datoteke | Kopija bilježnice | Kopija
Czech        Kopie souboru | Kopie dokumentu | Kopie poznámkového bloku | Kopie
Danish       Kopi af
Dutch        Kopie van | Kopie van notebook
English      Copy of
Estonian     Koopia failist
Filipino     Kopya ng
Finnish      Kopio tiedostosta | Kopio kohteesta | Kopio
French       Copie de | Copie du notebook
Galician     Copia de
German       Kopie von
Greek        Αντίγραφο του | Αντίγραφο από | Αντίγραφο
Hebrew       עותק של | העתק של
Hungarian    Másolat –
Icelandic    Afrit af
Indonesian   Salinan dari | Salinan
Italian      Copia di
Lithuanian   Kopija
Macedonian   Копија од | Копија на
Malay        Salinan bagi
Norwegian    Kopi av
Persian      کپی از | کپی | رونوشت
Polish       Kopia notatnika | Kopia pliku | Kopia dokumentu | Kopia
Portuguese   Cópia de | Cópia do | Cópia da
Romanian     Copie pentru | Copie a | Copia lui
Russian      Копия блокнота | Копия файла | Копия
Serbian      Копија датотеке | Копија
Slovak       Kópia súboru | Kópia zápisníka | Kópia
Slovenian    Kopija dokumenta | Kopija zvezka
Spanish      Copia de
Swahili      Nakala ya
Swedish      Kopia av
Thai         สำเนาของ | สำเนา
Ukrainian    Копія блокнота | Копія файлу | Копія
Vietnamese   Bản sao của | Bản sao
"""
# Behind a name: "NAME copy", "NAME - Copy", "NAME's copy".
_BEHIND = """
Arabic       نسخة | نسخ
Armenian     -ի պատճենը | պատճեն
Basque       -(r)en kopia | kopia
Bengali      এর কপি | -এর কপি | এর অনুলিপি
Bulgarian    копие
Catalan      còpia
Chinese      的副本 | 副本 | 的複本 | 複本 | 的拷贝 | 拷贝 | 拷貝 | 複製 | 复制
Croatian     kopija
Czech        kopie
Danish       kopi
English      copy
Estonian     koopia
Finnish      kopio
French       copie
Georgian     -ის ასლი | ასლი
Greek        αντίγραφο | αντιγραφή
Gujarati     ની કૉપિ
Hebrew       עותק
Hindi        की कॉपी | की प्रतिलिपि | कॉपी
Hungarian    másolata | másolat
Indonesian   salinan
Italian      copia
Japanese     のコピー | コピー
Kazakh       көшірмесі
Korean       의 사본 | 사본 | 의 복사본 | 복사본
Latvian      kopija
Macedonian   копија
Marathi      ची प्रत
Persian      کپی | رونوشت
Polish       kopia
Portuguese   cópia
Romanian     copie
Russian      копия
Slovak       kópia
Tamil        இன் நகல் | நகல்
Telugu       యొక్క కాపీ
Thai         สำเนา
Turkish      dosyasının kopyası | adlı not defterinin kopyası | not defterinin kopyası | kopyası
Turkish      kopya
Ukrainian    копія
Urdu         کی کاپی
Vietnamese   bản sao | sao chép
"""
_BLANK = "[ _+]"
_QUOTES = '“”„‟"«»‹›「」『』‘’'
# Some scripts set no blank between a name and what follows it.
_WITHOUT_BLANK = re.compile("[-(\u0900-\u0fff\u3040-\u9fff\uac00-\ud7af]")


def _phrases(table: str) -> list[str]:
    """Give the table's phrases, the longest first, as one may begin like another."""
    lines = [line.split(maxsplit=1)[1] for line in table.strip().splitlines()]
    phrases = {phrase.strip() for line in lines for phrase in line.split("|")}
    return sorted(phrases, key=lambda phrase: (-len(phrase), phrase))


def _pattern(phrase: str) -> str:
    return f"{_BLANK}+".join(map(re.escape, phrase.split()))


def _behind(phrase: str) -> str:
    gap = "*" if _WITHOUT_BLANK.match(phrase) else "+"
    return f"[ _+–—{_QUOTES}(-]{gap}{_pattern(phrase)}"


_BEFORE_NAME = re.compile(
    f"[{_QUOTES}]?(?:{'|'.join(map(_pattern, _phrases(_BEFORE)))})"
    f"(?:{_BLANK}+|{_BLANK}*[:{_QUOTES}])",
    re.IGNORECASE,
)
_BEHIND_NAME = re.compile(
    rf"(?:[ _+-]*[(\[]\d+[)\]]|-\d{{1,2}}"
    rf"|(?:{'|'.join(map(_behind, _phrases(_BEHIND)))})[ _+]?\d*\)?)$",
    re.IGNORECASE,
)
# jane_Copy_of_tutorial1_decoding.ipynb: somebody put the student's name before Colab's
_BETWEEN = re.compile(f"[ _+-]+(?:{'|'.join(map(_pattern, _phrases(_BEFORE)))})$", re.IGNORECASE)
_EDGES = f" _+-–—{_QUOTES}"


def without_copy_marks(name: str) -> str:
    """Take the marks of copying off a name, however often it was copied."""
    before = None
    while name != before:
        before = name
        name = _BEFORE_NAME.sub("", name, count=1) if _BEFORE_NAME.match(name) else name
        name = _BEHIND_NAME.sub("", name).strip(_EDGES)
    return name


def without_copy_mark_behind(name: str) -> str:
    """Take "Copy of" off the end of what stands before an assignment's name."""
    return _BETWEEN.sub("", name)
