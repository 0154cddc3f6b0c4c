/** An example that puts the same node into another page, with the settings of this page. */
import type { LightNodeOptions } from '@vision-light/browser-node';
import { byTestId, setText } from '../display/element.js';

/** How long the button says that it has copied, in milliseconds. Arbitrary. */
const COPIED_MS = 2_000;

/** Writes the example, and copies it when the visitor presses the button. */
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
      // The clipboard needs https and a permission. Without them the text is selected instead.
      getSelection()?.selectAllChildren(this.#code);
      this.#button.textContent = 'Selected';
    }
    setTimeout(() => {
      this.#button.textContent = 'Copy';
    }, COPIED_MS);
  }
}
