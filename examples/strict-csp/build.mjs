/** Copies the library beside the page, as the folder `vision-light`. */
import { cpSync } from 'node:fs';

cpSync(new URL('.', import.meta.resolve('@vision-light/browser-node')), 'vision-light', { recursive: true });
