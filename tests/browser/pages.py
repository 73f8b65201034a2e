"""An explorer served by the command itself, and a headless Chromium that looks at it."""

import json
import re
import subprocess
import sys
import time

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)
PATIENCE = 60.0
"""How long to wait for what must come [s]; the machine may be busy."""

_WARNING = "nonexistent field"
"""What Bokeh warns of when a glyph looks for a column that is not there."""

_MODEL = """
const named = (name) => [...Bokeh.documents[0]._all_models.values()]
  .filter((model) => model.name == name).at(-1)  // Bokeh forgets old ones late
"""
_DATA = f"""
{_MODEL}
const found = named(arguments[0]).data[arguments[1]]
const plain = (v) => ArrayBuffer.isView(v) || Array.isArray(v) ? Array.from(v) : v
return JSON.stringify(Array.from(found, plain))
"""
_PLACE = """
const view = Bokeh.index.query_one((view) => view.model.name == "map")
const box = view.el.getBoundingClientRect()
return [box.left + view.frame.x_scale.compute(arguments[0]),
        box.top + view.frame.y_scale.compute(arguments[1])]
"""
_TITLE = f"{_MODEL} return named(arguments[0]).title.text"
_FIND = """
const [tag, words] = arguments
const search = (root) => {
  for (const element of root.querySelectorAll("*")) {
    if (element.matches(tag) && element.textContent.trim().startsWith(words)) return element
    const inside = element.shadowRoot && search(element.shadowRoot)
    if (inside) return inside
  }
  return null
}
return search(document)
"""
_REACHED = f"""
const found = (function () {{{_FIND}}})(...arguments)
found?.scrollIntoView({{block: "center", inline: "center"}})
const box = found?.getBoundingClientRect()
const [x, y] = [box?.left + box?.width / 2, box?.top + box?.height / 2]
let hit = document.elementFromPoint(x, y)
while (hit?.shadowRoot?.elementFromPoint(x, y) && hit.shadowRoot.elementFromPoint(x, y) != hit)
  hit = hit.shadowRoot.elementFromPoint(x, y)
return found != null && (hit == found || found.contains(hit))
"""
_TEXT = """
const read = (root) => [...root.childNodes].map((node) =>
  node.nodeType == Node.TEXT_NODE ? node.textContent
  : ["STYLE", "SCRIPT"].includes(node.nodeName) ? ""
  : read(node) + (node.shadowRoot ? read(node.shadowRoot) : "")).join(" ")
return read(document.body)
"""
BOXES = """
return ["map", "curves"].map((name) => {
  const box = Bokeh.index.query_one((view) => view.model.name == name).el.getBoundingClientRect()
  return [box.left, box.top, box.width, box.height]
})
"""
OFFERED = """
const labels = []
const search = (root) => {
  for (const element of root.querySelectorAll("*")) {
    if (element.matches("optgroup")) labels.push(element.label)
    if (element.shadowRoot) search(element.shadowRoot)
  }
}
search(document)
return labels
"""
OVERHANG = """
const over = []
const search = (root) => {
  for (const element of root.querySelectorAll("*")) {
    const wide = element.scrollWidth - element.clientWidth
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(element).overflowX)
    if (scrolls && wide > 1) over.push(element.className)
    if (element.shadowRoot) search(element.shadowRoot)
  }
}
search(document)
return over
"""
_CHOOSE = """
const wanted = arguments[0]
const offers = (model) => JSON.stringify(model.options).includes(`"${wanted}"`)
for (const model of Bokeh.documents[0]._all_models.values())
  if (model.type.endsWith("Select") && offers(model)) {
    model.value = wanted
    return true
  }
return false
"""


def chromium(folder):
    """Start a Chromium that knows nobody and saves downloads to a folder."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for word in (*QUIET, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(word)
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    # While kernels are compiled beside it, a click may take longer than the usual two minutes.
    browser.command_executor.client_config.timeout = 600
    return browser


class Server:
    """`microbatt explore` on a port of its own, or a program that serves something else."""

    def __init__(self, store, program=None):
        explore = ["-m", "microbatt", "explore", str(store), "--port", "0", "--no-open"]
        command = explore if program is None else ["-c", program, str(store)]
        self._process = subprocess.Popen(
            [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.address = re.search(r"http://\S+?(?=;)", self._process.stdout.readline())[0]

    def stop(self):
        """End it and return what it said of errors."""
        self._process.terminate()
        return self._process.communicate(timeout=20)[1]


class Page:
    """The explorer as a reader of the page sees it."""

    def __init__(self, browser, address):
        self.browser = browser
        browser.get_log("browser")
        browser.get_log("performance")
        browser.get(address)
        self.until(lambda: self.script("return Bokeh?.documents[0]?.is_idle ?? false"))
        self.until(lambda: len(self.data("tiles", "value")) > 0)

    def script(self, code, *arguments):
        return self.browser.execute_script(code, *arguments)

    def until(self, condition):
        """Wait for a condition and return what made it true."""
        end = time.monotonic() + PATIENCE
        trouble = None
        while time.monotonic() < end:
            try:
                if found := condition():
                    return found
            except WebDriverException as error:  # a page in the making has no document yet
                trouble = error
            time.sleep(0.05)
        raise AssertionError(f"waited in vain; {trouble or self.text()!r}")

    def data(self, source, column):
        """Return a column of a data source of the document in the browser."""
        return json.loads(self.script(_DATA, source, column))

    def title(self, figure):
        """Return the title of the figure of that name."""
        return self.script(_TITLE, figure)

    def text(self):
        """Return every word on the page."""
        return " ".join(self.script(_TEXT).split())

    def tap(self, alpha, S):
        mouse = self._mouse()
        mouse.w3c_actions.pointer_action.move_to_location(*self._place(alpha, S)).click()
        mouse.perform()

    def drag(self, *points):
        mouse = self._mouse()
        pointer = mouse.w3c_actions.pointer_action
        pointer.move_to_location(*self._place(*points[0])).pointer_down()
        for point in points[1:]:
            pointer.move_to_location(*self._place(*point))
        pointer.pointer_up()
        mouse.perform()

    def press(self, words):
        """Press the button with these words."""
        self.until(lambda: self.script(_FIND, "button", words)).click()

    def reached(self, words):
        """Scroll to the button with these words; return whether the pointer can get at it."""
        return self.until(lambda: self.script(_REACHED, "button", words))

    def give(self, path):
        """Give a file to the field that takes some."""
        field = self.until(lambda: self.script(_FIND, "input[type=file]", ""))
        field.send_keys(str(path))

    def resize(self, width, height=900):
        """Make the window so many pixels wide."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def choose(self, variable):
        """Choose the variable of the map."""
        assert self.script(_CHOOSE, variable)

    def errors(self):
        """Return what the console complained of."""
        log = self.browser.get_log("browser")
        return [e["message"] for e in log if e["level"] == "SEVERE" or _WARNING in e["message"]]

    def foreign(self):
        """Return the addresses that were asked for outside the server."""
        events = [json.loads(e["message"])["message"] for e in self.browser.get_log("performance")]
        asked = [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]
        assert asked
        return [url for url in asked if not re.match(r"http://localhost:|data:|blob:", url)]

    def _place(self, alpha, S):
        """Return where a point is on the screen, once the layout has come to rest."""
        seen = []

        def settled():
            seen.append([round(pixel) for pixel in self.script(_PLACE, alpha, S)])
            time.sleep(0.1)
            return seen[-1] if seen[-3:] == 3 * seen[-1:] else None

        return self.until(settled)

    def _mouse(self):
        return ActionChains(self.browser, duration=30)
