/** How Chromium is started for tests and benches: also as root, without a GPU, and without a word to anyone outside. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // With each window it builds a page of 370 scripts for the address bar: a second and a half on two slow cores.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];
