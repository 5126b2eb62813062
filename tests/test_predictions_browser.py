"""The questions of the book in a real browser, from a file and offline: what they fold, take, say and remember."""

import re

import pytest
from asking_book import built
from conftest import watch
from test_book import contrast

WIDTHS = [390, 1366]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Of the page that asks."""
    return (built(tmp_path_factory.mktemp("asking")) / "notebooks" / "01_asking.html").as_uri()


@pytest.fixture
def context(browser):
    """A reader who is offline; the test fails at its end if a page asked for anything or complained."""
    context, found = browser.new_context(offline=True, viewport={"width": 1366, "height": 900}), []
    context.on("page", lambda page: found.append(watch(page)))
    yield context
    context.close()
    for asked, complaints in found:
        assert asked == []
        assert complaints == []


@pytest.fixture
def page(context):
    return context.new_page()


class Asked:
    """One question as a reader sees it."""

    def __init__(self, page, number):
        self.box = page.locator(".lecture-prediction").nth(number)
        self.folded = self.box.locator(".lecture-folded")
        self.answer = self.folded.locator("details:not([class]) > p").first
        self.field = self.box.get_by_label("Your guess:")

    def choose(self, letter):
        self.choice(letter).click()

    def choice(self, letter):
        return self.box.get_by_role("button", name=re.compile(rf"^{letter}\b"))

    def guess(self, text):
        self.field.fill(text)
        self.box.get_by_role("button", name="Check").click()

    @property
    def verdict(self):
        return self.box.get_by_role("status").inner_text()

    @property
    def is_open(self):
        """Whether the code, what it gave out and the answer are seen; they are seen together or not at all."""
        parts = [self.folded.locator(".cell_output").first, self.answer, self.folded.locator("details ~ p").last]
        seen = {part.is_visible() for part in parts}
        assert len(seen) == 1
        return seen.pop()


LETTER, WINNER, NUMBER, ABOUT, SHOW = range(5)


def _opened(page, address, width=1366):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    return [Asked(page, number) for number in range(5)]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_that_answers_is_seen_until_the_reader_has_answered(page, address, width):
    asked = _opened(page, address, width)
    assert [it.is_open for it in asked] == [False] * 5
    assert page.get_by_text("Then another question.").is_visible(), "what leads to the next question"
    assert not page.get_by_text("to guess.").is_visible(), "what was learnt"
    assert page.get_by_text("5 questions on this page").is_visible()
    asked[LETTER].choose("b")
    assert asked[LETTER].verdict == "Right." and [it.is_open for it in asked] == [True] + [False] * 4
    asked[WINNER].choose("c")
    assert asked[WINNER].verdict == "" and asked[WINNER].is_open
    asked[NUMBER].guess("1500")
    assert asked[NUMBER].verdict == "Right: 1,500." and asked[NUMBER].is_open
    asked[SHOW].box.get_by_role("button", name="Show").click()
    assert [it.is_open for it in asked] == [True, True, True, False, True]
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_wrong_answer_hears_the_right_one_and_can_be_changed(page, address, width):
    asked = _opened(page, address, width)
    asked[LETTER].choose("a")
    assert asked[LETTER].verdict == "Not quite: the answer is b." and asked[LETTER].is_open
    assert [asked[LETTER].choice(it).get_attribute("aria-pressed") for it in "abc"] == ["true", "false", "false"]
    asked[LETTER].choose("b")
    assert asked[LETTER].verdict == "Right."
    asked[NUMBER].guess("13")
    assert asked[NUMBER].verdict == "Not quite: the answer is 1,500." and asked[NUMBER].is_open
    asked[ABOUT].guess("0.05")
    assert asked[ABOUT].verdict == "Not quite: the answer is about 0.04."


@pytest.mark.parametrize("width", WIDTHS)
def test_all_of_it_works_by_keyboard(page, address, width):
    asked = _opened(page, address, width)
    page.locator(".lecture-predictions input").focus()
    keys = page.keyboard
    keys.press("Tab")
    keys.press("Tab")
    assert asked[LETTER].choice("b").evaluate("it => it === document.activeElement")
    assert asked[LETTER].choice("b").evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    keys.press("Enter")
    assert asked[LETTER].verdict == "Right." and asked[LETTER].is_open
    asked[WINNER].choice("a").focus()
    keys.press("Space")
    assert asked[WINNER].is_open
    asked[NUMBER].field.focus()
    assert asked[NUMBER].field.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    keys.type("1,500 weights")
    keys.press("Enter")
    assert asked[NUMBER].verdict == "Right: 1,500."
    page.get_by_label("Show all results and answers").focus()
    keys.press("Space")
    assert all(it.is_open for it in asked)
    keys.press("Space")
    assert [it.is_open for it in asked] == [True, True, True, False, False]


RIGHT = ["1500", "1,500", "1.500", "1 500", "1'500", "1500.0", "1,500.", "1,500 weights", "about 1,500", "1.5e3"]
RIGHT += ["1,5e3", "1.5k", "1.5 thousand", "+1500", "= 1500", "1_500", "3000/2"]
WRONG = ["15", "1,50", "−1500", "-1500", "minus 1500", "3/2", "1501", "1500.5", "1.5 million", "0"]
NONE = [
    "",
    "   ",
    "many",
    "1 or 2",
    "3/0",
    "1/2/3",
    "15·10²",
    "15*10^2",
    "1,5,0,0",
    "e",
    "∞",
    "1e999",
    "NaN",
    "<b>many</b>",
]


def _verdicts(asked, answers):
    """What is said to each, none of which is typed right after another."""
    said = {}
    for typed in answers:
        asked.guess("777")
        assert asked.verdict.startswith("Not quite")
        asked.guess(typed)
        said[typed] = asked.verdict
    return said


def test_a_number_may_have_commas_and_a_unit(page, address):
    asked = _opened(page, address)[NUMBER]
    assert _verdicts(asked, RIGHT) == dict.fromkeys(RIGHT, "Right: 1,500.")
    assert _verdicts(asked, WRONG) == dict.fromkeys(WRONG, "Not quite: the answer is 1,500.")


def test_about_takes_a_tenth_more_or_less(page, address):
    asked = _opened(page, address)[ABOUT]
    right, wrong = ["0.04", "0,04", ".036", "0.044", "4%", "4e-2"], ["0.045", "0,035", "4", "-0.04"]
    assert _verdicts(asked, right) == dict.fromkeys(right, "Right: about 0.04.")
    assert _verdicts(asked, wrong) == dict.fromkeys(wrong, "Not quite: the answer is about 0.04.")


def test_what_is_no_number_hears_one_sentence_and_stays_in_the_field(page, address):
    asked = _opened(page, address)[NUMBER]
    for typed in NONE:
        asked.guess(typed)
        said = f"; this says “{typed}”" if typed.strip() else ""
        assert asked.verdict == f"Type a number such as 9{said}." and not asked.is_open
        assert asked.field.input_value() == typed and asked.field.get_attribute("aria-invalid") == "true"
    asked.guess("many " * 30)
    assert asked.verdict.endswith("many many…”.") and len(asked.verdict) < 90
    asked.guess("1500")
    assert asked.is_open and asked.field.get_attribute("aria-invalid") == "false"
    asked.guess("many")
    assert asked.is_open and asked.verdict.startswith("Type a number"), "the earlier answer stays"


@pytest.mark.parametrize("width", WIDTHS)
def test_answers_are_remembered_and_can_be_forgotten(context, page, address, width):
    asked = _opened(page, address, width)
    assert not page.get_by_role("button", name="Forget my answers").is_visible()
    asked[LETTER].choose("c")
    asked[ABOUT].guess("0,04")
    asked[SHOW].box.get_by_role("button", name="Show").click()
    page.close()
    page = context.new_page()
    asked = _opened(page, address, width)
    assert [it.is_open for it in asked] == [True, False, False, True, True]
    assert asked[LETTER].verdict == "Not quite: the answer is b."
    assert asked[ABOUT].field.input_value() == "0,04" and asked[ABOUT].verdict == "Right: about 0.04."
    page.get_by_role("button", name="Forget my answers").click()
    for asked in ([Asked(page, number) for number in range(5)], _opened(page, address, width)):
        assert not any(it.is_open for it in asked) and asked[ABOUT].field.input_value() == ""
        assert asked[LETTER].verdict == ""


def test_a_question_that_has_changed_is_asked_again_and_another_kind_of_answer_is_none(page, address):
    key = "lecture:predicted:"
    page.add_init_script(
        f"localStorage.setItem('{key}weights: with four inputs, how many numbers does a unit learn?', 'shown');"
        f"localStorage.setItem('{key}weights: which wins?', 'b');"
        f"localStorage.setItem('{key}counting: how many weights has the whole network?', 'many');"
        f"localStorage.setItem('{key}counting: how large was the loss?', '0.04');"
    )
    assert [it.is_open for it in _opened(page, address)] == [False, True, False, False, False]


@pytest.mark.parametrize("width", WIDTHS)
def test_who_wants_to_read_sees_all_on_every_page_and_may_be_asked_again(page, address, width):
    asked = _opened(page, address, width)
    page.get_by_label("Show all results and answers").check()
    assert all(it.is_open for it in asked)
    asked = _opened(page, address, width)
    assert all(it.is_open for it in asked) and not asked[SHOW].box.get_by_role("button", name="Show").is_visible()
    asked[LETTER].choose("a")
    assert asked[LETTER].verdict == "Not quite: the answer is b."
    page.get_by_label("Show all results and answers").uncheck()
    for again in (asked, _opened(page, address, width)):
        assert [it.is_open for it in again] == [True] + [False] * 4


def test_a_browser_that_keeps_nothing_asks_all_the_same(page, address):
    """As a private window may."""
    page.add_init_script(
        """for (const name of ["getItem", "setItem", "removeItem"]) {
            const kept = Storage.prototype[name];  // the theme takes no refusal
            Storage.prototype[name] = function (key, value) {
                if (key.startsWith("lecture:")) throw new DOMException("no", "SecurityError");
                return kept.call(this, key, value);
            };
        }"""
    )
    asked = _opened(page, address)
    asked[LETTER].choose("b")
    assert asked[LETTER].verdict == "Right." and [it.is_open for it in asked] == [True] + [False] * 4


def test_without_a_script_all_is_shown(browser, address):
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    for number in range(5):
        folded = page.locator(".lecture-folded").nth(number)
        assert folded.locator(".cell_output").first.is_visible() and folded.locator("summary").last.is_visible()
    assert page.get_by_text("four, one for each").is_visible() and page.get_by_role("button", name="Check").count() == 0
    context.close()


@pytest.mark.parametrize("open_first", [False, True])
def test_paper_shows_all(page, address, open_first):
    asked = _opened(page, address)
    if open_first:
        asked[LETTER].choose("a")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(it.is_open for it in asked)
    assert not page.get_by_label("Your guess:").first.is_visible() and not page.get_by_text("on this page").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert [it.is_open for it in asked] == [open_first] + [False] * 4


def test_a_link_into_what_is_folded_unfolds_it(context, page, address):
    asked = _opened(page, f"{address}#equation-eq-weights")
    assert [it.is_open for it in asked] == [True] + [False] * 4
    assert page.locator("#equation-eq-weights").is_visible()
    page = context.new_page()
    asked = _opened(page, f"{address}#weights")
    assert not any(it.is_open for it in asked)
    page.evaluate("location.hash = 'equation-eq-weights'")
    page.wait_for_function("!document.querySelector('.lecture-folded').hidden")
    assert [it.is_open for it in asked] == [True] + [False] * 4


def test_a_search_in_the_page_unfolds_what_it_finds(page, address):
    asked = _opened(page, address)
    assert [it.folded.get_attribute("hidden") for it in asked] == ["until-found"] * 5
    asked[ABOUT].folded.evaluate("it => it.dispatchEvent(new Event('beforematch', { bubbles: true }))")
    assert [it.is_open for it in asked] == [False, False, False, True, False]
    asked = _opened(page, f"{address}#:~:text=0.041")  # a link to words is a search, too
    page.wait_for_function("document.querySelectorAll('.lecture-folded[hidden]').length === 4")
    assert asked[ABOUT].is_open


def test_an_explorer_that_was_folded_moves_and_its_address_unfolds_it(page, address):
    asked = _opened(page, address)[SHOW]
    asked.box.get_by_role("button", name="Show").click()
    explorer = asked.folded.locator(".lecture-explorer")
    picture = explorer.locator(".sheet img").first
    picture.wait_for()
    assert picture.evaluate("it => it.decode().then(() => it.getBoundingClientRect().width)") > 200
    before = explorer.get_attribute("data-choice")
    explorer.locator("input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([it, was]) => it.dataset.choice !== was", arg=[explorer.element_handle(), before])
    page.evaluate("localStorage.clear()")
    asked = _opened(page, f"{address}?explorer=walk&step=7#walking")
    assert [it.is_open for it in asked] == [False] * 4 + [True]


def test_a_folded_picture_is_loaded_when_it_is_unfolded(page, address):
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    asked = _opened(page, address)[NUMBER]
    page.wait_for_timeout(500)
    picture = asked.folded.locator("img")
    assert picture.get_attribute("src").split("/")[-1] not in " ".join(loaded)
    asked.guess("1,500")
    page.wait_for_function("it => it.complete && it.naturalWidth", arg=picture.element_handle())


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_choices_verdicts_and_fields_are_readable(page, address, mode):
    page.add_init_script(f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}')")
    asked = _opened(page, address)
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    parts = [".lecture-choice", ".lecture-hint", ".lecture-number label", ".lecture-number input", ".lecture-button"]
    parts += [".lecture-predictions span", ".lecture-predictions label"]
    asked[LETTER].choose("b")
    asked[ABOUT].guess("1")
    parts += [".lecture-verdict.lecture-right", ".lecture-verdict:not(.lecture-right, :empty)", ".lecture-right"]
    assert {part: ratio for part in parts if (ratio := contrast(page, part)) < 4.5} == {}


def test_a_page_with_one_question_says_so_and_one_with_none_says_nothing(page, address, tmp_path):
    script, style = (address.rsplit("/", 2)[0] + f"/_static/predictions.{kind}" for kind in ("js", "css"))
    head = f'<meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="{style}">'
    head += f'<script src="{script}"></script>'
    question = '<div class="lecture-prediction" data-kind="show" data-question="x"><p>?</p><div class="lecture-folded">'
    for body, n_bars in ((f"{question}<p>!</p></div></div>", 1), ("<p>text</p>", 0)):
        (tmp_path / "page.html").write_text(f"<!doctype html><html lang=en>{head}<article><h1>A</h1>{body}</article>")
        page.goto((tmp_path / "page.html").as_uri())
        assert page.locator(".lecture-predictions").count() == n_bars
        assert page.get_by_text("One question on this page").count() == n_bars
