/** The lines that put the same node into another page, with this page's own settings filled in. */
import type { LightNodeOptions } from '@vision-light/browser-node';
import { byTestId, setText } from '../display/element.js';

/** How long the button says that it has copied, in milliseconds. Arbitrary. */
const COPIED_MS = 2_000;

/** Fills the example and makes its button work. */
export class EmbedPanel {
  readonly #code = byTestId('embed');
  readonly #button = byTestId<HTMLButtonElement>('embed-copy');

  constructor() {
    this.#button.addEventListener('click', () => void this.#copy());
  }

  render(options: LightNodeOptions | undefined): void {
    const network = JSON.stringify(options?.network ?? 'vision-devnet').replaceAll('"', "'");
    const signal = (options?.signal ?? []).map((url) => `'${url}'`).join(', ');
    setText(
      this.#code,
      `import { createLightNode } from '@vision-light/browser-node';

const node = await createLightNode({
  network: ${network},
  signal: [${signal}],
});

node.subscribe('tip', ({ height, hash }) => console.log(height, hash));
const header = await node.header(1); // verified in this browser`,
    );
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#code.textContent ?? '');
      this.#button.textContent = 'Copied';
    } catch {
      // No clipboard here (no https, or no permission): selecting the text is the next best thing.
      getSelection()?.selectAllChildren(this.#code);
      this.#button.textContent = 'Selected';
    }
    setTimeout(() => {
      this.#button.textContent = 'Copy';
    }, COPIED_MS);
  }
}
