import { createLightNode } from './vision-light/index.js';

const node = await createLightNode({ network: 'vision-devnet', signal: ['http://localhost:8081'] });
for await (const { height } of node.tips()) document.querySelector('#height').textContent = height;
