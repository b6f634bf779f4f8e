"""A stranger's Markdown is readable, keeps its formatting, and cannot act where it is shown."""

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from nmautils.grading.safe.markdown import clean_markdown, render_markdown
from tests.support.hostile_texts import HOSTILE
from tests.support.safe_pages import as_nbconvert_shows_it, assert_harmless

# What reads differently to one parser and to another, or once it has been written anew.
AMBIGUOUS = [
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x>'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg><foreignObject><p><img src=x onerror=alert(1)></foreignObject></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math href='javascript:alert(1)'>x</math>",
    "<math><maction actiontype='statusline#http://evil.example' xlink:href='javascript:1'>x",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><style></noscript><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<select><template><img src=x onerror=alert(1)></template></select>",
    "<xmp></xmp><img src=x onerror=alert(1)>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<title><img title='</title><img src=x onerror=alert(1)>'>",
    "<!-- a -- > <img src=x onerror=alert(1)> -->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!---!><img src=x onerror=alert(1)>-->",
    "<!-- <!-- --> <img src=x onerror=alert(1)> -->",
    "<![CDATA[ ]]><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>x",
    "<html onclick=alert(1)>x",
    "<frameset onload=alert(1)>",
    "<image src=x onerror=alert(1)>",
    "<p/onclick=alert(1)>x",
    "<em\nonclick=alert(1)>x</em>",
    '<a href="https://a.example"onclick=alert(1)>x</a>',
    "<a href='https://a.example' HREF='javascript:alert(1)'>x</a>",
    "<a title=\"&quot; onclick=&quot;alert(1)\" href='https://a.example' onclick='x'>x</a>",
    "<a href='&#106;&#97;vascript&colon;alert(1)'>x</a>",
    "<a href='java&NewLine;script&Tab;:alert(1)'>x</a>",
    "<img alt='&quot;&gt;&lt;img src=x onerror=alert(1)&gt;' src=//evil.example/x>",
    "<input type=image src=//evil.example/x onerror=alert(1)>",
    "<td style='text-align:left;background:url(//evil.example/x)'>x",
    "[x](\x01javascript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](javascript&#0000058;alert(1))",
    "[x](jav&#x0A;ascript:alert(1))",
    "[x](%6Aavascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](https:javascript:alert(1) 'a\" onclick=\"alert(1)')",
    '[x](mailto:a@b.example"onclick="alert(1))',
    '[x](<https://a.example" onclick="alert(1)>)',
    "[x](https://a.example '\"><img src=x onerror=alert(1)>')",
    "[x](blob:https://a.example/1)",
    '[x](https&#58;//a.example/"><script>alert(1)</script>)',
]


@pytest.mark.parametrize(
    "frame", ["{}", "An answer.\n\n{}\n\nIts end.", "> - {}", "# {}", "**{}**"]
)
def test_no_markdown_acts(frame):
    for hostile in (*HOSTILE, *AMBIGUOUS):
        text = clean_markdown(frame.format(hostile))
        assert_harmless(as_nbconvert_shows_it(text))
        assert_harmless(render_markdown(text))
        assert not re.search("[\0\u202a-\u202e\u2066-\u2069]", text), hostile


PARTS = [*HOSTILE, *AMBIGUOUS, "`", "```", "$", "$$", "\n\n", "    ", "[", "](", "<", "\\", "<!--"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=8), max_size=6).map("".join))
def test_no_text_of_hostile_parts_acts(text):
    assert_harmless(as_nbconvert_shows_it(clean_markdown(text)))
    assert_harmless(render_markdown(text))


HONEST = """My answer: $a<b$ and $$\\sum_i x_i < 3$$ since `x < y` **and** x < y, *5 %* of "them"!

- one [link](https://a.example/?b=1&c=2), <https://b.example>
- two

1. first & second

| a | b |
|---|--:|
| 1 | 2 |

```python
if a<b: print("<b>")
```
> a quotation, ~~gone~~
"""


def test_honest_markdown_stays_as_it_is():
    assert clean_markdown(HONEST) == HONEST
    page = render_markdown(HONEST)
    for tag in ("strong", "em", "ul", "ol", "table", "pre", "blockquote", "del", "a"):
        assert f"<{tag}" in page
    assert "$a&lt;b$" in page
    text = BeautifulSoup(page, "html.parser").get_text()
    assert 'if a<b: print("<b>")' in text


def test_headings_turn_bold_so_that_the_page_keeps_its_own_outline_and_ids():
    page = as_nbconvert_shows_it(
        clean_markdown("# gd_loop_test\n\ntext\n\nUnder\n=====\nmore\n---")
    )
    assert not re.search(r"<h\d|id=", page)
    assert "<strong>gd_loop_test</strong>" in page


# Honest, and written in ways that two parsers of HTML might spell differently.
UNUSUAL = [
    "- [ ] to do\n- [x] done",
    "5. five\n\n   with more\n6. six",
    "a  \nline\n\n***\n\nand &copy; &nbsp; 'quotes' \"here\"",
    "Term\n: its meaning",
    "[text **and `code`**](https://a.example/?a=1&b=2 'a title')",
    "Open https://localhost:port/ and <https://a.example/ü>.",
    "[see https://a.example](https://b.example)",
    "```python\n@x\ndef f(a): return a<b and 's' # c\n```",
    "```\n\nx<y\n```\n\n    code\n",
    "~~~unknown\nx<y\n~~~",
    "text <- x -> y < z > w",
    "|a|b|\n|:-:|---|\n|x<y|`z`|",
]


def test_unusual_formatting_stays_as_it_is():
    for text in UNUSUAL:
        assert clean_markdown(text).replace("&lt;", "<") == text, text


def test_html_is_shown_as_the_text_it_is():
    shown = BeautifulSoup(render_markdown("I wrote <script>alert('x')</script>."), "html.parser")
    assert shown.get_text().strip() == "I wrote <script>alert('x')</script>."


def test_cleaning_again_changes_nothing_that_one_sees():
    for text in [*HOSTILE, HONEST]:
        once = clean_markdown(text)
        assert_harmless(as_nbconvert_shows_it(clean_markdown(once)))


TEX = [
    r"\href{javascript:alert(1)}{x}",
    r"\unicode[url(//evil.example)]{65}",
    r"\style{background:url(//evil.example)}{x}",
    r"\class{btn mark-graded}{x}",
    r"\cssId{gd_loop}{x}",
    r"\require{html}",
    r"\def\a{\a\a}\a",
    r"\newcommand{\x}{\x\x}\x",
    r"\let\x\y",
    r"\rule{9999em}{9999em}",
    r"\includegraphics{//evil.example/x}",
    r"\htmlData{x=y}{z}",
    r"\bbox[url(x)]{y}",
]


@pytest.mark.parametrize(
    "frame", ["${}$", "$$ {} $$", "{}", "`${}$", r"\begin{{align}}{}\end{{align}}"]
)
def test_formulas_keep_no_command_that_links_defines_or_draws_over_the_page(frame):
    for tex in TEX:
        shown = BeautifulSoup(render_markdown(frame.format(tex)), "html.parser").get_text()
        assert re.search(r"\\[a-zA-Z]+", tex)[0] not in shown


def test_ordinary_formulas_stay():
    text = r"$\frac{\partial L}{\partial w} = \mathbf{W}\,\text{softmax}(z)_i \left( 1 - y \right)$"
    assert clean_markdown(text) == text


BOMBS = {"[": 20_000, "`a": 10_000, "$a": 10_000, "> ": 10_000, "![a](b": 4_000, "<": 30_000}
BOMBS |= {"*a_ ": 5_000, "\n```": 5_000, "|a": 10_000, "a\n---\n": 3_000, "\\": 30_000}


@pytest.mark.parametrize("text", BOMBS)
def test_markdown_bombs_are_bounded(text):
    shown = clean_markdown(text * 10 * BOMBS[text])
    assert len(shown) < 200_000
    assert_harmless(as_nbconvert_shows_it(shown))
