"""course.toml: read in full, and refused with one clear line where it is wrong."""

import shutil
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from nmautils.course import contract
from nmautils.course import settings as settings_module
from nmautils.course.settings import Grading, Mail, due_utc, find_root, read_settings
from nmautils.errors import CourseError
from nmautils.grading.model.limits import Limits
from tests.support.paths import ROOT, TINY_COURSE


@pytest.fixture
def course(tmp_path):
    shutil.copy(TINY_COURSE / "course.toml", tmp_path / "course.toml")
    return tmp_path


def change(course, old, new):
    path = course / "course.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_course_lists_exactly_the_tutorials_of_the_contract():
    settings = read_settings(ROOT)
    assert list(settings.tutorials) == list(contract.EXERCISES) == list(contract.QUESTIONS)


def test_identifiers_of_the_tutorials_are_those_of_the_course():
    tutorials = read_settings(ROOT).tutorials.values()
    assert [t.slides for t in tutorials] == ["vb7c4", "s59jy", "kwyvp", None]
    prefixes = ["W1D5_T1", "W1D5_T2", "W1D5_T3", "W1D5_T4_Bonus"]
    assert [t.feedback_prefix for t in tutorials] == prefixes
    assert all(t.due > datetime(2029, 1, 1, tzinfo=timezone.utc) for t in tutorials)


def test_the_credit_names_source_creators_licence_changes_and_data():
    credit = read_settings(ROOT).course.credit
    for word in ["Neuromatch Academy", "{creators}", "CC BY 4.0", "Changes", "Stringer", "2021"]:
        assert word in credit


def test_values_and_defaults_are_read(course):
    settings = read_settings(course)
    assert settings.requirement == "nmautils @ git+https://github.com/someone/tiny-course@main"
    assert settings.feedback.endpoint == "feedback.jsonl"
    assert settings.tutorials["tiny"].title == "Means & medians"
    assert settings.late.maximum == 1


def test_the_repository_may_lie_with_any_host(course):
    change(course, 'owner = "someone"', 'owner = "group/sub"\nhost = "git.example.org:8443"')
    settings = read_settings(course)
    assert settings.repository.url == "https://git.example.org:8443/group/sub/tiny-course"
    assert not settings.repository.has_badges
    assert read_settings(TINY_COURSE).repository.has_badges


def test_where_to_hand_in_may_be_left_out(course):
    assert read_settings(course).publish.hand_in == ""
    change(course, "[repository]", '[publish]\nhand_in = "by mail"\n[repository]')
    assert read_settings(course).publish.hand_in == "by mail"


def test_how_to_mail_is_read(course):
    assert read_settings(course).mail == Mail()
    change(course, "[repository]", '[mail]\nserver = "m"\nfrom = "me@x.example"\n[repository]')
    mail = read_settings(course).mail
    assert (mail.server, mail.sender, mail.port, mail.security) == (
        "m",
        "me@x.example",
        587,
        "starttls",
    )
    assert all(f"{{{name}}}" in mail.text for name in ("name", "title", "points", "most"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("from", "Jane Doe <jane@x.example>"),
        ("from", '\\"Doe, Jané\\" <jane@x.example>'),
        ("from", "jörg@x.example"),
        ("server", "127.0.0.1"),
        ("server", "::1"),
        ("server", "mail-1.bücher.example"),
        ("user", "jane@x.example"),
        ("text", "{{not filled}} {name}{points} {most} {first_name}{course}"),
    ],
)
def test_what_a_letter_may_have_is_taken(course, key, value):
    change(course, "[repository]", f'[mail]\n{key} = "{value}"\n[repository]')
    read = getattr(read_settings(course).mail, {"from": "sender"}.get(key, key))
    assert read == value.replace("\\", "")


def test_settings_cannot_be_changed_by_accident(course):
    with pytest.raises(AttributeError):
        read_settings(course).course.id = "other"


def test_due_date_becomes_naive_utc(course):
    assert due_utc(read_settings(course).tutorials["tiny"]) == datetime(2031, 1, 31, 11, 0)


def test_tutorials_come_in_their_order(course):
    with (course / "course.toml").open("a") as file:
        file.write(
            '\n[tutorials.zero]\norder = 0\ntitle = "Z"\nminutes = 1\n'
            'feedback_prefix = "Z"\ncreators = "Z"\n'
        )
    assert list(read_settings(course).tutorials) == ["zero", "tiny"]


def test_only_tutorials_with_a_source_are_selected(course):
    settings = read_settings(course)
    with pytest.raises(CourseError, match="no tutorial has a source"):
        settings.select()
    with pytest.raises(CourseError, match=r"write source/tiny/tiny\.md"):
        settings.select(["tiny"])
    assert read_settings(TINY_COURSE).select() == ["tiny"]


def test_a_misspelt_tutorial_is_guessed():
    with pytest.raises(CourseError, match="did you mean 'tiny'"):
        read_settings(TINY_COURSE).select(["tinny"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "tiny"\n', "", r"\[course\] lacks the key 'id'"),
        ("minutes = 10", "minuets = 10", "unknown key 'minuets' .did you mean 'minutes'"),
        ("minutes = 10", 'minutes = "10"', "minutes is '10', must be a whole number"),
        ("minutes = 10", "minutes = true", "minutes is True, must be a whole number"),
        ("[install]", "[instal]", "unknown key 'instal'"),
        ("[tutorials.tiny]", "[tutorials.tiny-one]", "letters, digits and underscores"),
        ("{branch}", "{branhc}", "only {host}, {owner}, {name}, {branch} are known"),
        ("{creators}", "{who}", "only {creators} are known"),
        ("+01:00", "", 'lacks a time zone, write .* or name .* zone = "Europe/Berlin"'),
        ("[repository]", "zone = 1\n[repository]", "zone is 1, must be a text"),
        ("T12:00:00+01:00", "", "must be a date with time"),
        ("due = 2031-01-31T12:00:00+01:00", 'due = "soon"', "must be a date"),
        ('owner = "someone"', 'owner = "a"\nhost = "https://gitlab.com"', "such as gitlab.com"),
        ('owner = "someone"', 'owner = ""', "owner is '', must be as in the repository's address"),
        ('"tiny-course"', '"tiny course"', "name is 'tiny course', must be as in"),
        ('owner = "someone"', 'owner = "a"\nbranch = "--force"', "must be a name such as main"),
        ("[repository]", "[publish]\nhandin = 'x'\n[repository]", "did you mean 'hand_in'"),
        ("[repository]", "[late]\nper_day = 2\n[repository]", "between 0 and 1"),
        ("[repository]", "[points]\nstep = 0\n[repository]", "must be above 0"),
        ("[repository]", "[grading]\npackages = 3\n[repository]", "must be a list of texts"),
        ("[repository]", "[grading]\npackages = [3]\n[repository]", "must be a list of texts"),
        ("[repository]", "[mail]\npassword = 'x'\n[repository]", "unknown key 'password'"),
        ("[repository]", "[mail]\nsender = 'x'\n[repository]", "known: server, port, .* from"),
        ("[repository]", "[mail]\nfrom = 3\n[repository]", "from is 3, must be a text"),
        ("[repository]", "[mail]\nport = 0\n[repository]", "between 1 and 65535"),
        ("[repository]", "[mail]\nsecurity = 'ssl'\n[repository]", "starttls, tls, none"),
        ("[repository]", "[mail]\ntext = '{nam}'\n[repository]", "only {name}, .* are known"),
        ("[repository]", "[mail]\ntext = '{'\n[repository]", "only {name}, .* are known"),
        (
            "[repository]",
            "[mail]\ntext = '{points!r:>999999999}'\n[repository]",
            r"\[mail\] text is wrong: in braces only {name}, ",
        ),
        (
            "[repository]",
            "[mail]\ntext = '{points:>9}'\n[repository]",
            r"\[mail\] text .* nothing behind the name",
        ),
        ("[repository]", "[mail]\ntext = '{name!s}'\n[repository]", r"\[mail\] text "),
        ("[repository]", "[mail]\ntext = '{name:{most}}'\n[repository]", r"\[mail\] text "),
        ("[repository]", "[mail]\ntext = '{}'\n[repository]", r"\[mail\] text "),
        ("[repository]", "[mail]\ntext = '{name[0]}'\n[repository]", r"\[mail\] text "),
        (
            "[repository]",
            "[mail]\nsubject = '{title.__class__}'\n[repository]",
            r"\[mail\] subject is wrong",
        ),
        (
            "[repository]",
            "[mail]\nfrom = 't@x.org, u@x.org'\n[repository]",
            r"\[mail\] from is .* must be an address, one alone",
        ),
        (
            "[repository]",
            "[mail]\nfrom = 'Doe, Jane <j@x.org>'\n[repository]",
            r"\[mail\] from is ",
        ),
        ("[repository]", "[mail]\nfrom = 'a@x.org b'\n[repository]", r"\[mail\] from is "),
        (
            "[repository]",
            "[mail]\nfrom = 'G: a@x.org, b@x.org;'\n[repository]",
            r"\[mail\] from is ",
        ),
        (
            "[repository]",
            "[mail]\nfrom = '=?utf-8?q?a=0ab?= <t@x.org>'\n[repository]",
            r"\[mail\] from is ",
        ),
        ("[repository]", "[mail]\nfrom = 'grader'\n[repository]", r"\[mail\] from is "),
        (
            "[repository]",
            "[mail]\nserver = 'a b'\n[repository]",
            r"\[mail\] server is 'a b', must be a name",
        ),
        ("[repository]", "[mail]\nserver = 'a..b'\n[repository]", r"\[mail\] server is"),
        ("[repository]", "[mail]\nserver = 'mail.x.org:25'\n[repository]", r"\[mail\] server is"),
        ("[repository]", "[mail]\nuser = 'jörg'\n[repository]", r"\[mail\] user is"),
        ("[repository]", '[mail]\nfrom = "a\\nb@x.org"\n[repository]', r"\[mail\] from is"),
        ("[repository]", '[mail]\nserver = "a\\nb"\n[repository]', r"\[mail\] server is"),
        ("[repository]", '[mail]\nsubject = "a\\rb"\n[repository]', "subject must be one line"),
        ("[repository]", '[mail]\nsubject = "a\\nb"\n[repository]', "subject must be one line"),
        ("[course]", "[course", "is not valid TOML"),
        ("order = 1", "order = ", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_one_line(course, old, new, message):
    change(course, old, new)
    with pytest.raises(CourseError, match=message) as caught:
        read_settings(course)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("zone", "guess"),
    [
        ("Berlin", "did you mean Europe/Berlin?"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Europe/Berln", "did you mean Europe/Berlin"),
        ("New York", "did you mean America/New_York?"),
        ("Asia/Calcuta", "did you mean Asia/Calcutta"),
        ("Europe", ""),
        ("Mars/Base", ""),
        ("", ""),
        ("../../etc/passwd", ""),
        ("/etc/localtime", ""),
        ("CEST", ""),
        ("x" * 100_000, ""),
    ],
)
def test_an_unknown_zone_is_one_line_with_those_that_are_close(course, zone, guess):
    change(course, "[repository]", f'zone = "{zone}"\n[repository]')
    with pytest.raises(CourseError, match=r"zone is '.*, must be a name such as") as caught:
        read_settings(course)
    assert "\n" not in str(caught.value)
    assert guess in str(caught.value)


def test_a_due_date_without_an_offset_is_in_the_zone_of_the_course(course):
    change(course, "[repository]", 'zone = "America/New_York"\n[repository]')
    settings = read_settings(course)
    assert settings.zone == ZoneInfo("America/New_York")
    assert due_utc(settings.tutorials["tiny"]) == datetime(2031, 1, 31, 11, 0)  # +01:00 counts
    change(course, "T12:00:00+01:00", "T12:00:00")
    assert due_utc(read_settings(course).tutorials["tiny"]) == datetime(2031, 1, 31, 17, 0)
    change(course, "2031-01-31", "2031-07-31")
    assert due_utc(read_settings(course).tutorials["tiny"]) == datetime(2031, 7, 31, 16, 0)


def test_without_a_list_of_zones_the_line_says_what_to_install(course, monkeypatch):
    change(course, "[repository]", 'zone = "Nowhere/City"\n[repository]')
    monkeypatch.setattr(settings_module, "available_timezones", set)
    with pytest.raises(CourseError, match="pip install tzdata"):
        read_settings(course)


def test_two_tutorials_cannot_have_the_same_order(course):
    with (course / "course.toml").open("a") as file:
        file.write(
            '\n[tutorials.twin]\norder = 1\ntitle = "T"\nminutes = 1\n'
            'feedback_prefix = "T"\ncreators = "T"\n'
        )
    with pytest.raises(CourseError, match="order 1 is tiny's too"):
        read_settings(course)


def test_the_root_is_found_from_a_folder_below_and_missed_elsewhere(course, tmp_path_factory):
    below = course / "a" / "b"
    below.mkdir(parents=True)
    assert find_root(below) == course.resolve()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with pytest.raises(CourseError, match="say where with --root"):
        find_root(elsewhere)
    with pytest.raises(CourseError, match="say where with --root"):
        read_settings(elsewhere)


def test_packages_of_a_course_are_read(course):
    change(
        course, "[repository]", '[grading]\npackages = ["numpy", "wordcloud>=1.9"]\n[repository]'
    )
    assert read_settings(course).grading.packages == ("numpy", "wordcloud>=1.9")
    assert Limits.of(read_settings(course).grading) == Limits()


def test_what_the_course_sets_for_grading_becomes_limits():
    assert Limits.of(Grading()) == Limits()
    short = Limits.of(Grading(cell_seconds=4, total_seconds=60, memory_gib=1.5))
    assert (short.cell_seconds, short.again_seconds, short.probe_seconds) == (4, 4, 4)
    assert (short.total_seconds, short.cpu_seconds, short.memory_bytes) == (60, 120, 3 << 29)
