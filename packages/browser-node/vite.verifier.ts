/** How the verifier of proofs is made small: `@vision-light/protocol/verify`, one module without imports. */
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { minifyFurther } from './vite.bundle-script.js';
import { namesOutsideVerifier } from './vite.outside-names.js';
import { shortReasons } from './vite.short-reasons.js';

/** What the verifier has in a smaller form, by the ends of names: each is held to the other one by a test. */
const smallForms: Readonly<Record<string, string>> = {
  '/bytes/blake3.js': 'blake3',
  '/bytes/utf8.js': 'utf8',
  '/visionx-halves.js': 'visionx',
};

/** Puts the small forms in, and says the name of a module instead of why an invariant holds, as in the worker. */
export function smallParts(): Plugin[] {
  const put = new Set<string>();
  return [
    {
      name: 'vision-light-small-forms',
      enforce: 'pre',
      resolveId(id) {
        const form = Object.entries(smallForms).find(([end]) => id.endsWith(end))?.[1];
        if (form === undefined) return undefined;
        put.add(form);
        return fileURLToPath(new URL(`../protocol/src/proofs/small/${form}.ts`, import.meta.url));
      },
      buildEnd(error) {
        if (error === undefined && put.size < Object.keys(smallForms).length)
          throw new Error(`the verifier needs a small form no more; put in: ${[...put].join(', ')}`);
      },
    },
    // The verdict on a header has a detail, which the verifier does not pass on.
    shortReasons(['rejected']),
  ];
}

/** Minifies the verifier as the worker is, names of properties included. */
export function minifyVerifier(): Plugin {
  return {
    name: 'vision-light-minify-verifier',
    enforce: 'post',
    async generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk')
          chunk.code = await minifyFurther(chunk.code, namesOutsideVerifier(), { isModule: true });
    },
  };
}
