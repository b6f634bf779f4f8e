"""Letters with feedback: to known addresses, by name, and none twice."""

from dataclasses import replace

import pytest

from nmautils.course.settings import Mail
from nmautils.errors import CourseError, UsageError
from nmautils.handback.mail import MailError, check_mail, letters, post, sent_of
from nmautils.handback.pages import Feedback
from nmautils.people.roster import Person
from tests.support.mail_server import PASSWORD, mail_server
from tests.support.marked_class import T1, class_of

PAGE = b"<!doctype html><p>Your points: 7.5</p>\n" + b"x" * 2000 + "Ångström".encode()
ADA = Person("ada", "Lovelace", "Ada", "ada@uni.example")
BOB = Person("bob", "Ångström", "Bo", "bob@uni.example")
NOBODY = Person("s3", email="s3@uni.example")
MAIL = Mail("127.0.0.1", 25, "none", sender="Grader <grader@uni.example>")


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


def mail_to(server, **more):
    return replace(MAIL, port=server.port, **more)


def feedback(*people, page=PAGE):
    return Feedback(T1, {person.id: {f"{T1}.html": page} for person in people})


def course_of(*people):
    return class_of(*people, scores={(person.id, T1): 7.5 for person in people})


def written(*people, page=PAGE, mail=MAIL):
    return letters(course_of(*people), feedback(*people, page=page), mail)


def test_each_person_gets_one_letter_with_their_page_and_their_name(server, tmp_path):
    some, needs = written(ADA, BOB, NOBODY)
    assert needs == []
    assert post(tmp_path, mail_to(server), some, "") == (3, [])
    assert [to for _, to, _ in server.letters] == [[p.email] for p in (ADA, BOB, NOBODY)]
    for (sender, _, message), name in zip(
        server.letters, ["Ada Lovelace", "Bo Ångström", "s3"], strict=True
    ):
        assert sender == "grader@uni.example"
        assert message["From"] == "Grader <grader@uni.example>"
        assert message["Subject"] == "Your feedback on Decoding Neural Responses"
        assert message["Date"]
        assert message["Message-ID"].endswith("@uni.example>")
        lines = message.get_body(("plain",)).get_content().splitlines()
        assert lines[0] == f"Dear {name},"
        assert "You have 7.5 of 10 points." in lines[2]
        (page,) = message.iter_attachments()
        assert page.get_filename() == f"{T1}.html"
        assert page.get_content_type() == "text/html"
        assert page.get_payload(decode=True) == PAGE


def test_a_second_run_sends_nothing_twice(server, tmp_path):
    some, _ = written(ADA, BOB)
    assert post(tmp_path, mail_to(server), some, "")[0] == 2
    assert post(tmp_path, mail_to(server), some, "")[0] == 0
    more, _ = written(ADA, BOB, NOBODY)
    assert post(tmp_path, mail_to(server), more, "", again=True)[0] == 1
    assert [to for _, to, _ in server.letters] == [[p.email] for p in (ADA, BOB, NOBODY)]


def test_a_page_that_has_changed_is_sent_only_if_asked_for(server, tmp_path):
    post(tmp_path, mail_to(server), written(ADA)[0], "")
    changed, _ = written(ADA, page=PAGE + b"more")
    assert [sent_of(tmp_path).stands(one) for one in changed] == ["changed"]
    assert post(tmp_path, mail_to(server), changed, "")[0] == 0
    assert post(tmp_path, mail_to(server), changed, "", again=True)[0] == 1
    assert post(tmp_path, mail_to(server), changed, "", again=True)[0] == 0
    assert len(server.letters) == 2


def test_a_server_that_hangs_up_is_told_and_the_next_run_goes_on(server, tmp_path):
    server.stop_after = 1
    some, _ = written(ADA, BOB, NOBODY)
    with pytest.raises(MailError, match="1 of 3 letters were sent, and the same command goes on"):
        post(tmp_path, mail_to(server), some, "")
    server.stop_after = None
    assert post(tmp_path, mail_to(server), some, "")[0] == 2
    assert [to for _, to, _ in server.letters] == [[p.email] for p in (ADA, BOB, NOBODY)]


def test_an_address_that_the_server_refuses_is_told_and_the_others_get_theirs(server, tmp_path):
    server.refuse.add(ADA.email)
    said = []
    number, refused = post(tmp_path, mail_to(server), written(ADA, BOB)[0], "", say=said.append)
    assert number == 1
    assert refused == ["ada <ada@uni.example>: the server says 550 nobody of that name"]
    assert said == ["sent to Bo Ångström <bob@uni.example>"]
    server.refuse.clear()
    assert post(tmp_path, mail_to(server), written(ADA, BOB)[0], "")[0] == 1


def test_a_server_that_is_not_there_is_one_line(tmp_path, server):
    closed = replace(MAIL, port=1)
    with pytest.raises(MailError, match=r"127\.0\.0\.1:1: .*refused; 0 of 1 letters were") as told:
        post(tmp_path, closed, written(ADA)[0], "")
    assert "\n" not in str(told.value)


def test_a_server_that_cannot_encrypt_gets_nothing(server, tmp_path):
    with pytest.raises(MailError, match=r"STARTTLS .*; 0 of 1 letters were sent"):
        post(tmp_path, mail_to(server, security="starttls"), written(ADA)[0], "")
    assert server.letters == []
    assert sent_of(tmp_path).digests == {}


def test_a_password_is_given_to_the_server_and_a_wrong_one_is_one_line(server, tmp_path):
    with pytest.raises(MailError, match="the server says 535 wrong password; 0 of 1"):
        post(tmp_path, mail_to(server, user="me"), written(ADA)[0], "wrong")
    assert post(tmp_path, mail_to(server, user="me"), written(ADA)[0], PASSWORD)[0] == 1
    assert server.logins[-1] == ("me", PASSWORD)


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "ada@",
        "ada@uni.example, eve@evil.example",
        "ada@uni.example\neve@evil.example",
        "Ada <ada@uni.example>",
        "ada@uni.example\r\nBcc: eve@evil.example",
        "a da@uni.example",
        "ada@uni.example;eve@evil.example",
    ],
)
def test_what_is_not_one_address_gets_no_letter(address):
    some, needs = written(replace(ADA, email=address), BOB)
    assert [letter.person.id for letter in some] == ["bob"]
    (line,) = needs
    assert line.startswith("Ada Lovelace (ada): ")
    assert "is no e-mail address" in line
    assert line.isprintable()


def test_who_has_no_address_or_that_of_another_gets_no_letter():
    without, same = replace(ADA, email=" "), replace(NOBODY, email="BOB@uni.example")
    some, needs = written(without, BOB, same)
    assert some == []
    assert needs == [
        "Ada Lovelace (ada): no e-mail address is known",
        "Bo Ångström (bob) has s3's e-mail address",
        "s3 (s3) has bob's e-mail address",
    ]


def test_a_name_writes_no_headers_and_no_commands_for_terminals(server, tmp_path):
    odd = replace(ADA, first_name="Ada\r\nBcc: eve@evil.example\x1b[2J")
    mail = mail_to(server, subject="{name}: {title}", text="{first_name}|{last_name}|{course}|{of}")
    with pytest.raises(KeyError):
        written(odd, mail=mail)
    mail = replace(mail, text="{first_name}|{last_name}|{course}")
    some, _ = written(odd, mail=mail)
    post(tmp_path, mail, some, "")
    (_, to, message) = server.letters[0]
    assert to == [ADA.email]
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Ada Bcc: eve@evil.example Lovelace: Decoding")
    assert "\x1b" not in message.get_body(("plain",)).get_content()


def test_an_address_that_hides_a_line_end_gets_no_letter():
    some, needs = written(replace(ADA, email="=?utf-8?q?a=0ab?=@uni.example"), BOB)
    assert [letter.person.id for letter in some] == ["bob"]
    assert "is no e-mail address" in needs[0]


def test_a_password_that_no_server_can_be_told_is_one_line(server, tmp_path):
    with pytest.raises(MailError, match="the password has a letter that cannot be sent"):
        post(tmp_path, mail_to(server, user="me"), written(ADA)[0], "pässword")
    assert server.letters == []


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        (Mail(), "no mail server: write server and from"),
        (replace(MAIL, sender=""), "no mail server: write server and from"),
        (replace(MAIL, sender="a@x.org\nBcc: b@x.org"), "from is 'a@x.org.nBcc"),
        (replace(MAIL, sender="grader"), "from is 'grader', must be an address"),
        (replace(MAIL, server="mail.uni.example", user="me"), "no password is sent that anybody"),
    ],
)
def test_what_is_missing_for_sending_is_one_line(mail, why):
    with pytest.raises((CourseError, UsageError), match=why):
        check_mail(mail)


def test_what_was_sent_is_a_line_each_and_a_damaged_line_sends_nothing(server, tmp_path):
    post(tmp_path, mail_to(server), written(ADA)[0], "")
    path = tmp_path / ".nmautils" / "sent.jsonl"
    assert '"to": "ada@uni.example"' in path.read_text()
    assert "7.5" not in path.read_text()
    path.write_text(path.read_text() + '{"student": "bo')
    with pytest.raises(CourseError, match="line 2 is damaged"):
        post(tmp_path, mail_to(server), written(BOB)[0], "")
    assert len(server.letters) == 1


def test_two_runs_at_once_do_not_send_twice(server, tmp_path):
    import fcntl

    (tmp_path / ".nmautils").mkdir()
    with open(tmp_path / ".nmautils" / "sent.lock", "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(MailError, match="another run is sending"):
            post(tmp_path, mail_to(server), written(ADA)[0], "")
    assert server.letters == []


def test_a_letter_that_is_too_large_is_told_and_the_others_get_theirs(server, tmp_path):
    server.too_large.add(ADA.email)
    number, refused = post(tmp_path, mail_to(server), written(ADA, BOB)[0], "")
    assert number == 1
    assert refused == ["ada <ada@uni.example>: the server says 552 too much"]
