/** Loaded into a process in front of its program (`--import`), it has the process find no host by DNS, as without a network. */
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';

dns.lookup = (host) => Promise.reject(Object.assign(new Error(`no DNS for ${host}`), { code: 'EAI_AGAIN' }));
syncBuiltinESMExports();
