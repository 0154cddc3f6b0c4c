import type { createKey, createLightNode } from '../index.js';

/** The library as the global `VisionLight` has it, in a page that loads `dist/vision-light.js` with a `<script>` element. */
export interface VisionLightScript {
  /** Starts a node, as the module's function of this name. */
  readonly createLightNode: typeof createLightNode;
  /** The key of a name, as the module's function of this name. */
  readonly createKey: typeof createKey;
  /** The whole module: `const { LightNodeError } = await VisionLight.load()`. */
  load(): Promise<typeof import('../index.js')>;
}

declare global {
  /** Set by `dist/vision-light.js`. */
  var VisionLight: VisionLightScript;
}

/**
 * A classic script that loads the module beside it when it is needed. So a page has the code once, also where another part of
 * the page imports the module. An `import()` in a classic script is relative to the script's own address.
 */
const load = (): Promise<typeof import('../index.js')> => import('../index.js');

globalThis.VisionLight = Object.freeze({
  createLightNode: async (options) => (await load()).createLightNode(options),
  createKey: async (options) => (await load()).createKey(options),
  load,
} satisfies VisionLightScript);
