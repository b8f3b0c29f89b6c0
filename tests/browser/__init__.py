"""The built site in a real browser: headless Chromium, driven by Playwright, on the files that `make docs` wrote.

`make test-browser` runs this tier. It needs the site in ``build/site/html`` (or where REFCONV_SITE says) and a
Chromium: the one that CHROMIUM names, one on the PATH, or Playwright's own. Without one it is skipped, loudly.

- `server` hands the site out under a sub-path, as a project page is hosted, and counts the bytes.
- `watching` holds every page to the same: nothing on the console, nothing failed, nothing asked of another origin.
- `explorer_page` is the page that computes: it knows its ids, and waits for what was asked to be drawn.
- `drawing` draws settings; `independent` answers them by `refconv` directly, without the explorer's Python.

What is measured is printed at the end, and kept with the pictures in ``build/browser``, to be looked at.
"""
