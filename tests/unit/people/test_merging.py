"""Bringing lists of several platforms into the roster: who is one person, and who may be."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmautils.grading.intake.filenames import clean_student
from nmautils.people.merging import check, merge
from nmautils.people.platform_lists import FORMS, Listed, PlatformList
from nmautils.people.roster import Person, Roster, account, read_roster, write_roster

FORM = {form.platform: form for form in FORMS}


def person(id="", name="", email="", **numbers):
    first, _, last = name.rpartition(" ")
    some = {platform: frozenset(str(text).split()) for platform, text in numbers.items()}
    return Person(id, last, first, email, some)


def listing(platform, *people, ids=(), where=""):
    ids = dict(ids)
    rows = [Listed(line, each, ids.get(line, ())) for line, each in enumerate(people, 2)]
    return PlatformList(where or f"{platform or 'plain'}.csv", FORM[platform], rows)


def merged(roster, *lists, used=()):
    done = merge(Roster(tuple(roster)), lists, used, clean_student)
    again = merge(done.roster, lists, used, clean_student)
    assert again.roster == done.roster  # a second time changes nothing
    assert (again.new, again.changed) == ([], [])
    return done


def ids(done):
    return [person.id for person in done.roster.people]


JANE = person("jane", "Jane Doe", "jane@uni.example", canvas=1)


# --- one person from two platforms ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        # By the number, whatever else is said.
        ((person("", "Jane Smith", "js@uni.example", canvas=1), ()), ""),
        # By the address, in any case.
        ((person("", "J. D.", "JANE@uni.example", moodle=7), ()), "moodle 7"),
        # By the name of the account, that is an address here.
        ((person("", "", "", gradescope=7), ("Jane@Uni.example",)), "gradescope 7"),
        # By the id, with the name.
        ((person("", "Doe Jane", "", gradescope=7), ("JANE",)), "gradescope 7"),
        ((person("", "", "other@uni.example", gradescope=7), ("jane",)), "gradescope 7"),
        # The name may be longer then.
        ((person("", "Jane Mary Doe", "j@home.example", moodle=7), ("jane",)), "moodle 7"),
        ((person("", "Jane Mary Doe", "", moodle=7), ("x", "Jane")), "moodle 7"),
        # By a name that nobody else has, if nothing speaks against it.
        ((person("", "Jane Doe", "", moodle=7), ()), "moodle 7"),
    ],
)
def test_the_same_person_is_met_again(row, said):
    (someone, accounts) = row
    platform = next(iter(someone.numbers))
    done = merged([JANE, person("max", "Max M")], listing(platform, someone, ids={2: accounts}))
    assert ids(done) == ["jane", "max"]
    assert done.changed == ([f"jane: {said}"] if said else [])
    assert (done.new, done.questions) == ([], [])
    found = done.roster.people[0]
    assert (found.name, found.email) == ("Jane Doe", "jane@uni.example")  # what is there stays
    assert found.numbers == {**JANE.numbers, **someone.numbers}


def test_another_address_is_told_and_stays_out():
    done = merged([JANE], listing("canvas", person("", "Jane Doe", "new@uni.example", canvas=1)))
    assert done.notes == [
        "differs    jane: new@uni.example in canvas.csv, jane@uni.example in roster.csv, which "
        "stays"
    ]
    assert (done.roster.people, done.questions) == ((JANE,), [])


@pytest.mark.parametrize(
    ("row", "ids"),
    [
        (person("", "Bob Roe", "jane@uni.example"), ()),
        (person("", "Bob Roe", canvas=1), ()),
        (person("", "Bob Roe", moodle=7), ("jane@uni.example",)),
    ],
)
def test_another_name_is_told_and_stays_out(row, ids):
    platform = next(iter(row.numbers), "")
    done = merged([JANE], listing(platform, row, ids={2: ids}))
    where = f"{platform or 'plain'}.csv"
    assert done.notes == [
        f"differs    jane: Bob Roe in {where}, Jane Doe in roster.csv, which stays"
    ]
    assert (done.roster.people[0].name, done.questions) == ("Jane Doe", [])


@pytest.mark.parametrize("name", ["Doe Jane", "JANE DOE", "Jané Doe", "Jane Mary Doe", ""])
def test_another_spelling_of_a_name_is_not_told(name):
    assert merged([JANE], listing("canvas", person("", name, canvas=1))).notes == []


def test_what_is_empty_is_filled():
    done = merged([person("jane", canvas=1)], listing("canvas", JANE))
    assert done.roster.people == (JANE,)
    assert done.changed == ["jane: jane@uni.example, Jane Doe"]


def test_moodle_has_a_number_for_each_assignment():
    first = listing("moodle", person("", "Jane Doe", "jane@uni.example", moodle=7))
    second = listing("moodle", person("", "Jane Doe", "jane@uni.example", moodle=8))
    done = merged([JANE], first, second)
    assert done.roster.people[0].numbers["moodle"] == {"7", "8"}
    assert ids(done) == ["jane"]


def test_columns_of_the_instructors_own_stay():
    kept = Person("jane", "Doe", "Jane", "jane@uni.example", {}, {"note": "ill in May"})
    done = merged([kept], listing("canvas", person("", "Jane Doe", "jane@uni.example", canvas=1)))
    assert done.roster.people[0].other == {"note": "ill in May"}


# --- people who are not one ----------------------------------------------------------------------


def test_two_of_one_name_in_one_list_are_two():
    rows = person("", "Wei Li", canvas=1), person("", "Wei Li", canvas=2)
    done = merged([], listing("canvas", *rows, ids={2: ("wli",), 3: ("wli2",)}))
    assert done.new == ["wli: Wei Li (canvas 1)", "wli2: Wei Li (canvas 2)"]
    assert done.questions == []
    # Two more of them are four. The new one is not the second, whom Canvas knows by a number.
    done = merged(done.roster.people, listing("canvas", *rows, person("", "Wei Li", canvas=3)))
    assert ids(done) == ["wli", "wli2", "Wei_Li"]
    assert done.questions == []


ASKS = [
    # Two whom the name fits, and two whom it is said of.
    (
        [person("a", "Wei Li", "a@x.example"), person("b", "Wei Li", "b@x.example")],
        [person("", "Wei Li", moodle=7)],
        ["line 2: Wei Li (moodle 7) may be a (Wei Li) or b (Wei Li) of roster.csv: write 7 into"],
    ),
    (
        [person("a", "Wei Li")],
        [person("", "Wei Li", moodle=7), person("", "Li Wei", moodle=8)],
        ["line 2: Wei Li (moodle 7) may be a (", "line 3: Li Wei (moodle 8) may be a ("],
    ),
    # One of the two is sure by the address; the other need not be the one who is left.
    (
        [person("a", "Wei Li", "a@x.example"), person("b", "Wei Li", "b@x.example")],
        [person("", "Wei Li", "a@x.example", moodle=7), person("", "Wei Li", moodle=8)],
        ["line 3: Wei Li (moodle 8) may be a (Wei Li) or b (Wei Li) of roster.csv: "],
    ),
    # A name that fits with an address that does not.
    (
        [JANE],
        [person("", "Jane Doe", "jd@home.example", moodle=7)],
        ["line 2: Jane Doe (moodle 7, jd@home.example) may be jane (Jane Doe) of roster.csv: "],
    ),
    # An address or an id that fits with another number of the same platform, or another name.
    ([JANE], [person("", "Jane Doe", "jane@uni.example", canvas=2)], ["may be jane (Jane Doe)"]),
    # The first part of an address that fits with the rest that does not.
    (
        [person("a", "Wei Li", "li@one.example")],
        [person("", "Wei Li", "li@two.example", moodle=7)],
        ["may be a (Wei Li)"],
    ),
    # A name with an accent less, in the German way, or with a second first name.
    ([person("a", "José García")], [person("", "Jose Garcia", moodle=7)], ["may be a (José"]),
    ([person("a", "Max Müller")], [person("", "Max Mueller", moodle=7)], ["may be a (Max"]),
    ([person("a", "Max Müller")], [person("", "Muller Max", moodle=7)], ["may be a (Max"]),
    ([person("a", "Ann Lee")], [person("", "Ann Mary Lee", moodle=7)], ["may be a (Ann"]),
    # Two rows with one address.
    (
        [person("a", "Ann Lee", "a@x.example")],
        [person("", "Ann Lee", "a@x.example", moodle=7), person("", "Al", "A@x.example", moodle=8)],
        [
            "line 2: Ann Lee (moodle 7, a@x.example) may be",
            "line 3: Al (moodle 8, A@x.example) may",
        ],
    ),
]


@pytest.mark.parametrize(("roster", "rows", "said"), ASKS)
def test_who_may_be_somebody_is_asked_and_not_merged(roster, rows, said):
    done = merged(roster, listing(next(iter(rows[0].numbers)), *rows))
    assert ids(done) == [person.id for person in roster]
    assert len(done.questions) == len(said)
    for line, part in zip(done.questions, said, strict=True):
        assert part in line
        assert line.isprintable()


def test_an_id_that_fits_with_another_name_is_asked():
    row = person("", "John Doe", blackboard="jane")
    done = merged([JANE], listing("blackboard", row, ids={2: ("jane",)}))
    assert "John Doe (blackboard jane) may be jane (Jane Doe)" in done.questions[0]
    assert done.roster.people == (JANE,)


@pytest.mark.parametrize(
    "row",
    [
        person("", "John Doe", "jane@home.example", moodle=7),  # the first part alone
        person("", "Jane", "j2@x.example", moodle=7),  # one word of a name is no name
        person("", "Doe", "", moodle=7),
        person("", "Janet Doe", "", moodle=7),
        person("", "My", "", moodle=7),
        person("", "J", "", moodle=7),
        person("", "Jane Mary Doe", "jmd@home.example", moodle=7),  # two things differ
        person("", "Jane Doe", "", canvas=2),  # whom Canvas knows by another number
    ],
)
def test_a_stranger_is_new(row):
    done = merged([JANE], listing(next(iter(row.numbers)), row))
    assert len(done.roster.people) == 2
    assert (done.roster.people[0], done.questions) == (JANE, [])


def test_an_answer_in_the_roster_ends_the_asking(tmp_path):
    rows = listing("moodle", person("", "Jose Garcia", "jg@x.example", moodle=7))
    done = merged([person("jose", "José García")], rows)
    assert done.questions == [
        "moodle.csv, line 2: Jose Garcia (moodle 7, jg@x.example) may be jose (José García) of "
        "roster.csv: write jg@x.example into the right line, or into a new line with an id of your "
        "choice"
    ]
    one = merged([person("jose", "José García", "jg@x.example")], rows)
    assert (ids(one), one.questions) == (["jose"], [])
    two = merged([person("jose", "José García"), person("j2", "", "jg@x.example")], rows)
    assert (ids(two), two.questions) == (
        ["jose", "j2"],
        [
            "roster.csv: jose (José García) and j2 "
            "(Jose Garcia) may be one person, nothing tells them apart but their ids: make one "
            "line of them, or give each an e-mail address of their own"
        ],
    )


def test_a_row_for_each_group_of_one_person_is_one_person():
    rows = person("", "Jane Doe", canvas=1), person("", "Jane Doe", "j@x.example", canvas=1)
    assert ids(merged([], listing("canvas", *rows))) == ["Jane_Doe"]
    rows = [person("", "Jane Doe", "j@x.example")] * 2
    assert ids(merged([], listing("", *rows))) == ["j"]


# --- a roster with one person twice --------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (person("a", "Jane Doe", "J@x.example"), person("b", "Max M", "j@X.example"),
         "a (Jane Doe) and b (Max M) may be one person, both have the address J@x.example"),
        (person("a", "Jane Doe"), person("b", "Doe Jane"), "nothing tells them apart but their"),
        (person("a", "Jörg Groß"), person("b", "Joerg Gross"), "a (Jörg Groß) and b (Joerg Gross)"),
        (person("a", "Jane Doe", "a@x.example"), person("b", "Jane Doe", "b@x.example"), ""),
        (person("a", "Jane Doe", canvas=1), person("b", "Jane Doe", canvas=2), ""),
        (person("a", "Jane Doe", moodle=1), person("b", "Jane Doe", moodle=2), "nothing tells"),
        (person("a", "Jane Doe"), person("b", "Max Doe"), ""),
        (person("a", "X"), person("b", "X Y"), ""),
    ],
)  # fmt: skip
def test_who_may_stand_there_twice_is_asked_about(one, other, said):
    asked = check(Roster((one, other)))
    assert len(asked) == bool(said)
    assert said in "".join(asked)


# --- ids -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "accounts", "name"),
    [
        (person("", "Jane Doe", "jd@x.example"), ("jdoe", "007"), "jdoe"),
        (person("", "Jane Doe", "jd@x.example"), ("jdoe@uni.example",), "jdoe"),
        (person("", "Jane Doe", "jd@x.example"), (), "jd"),
        (person("", "Jane Doe"), ("007",), "007"),
        (person("", "Jane Doe"), (), "Jane_Doe"),
        (person("", "Seán O'Brien-Smith"), (), "Seán_O_Brien-Smith"),
        (person("", "小明 王"), (), "小明_王"),
        (person("", "My"), (), "My"),
        (person("", "J"), (), "J"),
        (person("", "🦊", "fox@x.example"), (), "fox"),
        (person("", "🦊"), ("../../etc/passwd",), "etc_passwd"),
        # Who has the first choice already is somebody else.
        (person("", "Jane Doe", "taken@x.example"), ("TAKEN",), "taken@x.example"),
    ],
)
def test_an_id_is_what_the_platform_calls_somebody(row, accounts, name):
    taken = person("taken", "Some One", "so@uni.example")
    rows = [listing("", row, ids={2: accounts})]
    if "TAKEN" in accounts:
        assert "may be taken" in merged([taken], *rows).questions[0]
        rows = [listing("", row)]
    assert ids(merged([taken], *rows)) == ["taken", name]


@pytest.mark.parametrize("email", ["", "🦊@x.example", "t@x.example"])
def test_no_number_is_invented_where_nothing_makes_an_id(email):
    taken = [person("t", "A B", "x@x.example"), person("t@x.example", "C D", "y@x.example")]
    done = merged(taken, listing("canvas", person("", "🦊", email, canvas=1)))
    assert ids(done) == ["t", "t@x.example"]
    assert len(done.questions) == 1
    assert done.questions[0].endswith(
        " is new, and nothing in the list makes an id that is theirs alone: write a line for them, "
        "with an id of your choice, into roster.csv"
    )


def test_two_of_whom_a_list_has_the_name_alone_are_asked_about():
    done = merged([], listing("", person("", "Wei Li"), person("", "Li Wei"), person("", "My")))
    assert ids(done) == ["My"]
    assert done.questions == [
        f"plain.csv, line {line}: {name} is not alone with this name there: give the list a column "
        "with their ids or e-mail addresses"
        for line, name in ((2, "Wei Li"), (3, "Li Wei"))
    ]


@pytest.mark.parametrize(
    ("used", "name"),
    [
        (person("doejane"), "doejane"),
        (person("Jane_Doe"), "Jane_Doe"),
        (person("x", "", "JD@x.example"), "x"),
        (person("JDOE"), "JDOE"),
        (person("jane"), "jdoe"),
        (person("max"), "jdoe"),
        (person("jane/doe"), "jdoe"),  # which cannot be a folder
    ],
)
def test_a_folder_that_is_there_keeps_its_name(used, name):
    rows = listing("canvas", person("", "Jane Doe", "jd@x.example", canvas=1), ids={2: ("jdoe",)})
    done = merged([], rows, used=[used])
    assert ids(done) == [name]
    said = [] if name == used.id or "/" in used.id else [
        f"unknown    in submitted/ or in the gradebook, and not in roster.csv: {used.id}"
    ]  # fmt: skip
    assert done.notes == said


def test_a_folder_of_a_name_that_two_bear_is_nobodys():
    rows = person("", "Wei Li", canvas=1), person("", "Wei Li", canvas=2)
    done = merged([], listing("canvas", *rows, ids={2: ("a",), 3: ("b",)}), used=[person("liwei")])
    assert ids(done) == ["a", "b"]
    assert done.notes[-1].endswith("not in roster.csv: liwei")


# --- who is gone, and who was left out -----------------------------------------------------------


def test_who_is_gone_from_a_newer_export_stays_and_is_named():
    people = [person(f"p{i:02}", f"N{i} M{i}", canvas=i) for i in range(14)]
    people.append(person("other", "Some One", moodle=3))
    done = merged(people, listing("canvas", *(person("", f"N{i} M{i}", canvas=i) for i in (0, 1))))
    assert ids(done) == [each.id for each in people]
    gone = ", ".join(f"p{i:02}" for i in range(2, 12))
    assert done.notes == [
        f"gone       not in canvas.csv, and still in roster.csv: {gone} and 2 more"
    ]
    half = [listing("canvas", *people[:7]), listing("canvas", *people[7:14])]
    assert merged(people, *half).notes == []  # two sections are one class


# --- anything at all -----------------------------------------------------------------------------

WORDS = st.sampled_from(["Li", "Wei", "José", "Jose", "My", "a", "王", "O'Brien", "Doe", "doe", ""])
NAMES = st.builds(lambda *words: " ".join(filter(None, words)), WORDS, WORDS, WORDS)
ROWS = st.lists(
    st.tuples(NAMES, st.sampled_from(["", "a@x.example", "b@x.example", "c@x.example"]),
              st.sampled_from(["", "1", "2", "3", "4"]), st.sampled_from(["", "li", "my", "007"])),
    max_size=6,
)  # fmt: skip
LISTS = st.lists(
    st.tuples(st.sampled_from(["canvas", "moodle", "gradescope", ""]), ROWS), max_size=4
)


@given(LISTS)
def test_nobody_is_lost_or_mixed_up_whatever_the_lists_say(said):
    lists = []
    for platform, rows in said:
        people = [
            person("", name, email, **({platform: number} if platform and number else {}))
            for name, email, number, _ in rows
        ]
        accounts = {line: (row[3],) if row[3] else () for line, row in enumerate(rows, 2)}
        keep = [each for each in people if each.numbers or each.email or each.name]
        if keep == people:
            lists.append(listing(platform, *people, ids=accounts, where=f"list{len(lists)}"))
    done = merged([], *lists)
    roster = done.roster.people
    keys = [(p, account(n)) for each in roster for p, some in each.numbers.items() for n in some]
    assert len(keys) == len(set(keys))  # a number is one person's
    assert len({account(each.id) for each in roster}) == len(roster)
    for each in roster:  # where a person has one number, they have one here
        for platform in ("canvas", "gradescope"):
            assert len(each.numbers.get(platform, ())) <= 1
    for each in lists:  # each number of a list is in the roster, or was asked about
        asked = {
            int(line) for line in re.findall(rf"{each.where}, line (\d+)", str(done.questions))
        }
        rows = [row for row in each.people if row.line in asked]
        numbers = {
            (p, n) for row in each.people for p in row.person.numbers for n in row.person.numbers[p]
        }
        assert numbers <= {
            *keys,
            *((p, n) for row in rows for p in row.person.numbers for n in row.person.numbers[p]),
        }


@given(LISTS)
def test_a_merged_roster_is_kept_in_its_file(tmp_path_factory, said):
    root = tmp_path_factory.mktemp("course")
    done = merge(Roster(), [
        listing(platform, *(person("", row[0], row[1], **({platform: row[2]} if platform and row[2]
                else {})) for row in rows if row[0] or row[1])) for platform, rows in said
    ], (), clean_student)  # fmt: skip
    write_roster(root, done.roster)
    assert sorted(read_roster(root).people, key=str) == sorted(done.roster.people, key=str)
