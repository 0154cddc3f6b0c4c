import type { createLightNode } from '@vision-light/browser-node';
import { assertEqual, assertTrue } from './expect.js';
import { newNetwork, signalAt } from './nodes.js';

/** What `npm run build` made, as an application gets it. */
const folder = '/packages/browser-node/dist';
const bundle = `${folder}/index.js`;
const workerUrl = `${folder}/worker.js`;
/** Bundles that carry the worker with the rules of one family. */
const familyWorkers = ['vision', 'bitcoin'].map((family) => `${folder}/${family}-worker.js`);

/** Bytes that a page may load to run a node, gzipped. */
const GZIPPED_BYTES_MAX = 137_200;

/** Whatever fetches another module or script: imports and exports from one, static ones first, and calls. */
function importsIn(script: string): string[] {
  return script.match(/\b(?:import|export)\b[\w$*{},\s]*["'`][^"'`]*|\bimport(?:Scripts)?\s*\([^)]*/g) ?? [];
}

async function load(): Promise<typeof createLightNode> {
  return ((await import(/* @vite-ignore */ bundle)) as { createLightNode: typeof createLightNode })
    .createLightNode;
}

describe('the built library', () => {
  for (const [what, options] of [
    ['with the worker inside it', {}],
    ['with the worker from an address', { workerUrl }],
  ] as const) {
    it(`runs by itself, ${what}`, async () => {
      const create = await load();
      const network = newNetwork();
      const node = await create({ network, signal: [signalAt('honest')], storage: 'memory', ...options });
      assertEqual((await node.header(0))?.hash, node.tip.hash, 'hash');
      await node.close();
    });
  }

  it('NO_WASM in a page whose policy does not permit WebAssembly', async () => {
    const frame = document.createElement('iframe');
    const told = new Promise<unknown>((resolve) => {
      addEventListener('message', ({ data }) => resolve(data), { once: true });
    });
    frame.srcdoc = `<!doctype html>
      <meta http-equiv="Content-Security-Policy" content="script-src ${location.origin} 'unsafe-inline' blob:">
      <script type="module">
        import { createLightNode } from '${bundle}';
        const tell = (code) => parent.postMessage(code, '*');
        createLightNode({ signal: ['http://localhost:1'], storage: 'memory' }).then(
          () => tell('it runs'),
          ({ code, message }) => tell([code, message].join(': ')),
        );
      </script>`;
    document.body.append(frame);
    try {
      const words = String(await told);
      assertTrue(/^NO_WASM: .*(Content Security Policy|CSP)/.test(words), words);
    } finally {
      frame.remove();
    }
  });

  it('imports nothing but its own files, and an address that it is given', async () => {
    const own = [
      'bitcoin-worker',
      'vision-worker',
      'transaction-key',
      'tx-proof',
      'watches',
      'mining',
      'tracker',
      'by-hand',
      'diagnosis',
    ].map((name) => `./${name}.js`);
    for (const [file, imported] of [
      [bundle, own],
      [workerUrl, ['']],
      [`${folder}/transaction-key.js`, ['']],
      ...familyWorkers.map((worker) => [worker, ['']] as const),
    ] as const) {
      const text = await (await fetch(file)).text();
      assertTrue(text.length > 1000, `${file} has ${text.length} characters`);
      // An address that is given is a variable.
      const imports = importsIn(text).map((call) =>
        call.replaceAll(/^import\((?:[\w$]+$|["'`])|["'`]$/g, ''),
      );
      assertEqual(
        [...new Set(imports)].sort().join('\n'),
        imported.toSorted().join('\n'),
        `imports of ${file}`,
      );
    }
  });

  it('loads the rules of its network, and no others', async () => {
    const create = await load();
    const loaded = (): string =>
      performance
        .getEntriesByType('resource')
        // Another test reads the files.
        .filter((entry) => (entry as PerformanceResourceTiming).initiatorType !== 'fetch')
        .flatMap(({ name }) => /[a-z]+-worker\.js$/.exec(name) ?? [])
        .sort()
        .join();
    const options = { signal: [signalAt('honest')], storage: 'memory' } as const;
    const vision = await create({ ...options, network: newNetwork() });
    await vision.close();
    assertTrue(!loaded().includes('bitcoin'), loaded());
    const bitcoin = await create({ ...options, network: 'bitcoin-regtest' });
    assertEqual(bitcoin.tip.height, 0, 'height');
    await bitcoin.close();
    assertEqual(loaded(), 'bitcoin-worker.js,vision-worker.js', 'workers');
  });

  it('signs with the file beside it where WebCrypto has no Ed25519', async () => {
    const create = await load();
    const script = `
      crypto.subtle.generateKey = () => Promise.reject(new DOMException('no Ed25519', 'NotSupportedError'));
      importScripts(${JSON.stringify(new URL(workerUrl, location.href).href)});`;
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const options = { network: newNetwork(), signal: [signalAt('honest')], storage: 'memory' } as const;
    const node = await create({ ...options, workerUrl: address });
    assertTrue(/^[0-9a-f]{64}$/.test(node.identity ?? ''), `the key is ${node.identity}`);
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    await node.close();
    URL.revokeObjectURL(address);
    assertTrue(
      !loaded.some((name) => name.endsWith('/ed25519.js')),
      'the page has loaded what the worker needs',
    );
  });

  it('is small', async () => {
    const gzipped = async (file: string): Promise<number> => {
      const { body } = await fetch(file);
      const stream = body?.pipeThrough(new CompressionStream('gzip'));
      return (await new Response(stream).arrayBuffer()).byteLength;
    };
    for (const worker of familyWorkers) {
      const bytes = (await gzipped(bundle)) + (await gzipped(worker));
      assertTrue(bytes > 10_000 && bytes <= GZIPPED_BYTES_MAX, `${worker}: ${bytes} bytes gzipped`);
    }
  });
});

describe('importsIn', () => {
  for (const script of [
    'import"x"',
    "import d from 'x'",
    'import{a as b}from"x"',
    'import d,*as n from`x`',
    'export*from"x"',
    'export{a}from"x"',
    'await import("x")',
    'import(x)',
    'importScripts("x")',
  ]) {
    it(`finds one in ${script}`, () => {
      assertEqual(importsIn(`let a=1;${script};let b=2`).length, 1, 'imports');
    });
  }

  for (const script of ['export{a as b,c};"x"', 'new URL("x",import.meta.url)', 'reimport("x")']) {
    it(`finds none in ${script}`, () => {
      assertEqual(importsIn(script).join(), '', 'imports');
    });
  }
});
