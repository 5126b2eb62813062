"""What a page is asked in a browser: whether it is as wide as the screen, and which of its texts can hardly be read."""

# Each text below 4.5 to 1, by its element and colours: the contrast that WCAG defines, on all that lies behind it.
FAINT = """() => {
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
    const over = ([r, g, b, a = 1], below) => [r, g, b].map((c, i) => a * c + (1 - a) * below[i]);
    const ground = (it) => {
        const layers = [];
        for (let at = it; at; at = at.parentElement) {
            layers.unshift(numbers(getComputedStyle(at).backgroundColor));
            if ((layers[0][3] ?? 1) === 1) break;
        }
        return layers.reduce((below, color) => over(color, below), [255, 255, 255]);
    };
    const linear = (c) => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
    const light = (color) => color.map(linear).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const isText = (it) => it.tagName === "MJX-C"
        || [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const faint = {};
    for (const it of document.querySelectorAll("main *, .bd-sidebar-primary *, .bd-sidebar-secondary *")) {
        if (!isText(it) || !it.getClientRects().length || it.closest("script, style, mjx-assistive-mml")) continue;
        const below = ground(it);
        const color = over(numbers(getComputedStyle(it).color), below);
        const [a, b] = [light(color), light(below)].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        const colors = `${color.map(Math.round)} on ${below.map(Math.round)}`;
        const name = `${it.tagName} ${it.getAttribute("class") ?? ""} ${colors}`;
        if (contrast < 4.5) faint[name] = `${contrast.toFixed(2)}: ${it.textContent.trim().slice(0, 40)}`;
    }
    return faint;
}"""
OPEN_ALL = "all => all.forEach(it => { it.open = true; })"


def in_mode(page, mode):
    """Turn a page that is open ``"light"`` or ``"dark"``, as its button does."""
    page.evaluate("mode => Object.assign(document.documentElement.dataset, { mode, theme: mode })", mode)
    page.wait_for_timeout(500)  # some colours change slowly


def opened(page, file):
    """Open a page of the book and wait for its formulas."""
    page.goto(file.as_uri())
    page.wait_for_function(
        "document.querySelectorAll('mjx-container').length >= document.querySelectorAll('.math').length", timeout=60_000
    )
    page.wait_for_timeout(200)  # for what follows from their sizes


def faint_texts(page):
    """Every text of a page that is too faint, with all that is folded open."""
    page.eval_on_selector_all("main details:not(.controls)", OPEN_ALL)
    return page.evaluate(FAINT)
