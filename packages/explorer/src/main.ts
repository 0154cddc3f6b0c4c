/** The entry of the page. It starts the node at once, and draws as soon as the document is parsed. */

import { PageView } from './page-view.js';
import { NodeSession } from './session/node-session.js';
import { readPageConfig } from './session/page-config.js';

declare global {
  /** The handle of the page's node, for the console and for tests; undefined until there is a node. */
  var lightNode: NodeSession['node'];
}

let view: PageView | undefined;
const session = new NodeSession((withinMs) => view?.update(withinMs));

async function join(): Promise<void> {
  const joined = session.join(() => readPageConfig(location, fetchConfigText));
  view?.update(0);
  await joined;
  if (session.node === undefined) return;
  globalThis.lightNode = session.node;
  // The bench measures the time from the start of navigation to this mark.
  performance.mark('vision-light:tip');
}

/** The text of `config.json`, or undefined if there is none. Some servers answer with HTML then, so that is none too. */
async function fetchConfigText(): Promise<string | undefined> {
  try {
    const response = await fetch('./config.json');
    const isPage = response.headers.get('content-type')?.includes('html') ?? false;
    return response.ok && !isPage ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

void join();

function mount(): void {
  view = new PageView(session, () => void join());
}
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', mount, { once: true });
else mount();
