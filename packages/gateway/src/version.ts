import { createRequire } from 'node:module';

/** This package's version, as `/healthz` and the user agent tell it. */
export const version: string = createRequire(import.meta.url)('../package.json').version;
