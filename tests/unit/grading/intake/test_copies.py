"""Copies of a file, as Colab, Drive, Windows and macOS call them in many languages."""

import pytest

from nmautils.errors import HandInError
from nmautils.grading.intake.filenames import parse_name

T1 = "tutorial1_decoding"
KNOWN = {T1, "tutorial2_convolution"}
COPIES = (
    """
“X”的副本
「X」的副本
X 的副本
X的拷贝
X 副本 2
「X」的複本
X - 複製
X のコピー
Xのコピー
X - コピー (2)
X의 사본
X 의 사본
X - 복사본
Копия блокнота X
Копия X
X — копия
Копія блокнота X
Копие на X
Копија од X
Копија X
Kopia notatnika X
Kopia X
X — kopia (3)
Bản sao của X
X - Sao chép
Salinan X
Salinan dari X
Copia de X
Copia di X
Còpia de X
Cópia de X
X - Cópia
Copie de X
Copie a X
Copie pentru X
Kopie von X
X - Kopie
Kopie van X
Kopia av X
Kopi av X
Kopi af X
X - Kopi
Kopio tiedostosta X
X – kopio
Kopie souboru X
Kópia súboru X
Kopija dokumenta X
Kopija X
X másolata
X - másolat
X kopyası
X adlı not defterinin kopyası
X - Kopya
Αντίγραφο του X
Αντίγραφο X
X - Αντιγραφή
نسخة من X
X - نسخة
עותק של X
העתק של X
X - עותק
کپی از X
X کی کاپی
X की कॉपी
X की प्रतिलिपि
X এর কপি
X இன் நகல்
สำเนาของ X
X - สำเนา
X kopija
Kopija: X
X koopia
Koopia failist X
Afrit af X
Kopya ng X
Nakala ya X
X-ის ასლი
X-ի պատճենը
X көшірмесі
X copy
X copy 2
X - Copy (3)
X-Copy1
X.ipynb のコピー
“X.ipynb”的副本
X.ipynb (1)
Copy of Copy of X
Kopie von Kopia notatnika X (1)
\u200fعותק של X\u200f
""".replace("\u200fعותק", "\u200fעותק")
    .strip()
    .splitlines()
)


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("blank", [" ", "_", "+"])
def test_a_copy_is_of_the_folders_student_and_of_nobody_without_a_folder(copy, blank):
    name = copy.replace("X", T1).replace(" ", blank) + ".ipynb"
    assert parse_name(["c07", name], KNOWN).student == "c07"
    with pytest.raises(HandInError, match="cannot tell whose it is: put it into a folder"):
        parse_name([name], KNOWN)


@pytest.mark.parametrize("copy", COPIES)
def test_a_name_in_a_copys_name_is_found(copy):
    name = copy.replace("X", f"ann_{T1}") + ".ipynb"
    assert parse_name([name], KNOWN).student == "ann"


@pytest.mark.parametrize(
    "person",
    ["Kopiah", "Salinanto", "Копиян", "scopy", "annkopie", "Copyof", "Kopijar", "Mas", "Nakalaya"],
)
def test_a_name_that_only_begins_or_ends_so_is_a_persons(person):
    assert parse_name([f"{person}_{T1}.ipynb"], KNOWN).student == person
    assert parse_name([f"{T1}_{person}.ipynb"], KNOWN).student == person
