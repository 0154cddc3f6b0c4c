/** The bundled worker script as text; vite.node-sources.ts makes it. */
declare module 'vision-light:worker-script' {
  export const workerScript: string[];
}
