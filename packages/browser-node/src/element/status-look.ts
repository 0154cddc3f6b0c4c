/**
 * How the element looks. Every colour is a custom property, so that a page sets it on the element or above; without one the
 * colours follow the page's `color-scheme`. Contrast of text to its background is at least 4.5 in both schemes.
 */
export const look = `
:host {
  --_text: var(--vision-light-text, light-dark(#1b1f24, #e8eaed));
  --_label: var(--vision-light-label, light-dark(#57606a, #a8b0b9));
  --_background: var(--vision-light-background, light-dark(#ffffff, #1c2128));
  --_border: var(--vision-light-border, light-dark(#d0d7de, #444c56));
  --_good: var(--vision-light-good, light-dark(#1a7f37, #57ab5a));
  --_busy: var(--vision-light-busy, light-dark(#9a6700, #daaa3f));
  --_bad: var(--vision-light-bad, light-dark(#cf222e, #f47067));
  display: inline-block;
  color-scheme: inherit;
  color: var(--_text);
  font: 0.875rem/1.4 system-ui, sans-serif;
}
:host([hidden]) { display: none; }
.panel {
  padding: 0.75em 1em;
  border: 1px solid var(--_border);
  border-radius: var(--vision-light-radius, 0.5em);
  background: var(--_background);
}
.phase { display: flex; align-items: center; gap: 0.5em; margin: 0; font-weight: 600; }
.mark { flex: none; width: 0.7em; height: 0.7em; border-radius: 50%; background: var(--_busy); }
.mark[data-mood="good"] { background: var(--_good); }
.mark[data-mood="bad"] { background: var(--_bad); border-radius: 0; }
.rows { display: grid; grid-template-columns: auto auto; gap: 0.1em 1.5em; margin: 0.5em 0 0; }
dt { color: var(--_label); }
dd { margin: 0; text-align: end; font-variant-numeric: tabular-nums; }
.why { max-width: 40ch; margin: 0.25em 0 0; }
.why-label { color: var(--_label); cursor: pointer; }
.reasons { margin: 0.25em 0 0; padding-inline-start: 1.25em; }
.fault { max-width: 40ch; margin: 0.5em 0 0; color: var(--_bad); overflow-wrap: anywhere; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none; }
@media (forced-colors: active) { .mark { background: CanvasText; forced-color-adjust: none; } }
`;
