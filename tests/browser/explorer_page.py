"""The explorer's page as the tests use it: it knows the ids, and waits until what was asked for is drawn."""

from __future__ import annotations

import json

SHOWN = """() => {
    const root = document.getElementById("explorer");
    const all = (selector) => [...root.querySelectorAll(selector)];
    const text = (box, selector) => box.querySelector(selector)?.textContent ?? "";
    return {
        query: root.dataset.query,
        drawn: Number(root.dataset.drawn),
        hash: location.hash.slice(1),
        figures: Object.fromEntries(all("[data-figure]").map((box) => [box.dataset.figure,
            ["label", "value", "unit", "formula", "filled", "source"].map((part) => text(box, `.${part}`))])),
        controls: all("input[id^=control-]").map((range) => {
            const id = range.id.slice(8);
            const number = root.querySelector(`#number-${id}`);
            return [id, ...[range.min, range.max, range.value, number.value].map(Number)];
        }),
        layers: all("[data-layer]").map((one) => [one.querySelector("span").textContent,
            one.getAttribute("aria-pressed") === "true"]),
        kind: root.querySelector("#kind").value,
        errors: all("#messages [data-error]").map((one) => one.textContent),
        pictures: Object.fromEntries(all("[id^=picture-]").map((one) => [one.id.slice(8), !one.hidden])),
    };
}"""

SETTLED = """([drawn, told]) => {
    const root = document.getElementById("explorer");
    const messages = document.getElementById("messages").textContent;
    return Number(root.dataset.drawn) > drawn || messages !== told;
}"""


def expected(answer):
    """What `ExplorerPage.shown` should be for an answer of Python's."""
    parts = ("label", "shown", "unit", "formula", "filled", "source")
    chosen = answer["state"]["at"]
    return {
        "query": answer["query"],
        "hash": answer["query"],
        "figures": {one["id"]: [one[part] for part in parts] for one in answer["figures"]},
        "controls": [[one[part] for part in ("id", "min", "max", "value", "value")] for one in answer["controls"]],
        "layers": [[one["label"], number == chosen] for number, one in enumerate(answer["layers"])],
        "kind": answer["state"]["layers"][chosen]["kind"],
        "errors": [one["message"] for one in answer["errors"]],
    }


def differing(shown, wanted):
    """Two values; of two dicts only what differs."""
    if not isinstance(wanted, dict):
        return shown, wanted
    names = [name for name in {**wanted, **shown} if shown.get(name) != wanted.get(name)]
    return {name: shown.get(name) for name in names}, {name: wanted.get(name) for name in names}


class ExplorerPage:
    """The explorer in a browser's page."""

    def __init__(self, page, site):
        self.page, self.site = page, site

    def open(self, query=""):
        self.page.goto(self.site.url("explorer.html", query))
        self.page.wait_for_selector("#explorer[data-state=ready]")
        return self

    def reset(self):
        """Everything as it is at the start, without starting again."""
        self.page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        self.page.evaluate("localStorage.clear(); document.body.dataset.theme = 'auto'")
        for select in ("#snippet-dialect", "#save-which", "#save-format"):
            self.page.evaluate("one => { document.querySelector(one).selectedIndex = 0; }", select)
        return self.go("n=33&c=8&L=conv,k3,s1,d2,lo2,hi2,g1,o8&at=0", again=True)

    def shown(self):
        return self.page.evaluate(SHOWN)

    def settle(self, act):
        """Do something to the page, and wait until it was drawn again, or says what is wrong."""
        before = self.shown()
        act()
        self.page.wait_for_function(SETTLED, arg=[before["drawn"], "".join(before["errors"])])
        return self.shown()

    def wait_for(self, query):
        """Wait until the page shows these settings."""
        self.page.wait_for_function("query => document.getElementById('explorer').dataset.query === query", arg=query)

    def go(self, query, again=False):
        """Go to other settings as a link within the page does; with `again` those shown are drawn once more, too."""
        if query == self.shown()["hash"]:
            if not again:
                return self.shown()
            self.go(query.replace("n=", "n=1"))
        return self.settle(lambda: self.page.evaluate("query => { location.hash = query; }", query))

    def slider(self, control):
        return self.page.locator(f"#control-{control}")

    def number(self, control):
        return self.page.locator(f"#number-{control}")

    def press(self, control, key):
        """Press a key on a slider; nothing is waited for where that cannot move it."""
        slider = self.slider(control)
        before = int(slider.input_value())
        low, high = (int(slider.get_attribute(end)) for end in ("min", "max"))
        stays = {"Home": low, "ArrowLeft": low, "End": high, "ArrowRight": high}
        if before == stays[key]:
            return self.shown()
        return self.settle(lambda: slider.press(key))

    def fill(self, control, value):
        """Put a number into a control's box and confirm it; typing alone is answered when the hand rests."""
        if self.number(control).input_value() == str(value):
            return self.shown()
        box = self.number(control)
        return self.settle(lambda: (box.fill(str(value)), box.press("Enter")))

    def same_as(self, answer):
        """Differences between the page and an answer of Python's, each as (what, shown, answered)."""
        shown, wanted = self.shown(), expected(answer)
        found = [(part, *differing(shown[part], wanted[part])) for part in wanted if shown[part] != wanted[part]]
        for name, picture in answer["pictures"].items():
            if picture is not None and not shown["pictures"][name]:
                found.append(("picture hidden", name, picture["title"]))
        return [json.dumps(one, default=str) for one in found]

    def durations(self, name):
        """Milliseconds of the measures of a name so far."""
        return self.page.evaluate("name => performance.getEntriesByName(name).map((one) => one.duration)", name)
