/** The bundled worker script as text; vite.node-sources.ts makes it. */
declare module 'vision-light:worker-script' {
  export const workerScript: string[];
}

/** Where `ed25519.js` is beside the bundle; vite.node-sources.ts makes it. */
declare module 'vision-light:ed25519-url' {
  export const ed25519Url: string;
}
