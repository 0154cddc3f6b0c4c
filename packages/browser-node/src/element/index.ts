/**
 * The custom element `<vision-light-status>`. To import this module defines it, where there are custom elements; on a server
 * nothing happens.
 */
import { VisionLightStatusElement } from './status-element.js';

export { defaultTexts, type StatusTexts } from './status-texts.js';
export { VisionLightStatusElement };

declare global {
  interface HTMLElementTagNameMap {
    'vision-light-status': VisionLightStatusElement;
  }
}

/** The element's name. */
const TAG = 'vision-light-status';

if (globalThis.customElements !== undefined && customElements.get(TAG) === undefined)
  customElements.define(TAG, VisionLightStatusElement);
