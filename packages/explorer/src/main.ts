/** The page's entry: the node first, the view when the document is there. */

import { PageView } from './page-view.js';
import { NodeSession } from './session/node-session.js';
import { readPageConfig } from './session/page-config.js';

declare global {
  /** The page's handle, for the console and for tests. */
  var lightNode: NodeSession['node'];
}

let view: PageView | undefined;
const session = new NodeSession(() => view?.update());

async function join(): Promise<void> {
  const joined = session.join(() => readPageConfig(location, fetchConfigText));
  view?.update();
  await joined;
  if (session.node === undefined) return;
  globalThis.lightNode = session.node;
  // The bench reads the time from the start of navigation to this.
  performance.mark('vision-light:tip');
}

/** The text of `config.json`; undefined where there is none, which includes a server that answers with a page. */
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
