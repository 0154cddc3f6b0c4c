import './vision-light/element.js';
import { createLightNode } from './vision-light/index.js';

const node = await createLightNode({
  network: 'vision-devnet',
  signal: ['http://localhost:8081'],
  // Workers come from this address instead of a blob, so `worker-src` needs no `blob:`.
  workerUrl: new URL('vision-light/worker.js', location.href),
});
document.querySelector('vision-light-status').node = node;
for await (const { height } of node.tips()) document.querySelector('#height').textContent = height;
